#!/usr/bin/env bash
# A program starts at another address after its Intel HEX file went through bincopy.
#
# One would expect: record type 03 holds CS and IP, and the program starts at CS * 16 + IP (Intel, "Hexadecimal Object File Format Specification"
# of 1988, "Start Segment Address Record"). GNU objcopy writes this type for every start address below 1 MiB, whatever the processor: 0x20054 as
# 2000:0054.
#
# What happens: bincopy takes the four bytes for one number, 0x20000054, says so in `info` and writes it into an S-record. The other way round,
# with 24 bits of address, it writes 0x20054 as 0002:0054, which objcopy reads as 0x74. Data records of both kinds are right, and so is a start
# address below 64 KiB, where CS is 0.
#
# Versions: bincopy 20.1.1 from PyPI; GNU objcopy 2.40 (Debian 12).
# Concerns: small programs for the flash of a microcontroller, whose loader jumps to the start address. A way round it: convert with objcopy.
# Needs bash, Python 3 with venv, its package registry, and Debian's package binutils (installed if it is missing). Exit status 0: still so. 1: it
# changed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset PYTHONPATH PYTHONHOME
command -v objcopy >/dev/null || apt-get install -qq -y binutils >/dev/null
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check bincopy==20.1.1

# A program of 128 bytes at $1 that starts 0x54 further on, as objcopy writes it. The change moves the start as well.
write() {
  head -c 128 /dev/zero >program.bin
  objcopy -I binary -O ihex --change-addresses "$1" --set-start 0x54 program.bin program.hex
}

# The start address of a file: the last record of what objcopy makes of it as S-records, without its type, length and checksum.
by_objcopy() {
  objcopy -I ihex -O srec "$1" out.srec
  tr -d '\r' <out.srec | tail -n 1 | sed 's/^S[789]..\(.*\)..$/0x\1/'
}

cat >finding.py <<'EOF'
import sys

import bincopy

file = bincopy.BinFile(sys.argv[1])
print(f"0x{file.execution_start_address:x}", file.as_srec().split()[-1])
file.execution_start_address = int(sys.argv[2], 16)
with open("again.hex", "w") as again:
    again.write(file.as_ihex(address_length_bits=24))
EOF

same=true
check() {
  write "$1"
  local start read_by_objcopy read_by_bincopy back
  start=$(printf '0x%x' $(($1 + 0x54)))
  read_by_objcopy=$(by_objcopy program.hex)
  read_by_bincopy=$(venv/bin/python finding.py program.hex "$start")
  back=$(by_objcopy again.hex)
  echo "start $start, written as $(grep '^:04000003' program.hex | tr -d '\r'): objcopy reads $read_by_objcopy, bincopy reads $read_by_bincopy; written by bincopy, objcopy reads $back"
  [ "$((read_by_objcopy))" = "$((start))" ] && [ "$read_by_bincopy" = "$2" ] && [ "$((back))" = "$(($3))" ] || same=false
}
check 0x8000 '0x8054 S7050000805426' 0x8054
check 0x20000 '0x20000054 S7052000005486' 0x74

if "$same"; then
  echo "as stated"
else
  echo "CHANGED"
  exit 1
fi
