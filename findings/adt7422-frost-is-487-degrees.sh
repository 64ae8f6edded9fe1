#!/usr/bin/env bash
# Below zero an ADT7422 reads hundreds of degrees, and a limit below zero is stored as another one.
#
# One would expect: -25 degrees C, 0xF380 with 16 bits and 0xF380 with the flags of 13 bits (data sheet of the ADT7422, tables 5 and 6), reads as
# -25; a limit of -10 is written as 0xFB00, two's complement.
#
# What happens: with 16 bits, get_temp() looks for the sign in bit 15 of the upper byte alone, which has none: -25 degrees are 487. With 13 bits it
# takes the number for sign and magnitude: -25 degrees are -231. The limits are written as sign and magnitude too, so -10 is stored as -246, and
# read back as -10. Above zero nothing is wrong.
#
# Package: adt7422 1.0.3.
# Concerns: freezer readings, and alarms below zero. A way round it: set 16 bits, and subtract 512 from what is 256 or more.
# Needs bash, Python 3 with venv and its package registry. Exit status 0: still so. 1: it changed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset PYTHONPATH PYTHONHOME
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --no-deps adt7422==1.0.3

# The driver asks for smbus2's class: here it is the chip.
cat >smbus2.py <<'EOF'
class SMBus:
    regs = {}

    def __init__(self, bus):
        pass

    def open(self, bus):
        pass

    def write_byte(self, address, value):
        pass

    def read_byte_data(self, address, register):
        return self.regs[register]

    def read_word_data(self, address, register):
        return self.regs[register] | self.regs[register + 1] << 8

    def write_word_data(self, address, register, value):
        self.regs[register], self.regs[register + 1] = value & 0xFF, value >> 8
EOF

cat >finding.py <<'EOF'
import sys

import adt7422
import smbus2

seen = []
for config in (0x80, 0x00):
    for degrees in (25, -25):
        raw = degrees * 128 & 0xFFFF
        smbus2.SMBus.regs = {0: raw >> 8, 1: raw & 0xFF, 3: config}
        part = adt7422.ADT7422()
        part.open_smbus()
        got = part.get_temp()
        print(f"{16 if config else 13} bits, {degrees} degrees C is 0x{raw:04x}: get_temp() {got}")
        seen.append(got)
part.set_low_setpoint(-10)
stored = smbus2.SMBus.regs[6] << 8 | smbus2.SMBus.regs[7]
meant = (stored ^ 0x8000) - 0x8000
print(f"a limit of -10 is written as 0x{stored:04x}, which is {meant / 128} to the chip, and read back as {part.get_low_setpoint()}")
same = (seen, stored, part.get_low_setpoint()) == ([25.0, 487.0, 25.0, -231.0], 0x8500, -10.0)

print("as stated" if same else "CHANGED")
sys.exit(0 if same else 1)
EOF

venv/bin/python finding.py
