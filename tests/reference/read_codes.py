#!/usr/bin/env python3
"""Reads the QR codes of pictures with zxing-cpp, another reader than ours; prints a JSON list of texts for each.

    read_codes.py PICTURE…
"""

import json
import sys

import zxingcpp
from PIL import Image

json.dump([[code.text for code in zxingcpp.read_barcodes(Image.open(name).convert("L"))] for name in sys.argv[1:]], sys.stdout)
