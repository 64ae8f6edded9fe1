#!/usr/bin/env bash
# A negative alarm limit for an MCP9808 is written as another temperature.
#
# One would expect: -10 is written as 0x1F60. The limit registers hold two's complement (data sheet of the MCP9808, registers 5-3:
# "TUPPER<7:0>: boundary bits, two's complement format", and the sign bit), as the temperature register does.
#
# What happens: both drivers write the sign bit and the magnitude: 0x10A0, which is -246 degrees. Their own getter reads it back as -246. So a freezer's upper
# limit of -10 alarms always and a lower limit of -10 never. Positive limits are right. -16 is written as 0x1100, -240.
#
# Packages: adafruit-circuitpython-mcp9808 3.3.32 and micropython-mcp9808 0.2.1, which has the same sum.
# Concerns: alarms below zero. A way round it: write the register oneself.
# Needs bash, Python 3 with venv and its package registry. Exit status 0: still so. 1: it changed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset PYTHONPATH PYTHONHOME
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --no-deps adafruit-circuitpython-mcp9808==3.3.32 adafruit-circuitpython-busdevice==5.2.17 adafruit-circuitpython-register==1.13.0 micropython-mcp9808==0.2.1

cat >finding.py <<'EOF'
import sys
import types
import typing

# What a board brings: MicroPython's `const`, and names for annotations.
sys.modules["micropython"] = types.SimpleNamespace(const=lambda value: value)
sys.modules["busio"] = types.SimpleNamespace(I2C=object, SPI=object)
sys.modules["circuitpython_typing"] = types.SimpleNamespace(ReadableBuffer=bytes, WriteableBuffer=bytearray)
sys.modules["typing_extensions"] = typing
sys.modules["circuitpython_typing.device_drivers"] = types.SimpleNamespace(I2CDeviceDriver=object)

import adafruit_mcp9808
from micropython_mcp9808 import mcp9808


class Chip:
    """Registers of two bytes, read and written with either library's calls."""

    def __init__(self):
        self.regs = {6: b"\x00\x54", 7: b"\x04\x00"}

    def try_lock(self):
        return True

    def unlock(self):
        pass

    def writeto(self, address, buffer, *, start=0, end=None, **_):
        data = bytes(buffer)[start:end]
        if len(data) == 3:
            self.regs[data[0]] = data[1:]

    def writeto_then_readfrom(self, address, out, into, *, out_start=0, out_end=None, in_start=0, in_end=None, **_):
        register = bytes(out)[out_start:out_end][0]
        end = len(into) if in_end is None else in_end
        into[in_start:end] = self.regs.get(register, b"\0\0")[: end - in_start]

    def readfrom_mem(self, address, register, length):
        return self.regs.get(register, b"\0\0")[:length]

    def readfrom_mem_into(self, address, register, into):
        into[:] = self.regs.get(register, b"\0\0")

    def writeto_mem(self, address, register, data):
        self.regs[register] = bytes(data)


def degrees(raw):
    value = int.from_bytes(raw, "big") & 0x1FFC
    return (value - 0x2000 if value & 0x1000 else value) / 16


seen = []
for limit in (-10, -16, 10):
    chip = Chip()
    sensor = adafruit_mcp9808.MCP9808(chip)
    sensor.upper_temperature = limit
    one = (chip.regs[2].hex(), degrees(chip.regs[2]), sensor.upper_temperature)
    chip = Chip()
    chip.regs[7] = b"\x04"
    sensor = mcp9808.MCP9808(chip)
    sensor.temperature_upper = limit
    two = (chip.regs[2].hex(), degrees(chip.regs[2]), sensor.temperature_upper)
    print(f"limit {limit}: adafruit writes 0x{one[0]} = {one[1]} (reads back {one[2]}), micropython 0x{two[0]} = {two[1]} (reads back {two[2]})")
    seen.append((one, two))
same = seen[0][0] == ("10a0", -246.0, -246.0) and seen[0][1] == seen[0][0]
same = same and seen[1][0][1] == seen[1][1][1] == -240.0 and seen[2][0][1] == seen[2][1][1] == 10.0

print("as stated" if same else "CHANGED")
sys.exit(0 if same else 1)
EOF

venv/bin/python finding.py
