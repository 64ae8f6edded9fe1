#!/usr/bin/env bash
# A controller that went off the bus becomes, in a log that is read again, a message with the identifier 0x40.
#
# One would expect: in a log of candump, bit 29 of the number (0x20000000) marks an error frame, whatever its class is (Linux,
# include/uapi/linux/can.h: CAN_ERR_FLAG; can/error.h: the classes are bits, 0x2 for a lost arbitration, 0x4 for the controller, 0x40 for bus off,
# 0x80 for a bus error). And a remote frame asks for the number of bytes behind its R: "123#R8" for eight.
#
# What happens: the reader takes for error frames only those with the class 0x80. All others come back as data frames with an extended identifier
# made of the class, and what follows handles, replays or decodes them as such. The writer of the same package leaves out the length of a remote
# frame, so "123#R8" becomes "123#R", which asks for nothing. It also leaves out the eight bytes that say what an error was. Data frames, and CAN
# FD's, are right.
#
# Package: python-can 4.6.1.
# Concerns: whoever reads logs of candump, or replays them. A way round it: drop the lines whose number is 0x20000000 or more.
# Needs bash, Python 3 with venv and its package registry. Exit status 0: still so. 1: it changed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset PYTHONPATH PYTHONHOME
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check python-can==4.6.1

# What candump -l writes: data, an extended identifier, CAN FD, a remote frame, then errors.
cat >bus.log <<'EOF'
(1.000000) can0 123#0102
(1.100000) can0 00000040#0102
(1.200000) can0 123##10102
(1.300000) can0 123#R8
(1.400000) can0 20000080#000E000000000000
(1.500000) can0 20000002#0500000000000000
(1.600000) can0 20000004#000C000000000000
(1.700000) can0 20000040#0000000000000000
EOF
cat >finding.py <<'EOF'
import sys

import can

with can.LogReader("bus.log") as log:
    frames = list(log)
with can.Logger("again.log") as log:
    for frame in frames:
        log(frame)
with open("bus.log") as one, open("again.log") as two:
    lines = list(zip((line.split()[2] for line in one), (line.split()[2] for line in two)))
seen = []
for (before, after), frame in zip(lines, frames):
    kind = "error" if frame.is_error_frame else "remote" if frame.is_remote_frame else "data"
    print(f"{before}: {kind}, identifier 0x{frame.arbitration_id:x}, {frame.dlc} bytes, written again as {after}")
    seen.append((kind, frame.arbitration_id, frame.dlc, after))
same = seen == [
    ("data", 0x123, 2, "123#0102"),
    ("data", 0x40, 2, "00000040#0102"),
    ("data", 0x123, 2, "123##10102"),
    ("remote", 0x123, 8, "123#R"),
    ("error", 0, 0, "20000080#"),
    ("data", 0x2, 8, "00000002#0500000000000000"),
    ("data", 0x4, 8, "00000004#000C000000000000"),
    ("data", 0x40, 8, "00000040#0000000000000000"),
]

print("as stated" if same else "CHANGED")
sys.exit(0 if same else 1)
EOF

venv/bin/python finding.py
