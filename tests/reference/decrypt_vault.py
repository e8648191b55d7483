#!/usr/bin/env python3
"""Decrypts a Smart OTP vault from its documented format (core/src/vault/format.rs), without any of its code.

    decrypt_vault.py FILE < password                prints the payload's JSON
    decrypt_vault.py --journal FILE < password      prints what its journal says (core/src/vault/journal.rs), a JSON list

Needs cryptography and argon2-cffi. A reference, and a way out for who wants one: the output is everything in clear.
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
    assert file[:8] == b"SmartOTP", "not a vault"
    version, length = int.from_bytes(file[8:10], "big"), int.from_bytes(file[10:14], "big")
    framed, digest = file[: 14 + length], file[14 + length : 46 + length]
    assert hashlib.sha256(framed).digest() == digest, "damaged header"
    assert version in (1, 2), "made by a newer version"
    return framed + digest, json.loads(framed[14:])


def vault_key_of(header, password):
    """Opens the password slot."""
    hkdf = lambda key, info: HKDF(SHA256(), 32, bytes.fromhex(header["vault"]), info).derive(key)
    slot = next(slot for slot in header["slots"] if slot["kind"] == "password")
    kdf = slot["kdf"]
    assert kdf["algorithm"] == "argon2id"
    wrapping_key = hash_secret_raw(
        password, bytes.fromhex(kdf["salt"]), kdf["passes"], kdf["memory_kib"], kdf["lanes"], 32, Type.ID
    )
    parts = ["smartotp slot", header["vault"], slot["id"], "password", "argon2id"]
    parts += [str(kdf["memory_kib"]), str(kdf["passes"]), str(kdf["lanes"]), kdf["salt"]]
    text = "|".join(parts).encode()
    vault_key = AESGCM(wrapping_key).decrypt(bytes.fromhex(slot["nonce"]), bytes.fromhex(slot["wrapped"]), text)
    assert hkdf(vault_key, b"commit" + text).hex() == slot["commitment"], "wrong password"
    return hkdf, vault_key


def payload_of(file, password):
    front, header = front_of(file)
    nonce, sealed = file[len(front) : len(front) + 12], file[len(front) + 12 :]
    hkdf, vault_key = vault_key_of(header, password)
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
    path, password = sys.argv[-1], sys.stdin.buffer.read().rstrip(b"\n")
    if sys.argv[1] == "--journal":
        contents = journal_of(read(path), read(path + ".journal"), password)
    else:
        contents = payload_of(read(path), password)
    json.dump(contents, sys.stdout, ensure_ascii=False, indent=1)
