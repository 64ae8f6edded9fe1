#!/usr/bin/env bash
# The decoder for the MLX90614 thermometer decodes no reading of one.
#
# One would expect: SMBus "read word" (data sheet of the MLX90614, section "SMBus", and SMBus 2.0, 5.5.5): START, address with
# the write bit, command 0x07, repeated START, address with the *read* bit, low byte, high byte, PEC. For the
# data sheet's own example, 0x3AD2, that is 301.16 K or 28.01 degrees C.
#
# What happens: after the repeated START the decoder waits for an address with the *write* bit and then for written bytes. No master does that,
# so it never prints anything. The I2C decoder below it reads the transfer well. No warning, status 0.
#
# Version: libsigrokdecode 0.5.3 (Debian 12), decoder mlx90614.
# Concerns: whoever takes an empty output for "no reading took place", or counts on this decoder as an independent check.
# Needs bash and Debian's package sigrok-cli (installed if it is missing). Exit status 0: still so. 1: it changed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
command -v sigrok-cli >/dev/null || apt-get install -qq -y sigrok-cli >/dev/null
sigrok-cli --version | head -n 1
sigrok-cli --version | grep -E 'libsigrok(decode)? [0-9]' | sed 's/^[- ]*//; s/ (.*//' || true

now=0
put() {
  printf '#%d\n%s!\n%s"\n' "$now" "$1" "$2"
  now=$((now + 2))
}
octet() { # value, acknowledge bit
  local place bit
  for place in 7 6 5 4 3 2 1 0; do
    bit=$(($1 >> place & 1))
    put 0 "$bit"; put 1 "$bit"; put 0 "$bit"
  done
  put 0 "$2"; put 1 "$2"; put 0 "$2"
}
{
  printf '$timescale 1 us $end\n$scope module t $end\n$var wire 1 ! SCL $end\n$var wire 1 " SDA $end\n$upscope $end\n$enddefinitions $end\n'
  put 1 1; put 1 0; put 0 0
  octet 0xb4 0; octet 0x07 0
  put 0 1; put 1 1; put 1 0; put 0 0
  octet 0xb5 0; octet 0xd2 0; octet 0x3a 0; octet 0x30 1
  put 0 0; put 1 0; put 1 1; put 1 1
} >read.vcd
sigrok-cli -I vcd -i read.vcd -P i2c:scl=SCL:sda=SDA,mlx90614 -A i2c=addr-data >i2c.out
sigrok-cli -I vcd -i read.vcd -P i2c:scl=SCL:sda=SDA,mlx90614 -A mlx90614 >mlx.out
echo "i2c:      $(sed 's/.*: //' i2c.out | grep -E '^[0-9A-F]{2}$' | tr '\n' ' ')"
echo "mlx90614: '$(cat mlx.out)' (0x3ad2 * 0.02 is 301.16 K)"
same=true
grep -q 'Data read: D2' i2c.out && grep -q 'Data read: 3A' i2c.out || same=false
[ ! -s mlx.out ] || same=false

if "$same"; then
  echo "as stated"
else
  echo "CHANGED"
  exit 1
fi
