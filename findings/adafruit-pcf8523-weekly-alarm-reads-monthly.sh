#!/usr/bin/env bash
# An alarm for every Thursday is read back as one for the third of each month.
#
# One would expect: an alarm that was set as "weekly" is read as "weekly", with the same weekday. The PCF8523 keeps day and weekday in two
# registers, 0x0C and 0x0D, each with its own enable bit (data sheet, sections 8.7.3 and 8.7.4), and the library is told so.
#
# What happens: the weekday is written where it belongs, so the chip alarms weekly. Read back, register 0x0D is taken for a day of the month:
# Thursday, which is 3, becomes ("monthly", the 3rd), and Monday, which is 0, becomes day 0 of January. A program that reads the alarm, moves it
# by an hour and writes it back thus makes it monthly. Daily and monthly alarms are right, and so is a weekly one of a DS3231, which keeps both in
# one register.
#
# Packages: adafruit-circuitpython-register 1.13.0, where the fault is, with adafruit-circuitpython-pcf8523 2.0.9 and -ds3231 2.4.28.
# Concerns: users of that chip's alarm. A way round it: remember what was set.
# Needs bash, Python 3 with venv and its package registry. Exit status 0: still so. 1: it changed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset PYTHONPATH PYTHONHOME
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --no-deps adafruit-circuitpython-pcf8523==2.0.9 adafruit-circuitpython-ds3231==2.4.28 adafruit-circuitpython-register==1.13.0 adafruit-circuitpython-busdevice==5.2.17

cat >finding.py <<'EOF'
import sys
import time
import types
import typing

# What a board brings: MicroPython's `const`, and names for annotations.
sys.modules["micropython"] = types.SimpleNamespace(const=lambda value: value)
sys.modules["busio"] = types.SimpleNamespace(I2C=object, SPI=object)
sys.modules["circuitpython_typing"] = types.SimpleNamespace(ReadableBuffer=bytes, WriteableBuffer=bytearray)
sys.modules["typing_extensions"] = typing
sys.modules["circuitpython_typing.device_drivers"] = types.SimpleNamespace(I2CDeviceDriver=object)

from adafruit_ds3231 import DS3231
from adafruit_pcf8523.pcf8523 import PCF8523


class Chip:
    """Registers of one byte whose address goes up by itself."""

    def __init__(self):
        self.regs = bytearray(0x20)

    def try_lock(self):
        return True

    def unlock(self):
        pass

    def writeto(self, address, buffer, *, start=0, end=None, **_):
        data = bytes(buffer)[start:end]
        if data:
            self.regs[data[0] : data[0] + len(data) - 1] = data[1:]

    def writeto_then_readfrom(self, address, out, into, *, out_start=0, out_end=None, in_start=0, in_end=None, **_):
        register = bytes(out)[out_start:out_end][0]
        end = len(into) if in_end is None else in_end
        into[in_start:end] = self.regs[register : register + end - in_start]


def show(alarm):
    at, often = alarm
    return often, at.tm_mday if often == "monthly" else at.tm_wday if often == "weekly" else None


seen = []
# 2017 began on a Sunday, so the 5th of January was a Thursday.
for name, driver, attribute in (("PCF8523", PCF8523, "alarm"), ("DS3231", DS3231, "alarm1")):
    for often, wday, mday in (("daily", 3, 5), ("monthly", 3, 5), ("weekly", 3, 5), ("weekly", 0, 2)):
        chip = Chip()
        clock = driver(chip)
        setattr(clock, attribute, (time.struct_time((2017, 1, mday, 7, 30, 0, wday, mday, -1)), often))
        read = show(getattr(clock, attribute))
        registers = chip.regs[0x0A:0x0E] if name == "PCF8523" else chip.regs[0x07:0x0B]
        print(f"{name}: set {often}, weekday {wday}, day {mday}: registers {registers.hex(' ')}, read back {read}")
        seen.append((registers.hex(), read))
same = seen == [
    ("30078080", ("daily", None)),
    ("30070580", ("monthly", 5)),
    ("30078003", ("monthly", 3)),
    ("30078000", ("monthly", 0)),
    ("00300780", ("daily", None)),
    ("00300705", ("monthly", 5)),
    ("00300744", ("weekly", 3)),
    ("00300741", ("weekly", 0)),
]

print("as stated" if same else "CHANGED")
sys.exit(0 if same else 1)
EOF

venv/bin/python finding.py
