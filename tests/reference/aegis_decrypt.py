#!/usr/bin/env python3
"""Opens an encrypted vault of Aegis as Aegis' own documentation of the format says (docs/vault.md there).

    aegis_decrypt.py FILE < password      prints the database's JSON

The password becomes a key by scrypt with the slot's numbers and salt; that key opens the slot's copy of the master key; the master
key opens the database, which lies in the file as Base64. Both are AES-256-GCM whose nonce and tag stand beside in hexadecimal.
"""

import base64
import json
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

PASSWORD_SLOT = 1


def opened(key, params, sealed):
    return AESGCM(key).decrypt(bytes.fromhex(params["nonce"]), sealed + bytes.fromhex(params["tag"]), None)


def master_key_of(header, password):
    for slot in header["slots"]:
        if slot["type"] != PASSWORD_SLOT:
            continue
        key = Scrypt(bytes.fromhex(slot["salt"]), 32, slot["n"], slot["r"], slot["p"]).derive(password)
        try:
            return opened(key, slot["key_params"], bytes.fromhex(slot["key"]))
        except InvalidTag:
            continue
    sys.exit("wrong password")


def database_of(file, password):
    vault = json.loads(file)
    assert vault["version"] == 1
    if vault["header"]["slots"] is None:
        return vault["db"]
    master = master_key_of(vault["header"], password)
    return json.loads(opened(master, vault["header"]["params"], base64.b64decode(vault["db"])))


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        database = database_of(file.read(), sys.stdin.buffer.read())
    json.dump(database, sys.stdout, ensure_ascii=False)
