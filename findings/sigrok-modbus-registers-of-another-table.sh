#!/usr/bin/env bash
# A trace of Modbus shows a write to a register that cannot be written.
#
# One would expect: the decoder adds to each address the number that manuals use. Coils are 1 and up, discrete inputs 10001, input registers
# 30001, holding registers 40001 (Modicon, "Modbus Protocol Reference Guide" PI-MBUS-300, "Data Addresses in Modbus Messages"). So functions 3, 6
# and 16 at address 0 are about 40001, function 4 about 30001, functions 1 and 5 about 1, function 2 about 10001.
#
# What happens: reads take the digit from the function's number, so the two kinds of register change places and a coil is 10001. A single write is
# numbered from 30000 or 10000, one less than the first input, and a multiple write from 30001 or 10001. So one and the same holding register is
# 40001 in none of them, and 30001, 30000 and 30001 by turns. Addresses in hexadecimal are right.
#
# Version: sigrok-cli 0.7.2 with libsigrokdecode 0.5.3 (Debian 12).
# Concerns: whoever compares a trace with a device's list of registers. A way round it: go by the hexadecimal address and the function.
# Needs bash, Python 3 and Debian's package sigrok-cli (installed if it is missing). Exit status 0: still so. 1: it changed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
command -v sigrok-cli >/dev/null || apt-get install -qq -y sigrok-cli >/dev/null
sigrok-cli --version | head -n 1
sigrok-cli --version | grep -E 'libsigrok(decode)? [0-9]' | sed 's/^[- ]*//; s/ (.*//' || true

# A request to slave 1 with its CRC, at 100,000 baud with eight bits and no parity, as a VCD file in steps of 10 us.
cat >write.py <<'EOF'
import sys

message = bytes.fromhex(sys.argv[1])
crc = 0xFFFF
for byte in message:
    crc ^= byte
    for _ in range(8):
        crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
bits = [1] * 40
for byte in message + crc.to_bytes(2, "little"):
    bits += [0] + [byte >> place & 1 for place in range(8)] + [1]
bits += [1] * 40
print("$timescale 1 us $end\n$scope module t $end\n$var wire 1 ! TX $end\n$upscope $end\n$enddefinitions $end")
for at, bit in enumerate(bits):
    print(f"#{at * 10}\n{bit}!")
EOF

same=true
check() { # what, its number by the guide, the request, the number that is shown
  python3 write.py "$3" >request.vcd
  sigrok-cli -I vcd -i request.vcd -P uart:rx=TX:baudrate=100000,modbus:scchannel=TX:cschannel=RX -A modbus >out
  local shown
  shown=$(sed -n 's/^modbus-1: .*ddress 0x0 \/ \([0-9]*\)$/\1/p' out)
  echo "$1 at address 0 is $2, shown as $shown"
  grep -q 'CRC correct' out && [ "$shown" = "$4" ] || same=false
}
check 'function 1, a coil read' 1 010100000001 10001
check 'function 2, a discrete input read' 10001 010200000001 20001
check 'function 3, a holding register read' 40001 010300000001 30001
check 'function 4, an input register read' 30001 010400000001 40001
check 'function 5, a coil written' 1 01050000ff00 10000
check 'function 6, a holding register written' 40001 010600001234 30000
check 'function 15, coils written' 1 010f000000010101 10001
check 'function 16, holding registers written' 40001 011000000001021234 30001

if "$same"; then
  echo "as stated"
else
  echo "CHANGED"
  exit 1
fi
