#!/usr/bin/env python3
"""A second OCRA, written from RFC 6287 alone, to compare the app's answers with.

Reads requests from standard input, one JSON object a line, and writes an answer a line:
  suite, key (hex), challenge, encoding ("rfc" or "ascii"), counter, pin, session (hex), unix
"""

import hashlib
import hmac
import json
import re
import sys

SUITE = re.compile(
    r"OCRA-1:HOTP-(?P<hash>SHA1|SHA256|SHA512)-(?P<digits>\d+):"
    r"(?P<c>C-)?Q(?P<format>[ANH])(?P<length>\d+)"
    r"(?P<p>-P(?P<pin_hash>SHA1|SHA256|SHA512)?)?"
    r"(?P<s>-S(?P<session>\d{3})?)?"
    r"(?P<t>-T((?P<steps>\d+)(?P<unit>[SMH]))?)?"
)
UNIT = {"S": 1, "M": 60, "H": 3600}


def question(challenge, form, encoding):
    if form == "N" and encoding == "rfc":
        nibbles = f"{int(challenge):x}"
    elif form == "H":
        nibbles = challenge
    else:
        nibbles = challenge.encode("ascii").hex()
    return bytes.fromhex(nibbles.ljust(256, "0"))


def data_input(suite, request):
    yield request["suite"].encode("ascii") + b"\0"
    if suite["c"]:
        yield request["counter"].to_bytes(8, "big")
    yield question(request["challenge"], suite["format"], request["encoding"])
    if suite["p"]:
        yield hashlib.new(suite["pin_hash"] or "SHA1", request["pin"].encode()).digest()
    if suite["s"]:
        yield bytes.fromhex(request["session"]).rjust(int(suite["session"] or 64), b"\0")
    if suite["t"]:
        step = int(suite["steps"] or 1) * UNIT[suite["unit"] or "M"]
        yield (request["unix"] // step).to_bytes(8, "big")


def answer(request):
    suite = SUITE.fullmatch(request["suite"])
    mac = hmac.new(bytes.fromhex(request["key"]), b"".join(data_input(suite, request)), suite["hash"]).digest()
    digits = int(suite["digits"])
    if digits == 0:
        return mac.hex()
    offset = mac[-1] % 16
    number = int.from_bytes(mac[offset : offset + 4], "big") % 2**31
    return str(number).zfill(10)[-digits:]


for line in sys.stdin:
    print(answer(json.loads(line)))
