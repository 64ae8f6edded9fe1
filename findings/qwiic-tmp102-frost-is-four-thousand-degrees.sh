#!/usr/bin/env bash
# Below zero a TMP102 reads four thousand degrees.
#
# One would expect: -25 degrees C, register 0xE700 (data sheet of the TMP102, table "12-bit temperature data format"), reads as -25.0.
#
# What happens: the sign is extended by `|= 0xF000`, as in C with 16-bit numbers. A Python integer has no 16 bits: the result is a large positive number,
# 4071 degrees. The same holds for the extended mode and for the two alarm limits that are read back. The limits are written right. Above zero
# nothing is wrong.
#
# Package: sparkfun-qwiic-tmp102 2.0.0.
# Concerns: outdoor and freezer readings. A way round it: subtract 4096 from what is above 2048 degrees.
# Needs bash, Python 3 with venv and its package registry. Exit status 0: still so. 1: it changed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset PYTHONPATH PYTHONHOME
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --no-deps sparkfun-qwiic-tmp102==2.0.0 sparkfun-qwiic-i2c==2.0.0

cat >finding.py <<'EOF'
import sys

import qwiic_tmp102


class Chip:
    """Two bytes behind each pointer: TMP102 with temperature, configuration and two limits."""

    def __init__(self, raw):
        self.regs = {0: raw, 1: b"\x60\xa0", 2: b"\x4b\x00", 3: b"\x50\x00"}

    def writeCommand(self, address, register):
        pass

    def readBlock(self, address, register, count):
        return list(self.regs[register][:count])

    def writeBlock(self, address, register, data):
        # As smbus2 does it: the low eight bits of each number.
        self.regs[register] = bytes(byte & 0xFF for byte in data)


seen = []
for raw, right in ((b"\x19\x00", 25.0), (b"\xff\xf0", -0.0625), (b"\xe7\x00", -25.0), (b"\xc9\x00", -55.0)):
    chip = Chip(raw)
    sensor = qwiic_tmp102.QwiicTmp102Sensor(i2c_driver=chip)
    got = sensor.read_temp_c()
    sensor.set_low_temp_c(right)
    print(f"register 0x{raw.hex()}: {right} by the data sheet, read_temp_c() {got};"
          f" limit {right} written as 0x{chip.regs[2].hex()}, read back {sensor.read_low_temp_c()}")
    seen.append(got - right)
same = seen == [0.0, 4096.0, 4096.0, 4096.0]

print("as stated" if same else "CHANGED")
sys.exit(0 if same else 1)
EOF

venv/bin/python finding.py
