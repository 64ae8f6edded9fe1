#!/usr/bin/env bash
# An alarm limit of 20.5 degrees is "not within -256 and 255".
#
# One would expect: limits and offset of a TMP117 in steps of 7.8125 mC, as the properties' type (float) and the data sheet (table "High Limit Register") say.
#
# What happens: the check is `value not in range(-256, 255)`. For Python a float is in a range only when it is a whole number, so 20.5 is refused with a message that
# is not true of it, as is 255. On CPython a negative limit passes the check and fails when it is written, since the register is made with
# `to_bytes` without `signed=True`: OverflowError for -10. MicroPython's older `to_bytes` takes it.
#
# Package: micropython-tmp117 0.2.2, under CPython 3.
# Concerns: programs that run MicroPython drivers under CPython, and all who want a fraction of a degree.
# Needs bash, Python 3 with venv and its package registry. Exit status 0: still so. 1: it changed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset PYTHONPATH PYTHONHOME
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --no-deps micropython-tmp117==0.2.2

cat >finding.py <<'EOF'
import sys
import types

sys.modules["micropython"] = types.SimpleNamespace(const=lambda value: value)

from micropython_tmp117 import tmp117


class Chip:
    """Registers after power-up, with a conversion always ready."""

    def __init__(self):
        self.regs = {0: b"\x0c\x80", 1: b"\x22\x20", 2: b"\x60\x00", 3: b"\x80\x00", 7: b"\x00\x00", 15: b"\x01\x17"}

    def readfrom_mem(self, address, register, length):
        return self.regs[register][:length]

    def writeto_mem(self, address, register, data):
        if register != 1:
            self.regs[register] = bytes(data)


seen = {}
for limit in (20, 20.0, 20.5, 255, -10):
    chip = Chip()
    sensor = tmp117.TMP117(chip)
    try:
        sensor.high_limit = limit
        seen[repr(limit)] = f"0x{chip.regs[2].hex()}"
    except (ValueError, OverflowError) as error:
        seen[repr(limit)] = type(error).__name__
        text = f" ({error})"
    else:
        text = ""
    print(f"high_limit = {limit!r}: {seen[repr(limit)]}{text}")
same = seen == {"20": "0x0a00", "20.0": "0x0a00", "20.5": "ValueError", "255": "ValueError", "-10": "OverflowError"}

print("as stated" if same else "CHANGED")
sys.exit(0 if same else 1)
EOF

venv/bin/python finding.py
