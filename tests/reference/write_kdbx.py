#!/usr/bin/env python3
"""Writes a KeePass database with pykeepass, another writer than any of ours, that holds one-time codes in the three ways that
KeePass, KeePassXC and KeeTrayTOTP keep them.

    write_kdbx.py FILE aes256|twofish|chacha20 < password

Beside them: an entry without codes, an earlier state of one, and one in the recycle bin.
"""

import sys

from pykeepass import create_database

IV_BYTES = {"aes256": 16, "twofish": 16, "chacha20": 12}
KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def write(file, cipher, password):
    base = create_database(file, password=password)
    header = base.kdbx.header.value.dynamic_header
    header.cipher_id.data = cipher
    header.encryption_iv.data = header.encryption_iv.data[: IV_BYTES[cipher]]

    work = base.add_group(base.root_group, "Робота")
    first = base.add_entry(work, "ACME & Söhne", "mira", "<secret>", url="https://acme.example", notes="own words")
    first.otp = f"otpauth://totp/ACME:old?secret={KEY}&issuer=ACME"
    first.save_history()
    first.otp = f"otpauth://totp/ACME:mira?secret={KEY}&issuer=ACME&period=60&digits=8"
    steam = base.add_entry(base.root_group, "Steam", "mira", "x")
    steam.set_custom_property("TOTP Seed", KEY, protect=True)
    steam.set_custom_property("TOTP Settings", "30;S", protect=False)
    own = base.add_entry(base.root_group, "Bank", "mira", "x")
    own.set_custom_property("TimeOtp-Secret-Base32", KEY, protect=True)
    own.set_custom_property("TimeOtp-Algorithm", "HMAC-SHA-512", protect=False)
    own.set_custom_property("HmacOtp-Secret-Base32", KEY, protect=True)
    own.set_custom_property("HmacOtp-Counter", "41", protect=False)
    base.add_entry(base.root_group, "Mail", "mira", "no codes")
    gone = base.add_entry(base.root_group, "Gone", "mira", "x")
    gone.otp = f"otpauth://totp/Gone:mira?secret={KEY}"
    base.trash_entry(gone)
    base.save()


if __name__ == "__main__":
    write(sys.argv[1], sys.argv[2], sys.stdin.buffer.read().decode())
    print("{}")
