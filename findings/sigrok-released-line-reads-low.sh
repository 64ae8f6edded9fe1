#!/usr/bin/env bash
# A line that is released (z) is read as low.
#
# One would expect: in a VCD file z is high impedance (IEEE 1364-2005, section 18.2.1). On an open-drain bus a released line is pulled up, so a
# simulator may well write z for "nobody pulls"; I2C's idle state is then z on both wires. A reader with two levels would
# take z for high there, offer an option, or say that it cannot know.
#
# What happens: z and x become 0 without a word, and no option of the input format changes it. The same I2C transfer that decodes well with 1 for a
# released line gives nothing at all with z, since there is no START: both wires are low all the time.
#
# Version: sigrok-cli 0.7.2 with libsigrok 0.5.2 and libsigrokdecode 0.5.3 (Debian 12).
# Concerns: whoever feeds traces of a simulator with open-drain nets to decoders: write 1 for a line with a pull-up.
# Needs bash and Debian's package sigrok-cli (installed if it is missing). Exit status 0: still so. 1: it changed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
command -v sigrok-cli >/dev/null || apt-get install -qq -y sigrok-cli >/dev/null
sigrok-cli --version | head -n 1
sigrok-cli --version | grep -E 'libsigrok(decode)? [0-9]' | sed 's/^[- ]*//; s/ (.*//' || true

# A write of 0x42 to address 0x29: START, eight bits and ACK twice, STOP. $1 is the released level.
trace() {
  local high=$1 now=0
  printf '$timescale 1 us $end\n$scope module t $end\n$var wire 1 ! SCL $end\n$var wire 1 " SDA $end\n$upscope $end\n$enddefinitions $end\n'
  put() {
    local scl=$1 sda=$2
    [ "$scl" = 1 ] && scl=$high
    [ "$sda" = 1 ] && sda=$high
    printf '#%d\n%s!\n%s"\n' "$now" "$scl" "$sda"
    now=$((now + 2))
  }
  put 1 1; put 1 0; put 0 0
  local bit
  for bit in 0 1 0 1 0 0 1 0  0  0 1 0 0 0 0 1 0  0; do
    put 0 "$bit"; put 1 "$bit"; put 0 "$bit"
  done
  put 0 0; put 1 0; put 1 1; put 1 1
}
trace 1 >driven.vcd
trace z >released.vcd
for file in driven released; do
  sigrok-cli -I vcd -i "$file.vcd" -P i2c:scl=SCL:sda=SDA -A i2c=addr-data >"$file.out" 2>&1 || true
  echo "$file: $(tr '\n' ';' <"$file.out")"
done
same=true
grep -q 'Address write: 29' driven.out && grep -q 'Data write: 42' driven.out || same=false
[ ! -s released.out ] || same=false

if "$same"; then
  echo "as stated"
else
  echo "CHANGED"
  exit 1
fi
