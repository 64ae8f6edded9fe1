#!/usr/bin/env bash
# The vapour pressure in the fuel tank of a car reads 64 Pa too low half of the time.
#
# One would expect: the two bytes of OBD-II PID 0x32 are one signed number in steps of 0.25 Pa (SAE J1979, mode 01, PID 32: 0x8000 is -8192 Pa,
# 0x7FFF is 8191.75 Pa). So 0x0080 is 32 Pa.
#
# What happens: the decoder takes each byte for a signed number of its own and adds them. Whenever the low byte is 0x80 or more, the result is 64
# Pa too low: 0x0080 is -32 Pa, 0x7FFF is 8127.75 Pa, and a rising pressure reads 31.75, then -32. The table of the same library for mode 06 (unit
# and scale 0xFE: signed, 0.25 Pa) decodes the same two bytes as it should.
#
# Package: obd 0.7.3 (python-OBD).
# Concerns: leak tests of a fuel tank. A way round it: add 64 Pa where the low byte is 0x80 or more, or decode the raw message.
# Needs bash, Python 3 with venv and its package registry. Exit status 0: still so. 1: it changed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset PYTHONPATH PYTHONHOME
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check obd==0.7.3

cat >finding.py <<'EOF'
import sys

import obd
from obd.protocols.protocol import ECU, Frame, Message
from obd.UnitsAndScaling import UAS_IDS

seen = []
for word in (0x0000, 0x007F, 0x0080, 0x00FF, 0x0100, 0x7FFF, 0x8000, 0xFF80, 0xFF7F):
    message = Message([Frame("")])
    message.ecu = ECU.ENGINE
    message.data = b"\x41\x32" + word.to_bytes(2, "big")
    pid = obd.commands.EVAP_VAPOR_PRESSURE([message]).value.magnitude
    scale = UAS_IDS[0xFE](word.to_bytes(2, "big")).magnitude
    expected = (word - 0x10000 if word & 0x8000 else word) / 4
    print(f"0x{word:04x}: expected {expected} Pa, PID 0x32 gives {pid}, unit and scale 0xFE gives {scale}")
    seen.append((pid - expected, scale - expected))
same = seen == [(0, 0), (0, 0), (-64, 0), (-64, 0), (0, 0), (-64, 0), (0, 0), (-64, 0), (0, 0)]

print("as stated" if same else "CHANGED")
sys.exit(0 if same else 1)
EOF

venv/bin/python finding.py
