#!/usr/bin/env python3
"""Decrypts a Smart OTP vault from its documented format (core/src/vault/format.rs), without any of its code.

    decrypt_vault.py FILE < password                prints the payload's JSON
    decrypt_vault.py --pin FILE < lines             the same by the PIN: its digits, then its secret of the keystore in hexadecimal
    decrypt_vault.py --recovery FILE < key          the same by the recovery key
    decrypt_vault.py --journal FILE < password      prints what its journal says (core/src/vault/journal.rs), a JSON list

Needs cryptography and argon2-cffi. A reference, and a way out for who wants one: the output is everything in clear.
"""

import base64
import hashlib
import json
import re
import sys
import zlib

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def front_of(file):
    """Checks everything in front of the nonce; gives it and the header."""
    assert file[:8] == b"SmartOTP", "not a vault"
    version, length = int.from_bytes(file[8:10], "big"), int.from_bytes(file[10:14], "big")
    framed, digest = file[: 14 + length], file[14 + length : 46 + length]
    assert hashlib.sha256(framed).digest() == digest, "damaged header"
    assert version in (1, 2, 3), "made by a newer version"
    return framed + digest, json.loads(framed[14:])


def argon2id(kdf, text):
    assert kdf["algorithm"] == "argon2id"
    return hash_secret_raw(
        text, bytes.fromhex(kdf["salt"]), kdf["passes"], kdf["memory_kib"], kdf["lanes"], 32, Type.ID
    )


def recovery_bytes(text):
    """Checks the groups of a printed recovery key; gives its 20 bytes."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    letters = re.sub(r"[\s-]", "", text.decode().upper()).replace("0", "O").replace("8", "B")
    groups = [letters[at : at + 5] for at in range(0, 40, 5)]
    times_alpha = lambda value: value << 1 if value < 16 else value << 1 ^ 0b100101
    for place, group in enumerate(groups, 1):
        total = times_alpha(place)
        for letter in group[:4]:
            total = times_alpha(total ^ alphabet.index(letter))
        assert alphabet[total] == group[4], f"group {place} is mistyped"
    return base64.b32decode("".join(group[:4] for group in groups))


def vault_key_of(header, given, kind="password"):
    """Opens the slot of that kind."""
    hkdf = lambda key, info: HKDF(SHA256(), 32, bytes.fromhex(header["vault"]), info).derive(key)
    slot = next(slot for slot in header["slots"] if slot["kind"] == kind)
    if kind == "password":
        wrapping_key = argon2id(slot["kdf"], given)
    elif kind == "pin":
        pin, secret = given.split(b"\n")
        wrapping_key = hkdf(argon2id(slot["kdf"], pin) + bytes.fromhex(secret.decode()), b"pin")
    else:
        wrapping_key = hkdf(recovery_bytes(given), b"recovery")
    parts = ["smartotp slot", header["vault"], slot["id"], kind]
    if kdf := slot.get("kdf"):
        parts += ["argon2id", str(kdf["memory_kib"]), str(kdf["passes"]), str(kdf["lanes"]), kdf["salt"]]
    text = "|".join(parts).encode()
    vault_key = AESGCM(wrapping_key).decrypt(bytes.fromhex(slot["nonce"]), bytes.fromhex(slot["wrapped"]), text)
    assert hkdf(vault_key, b"commit" + text).hex() == slot["commitment"], "wrong password"
    return hkdf, vault_key


def payload_of(file, given, kind="password"):
    front, header = front_of(file)
    nonce, sealed = file[len(front) : len(front) + 12], file[len(front) + 12 :]
    hkdf, vault_key = vault_key_of(header, given, kind)
    padded = AESGCM(hkdf(vault_key, b"payload")).decrypt(nonce, sealed, front)
    text = zlib.decompressobj(-15).decompress(padded[4:])
    assert len(text) == int.from_bytes(padded[:4], "big"), "damaged payload"
    return json.loads(text)


def journal_of(file, journal, password):
    _, header = front_of(file)
    hkdf, vault_key = vault_key_of(header, password)
    head, records = journal[:74], journal[74:]
    assert head[:10] == b"SmartOTJ\x00\x01" and head[10:26].hex() == header["vault"], "not this vault's journal"
    journal_key, file_id = hkdf(vault_key, b"journal"), head[26:42]
    assert hkdf(journal_key, b"commit" + file_id) == head[42:], "of another key"
    file_key = AESGCM(hkdf(journal_key, b"file" + file_id))
    texts, before = [], file_id
    while len(records) >= 56:
        length, sequence = int.from_bytes(records[:4], "big"), int.from_bytes(records[4:12], "big")
        front, nonce, sealed = records[:28], records[28:40], records[40 : 56 + length]
        if len(sealed) < length + 16:
            break  # a cut tail
        assert sequence == len(texts) + 1 and front[12:] == before, "a record is missing, or not in its place"
        texts.append(json.loads(file_key.decrypt(nonce, sealed, head + front)))
        before, records = sealed[-16:], records[56 + length :]
    return texts


def read(path):
    with open(path, "rb") as opened:
        return opened.read()


if __name__ == "__main__":
    path, given = sys.argv[-1], sys.stdin.buffer.read().rstrip(b"\n")
    if sys.argv[1] == "--journal":
        contents = journal_of(read(path), read(path + ".journal"), given)
    else:
        kind = {"--pin": "pin", "--recovery": "recovery"}.get(sys.argv[1], "password")
        contents = payload_of(read(path), given, kind)
    json.dump(contents, sys.stdout, ensure_ascii=False, indent=1)
