#!/usr/bin/env python3
"""Packs standard input into a zip under a password with pyzipper, another writer than any of ours.

    write_zip.py FILE NAME PASSWORD 128|192|256 < contents
"""

import sys

import pyzipper

file, name, password, bits = sys.argv[1:]
with pyzipper.AESZipFile(file, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
    archive.setpassword(password.encode())
    archive.setencryption(pyzipper.WZ_AES, nbits=int(bits))
    archive.writestr(name, sys.stdin.buffer.read())
print("{}")
