#!/usr/bin/env bash
# Below zero senlib's LM75 reads more than 200 degrees.
#
# One would expect: -18.5 degrees C, register 0xED80 (data sheet DS012658 of the LM75, section 1.12: two's complement), reads as -18.5.
#
# What happens: the upper byte is taken for an unsigned number, so -18.5 degrees are 237.5: 256 too many. Above zero nothing is wrong.
#
# Package: senlib 0.1.1.
# Concerns: outdoor and freezer readings. A way round it: subtract 256 from what is 128 or more.
# Needs bash, Python 3 with venv and its package registry. Exit status 0: still so. 1: it changed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset PYTHONPATH PYTHONHOME
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --no-deps senlib==0.1.1

cat >finding.py <<'EOF'
import sys

from senlib.i2c.sensors.lmx import LM75


class Bus:
    """The temperature register of an LM75, as SMBus reads a word: its first byte is the lower one."""

    def __init__(self, degrees):
        self.raw = int(degrees * 256) & 0xFFFF

    def read_word_data(self, address, register):
        return self.raw >> 8 | (self.raw & 0xFF) << 8


seen = []
for degrees in (21.5, 0.0, -0.5, -18.5, -55.0):
    bus = Bus(degrees)
    got = LM75(bus).measure()["temperature"]
    print(f"{degrees} degrees C is 0x{bus.raw:04x}: measure() {got}")
    seen.append(got - degrees)
same = seen == [0.0, 0.0, 256.0, 256.0, 256.0]

print("as stated" if same else "CHANGED")
sys.exit(0 if same else 1)
EOF

venv/bin/python finding.py
