#!/usr/bin/env python3
"""Opens an encrypted backup of 2FAS: Base64(text and tag) : Base64(salt) : Base64(nonce), the key by PBKDF2-HMAC-SHA-256 in 10,000
rounds.

    twofas_decrypt.py FILE < password      prints the list of services, and checks that the reference opens too
"""

import base64
import hashlib
import json
import sys

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def opened(text, password):
    sealed, salt, nonce = (base64.b64decode(part) for part in text.split(":"))
    key = hashlib.pbkdf2_hmac("sha256", password, salt, 10_000, 32)
    return AESGCM(key).decrypt(nonce, sealed, None)


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        backup = json.load(file)
    password = sys.stdin.buffer.read()
    assert backup["schemaVersion"] == 4 and backup["services"] == []
    assert opened(backup["reference"], password).startswith(b"tRViSsLKzd86")
    sys.stdout.buffer.write(opened(backup["servicesEncrypted"], password))
