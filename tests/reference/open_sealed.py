#!/usr/bin/env python3
"""Opens a sealed file of Smart OTP from its documented format (core/src/backup/sealed.rs), without any of its code.

    open_sealed.py FILE password|recovery|transfer < KEY     prints the payload's JSON

KEY is the password, or the 20 bytes of the recovery key or the 10 of the transfer's in hexadecimal. Needs cryptography and
argon2-cffi. A reference, and a way out for who wants one: the output is everything in clear.
"""

import hashlib
import json
import sys
import zlib

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def front_of(file):
    """Checks everything in front of the nonce; gives it and the header."""
    assert file[:8] == b"SOTPseal", "not a sealed file"
    version, length = int.from_bytes(file[8:10], "big"), int.from_bytes(file[10:14], "big")
    framed, digest = file[: 14 + length], file[14 + length : 46 + length]
    assert hashlib.sha256(framed).digest() == digest, "damaged header"
    assert version == 1, "made by a newer version"
    return framed + digest, json.loads(framed[14:])


def payload_key_of(header, kind, key):
    """Opens the slot of that kind."""
    hkdf = lambda key, info: HKDF(SHA256(), 32, bytes.fromhex(header["set"]), info).derive(key)
    slot = next(slot for slot in header["slots"] if slot["kind"] == kind)
    parts = ["smartotp sealed slot", header["set"], kind]
    if kind == "password":
        kdf = slot["kdf"]
        assert kdf["algorithm"] == "argon2id"
        cost = kdf["passes"], kdf["memory_kib"], kdf["lanes"]
        wrapping_key = hash_secret_raw(key, bytes.fromhex(kdf["salt"]), *cost, 32, Type.ID)
        parts += ["argon2id", str(kdf["memory_kib"]), str(kdf["passes"]), str(kdf["lanes"]), kdf["salt"]]
    else:
        wrapping_key = hkdf(bytes.fromhex(key.decode()), kind.encode())
    text = "|".join(parts).encode()
    file_key = AESGCM(wrapping_key).decrypt(bytes.fromhex(slot["nonce"]), bytes.fromhex(slot["wrapped"]), text)
    assert hkdf(file_key, b"commit" + text).hex() == slot["commitment"], "wrong key"
    return hkdf(file_key, b"payload")


def payload_of(file, kind, key):
    front, header = front_of(file)
    nonce, sealed = file[len(front) : len(front) + 12], file[len(front) + 12 :]
    padded = AESGCM(payload_key_of(header, kind, key)).decrypt(nonce, sealed, front)
    text = zlib.decompressobj(-15).decompress(padded[4:])
    assert len(text) == int.from_bytes(padded[:4], "big"), "damaged payload"
    return json.loads(text)


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as opened:
        contents = payload_of(opened.read(), sys.argv[2], sys.stdin.buffer.read().rstrip(b"\n"))
    json.dump(contents, sys.stdout, ensure_ascii=False, indent=1)
