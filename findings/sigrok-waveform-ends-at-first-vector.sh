#!/usr/bin/env bash
# A VCD file ends, for sigrok, where a vector changes for the first time.
#
# One would expect: a file with a clock and a bus of three wires is ordinary (IEEE 1364-2005, section 18.2: `$var reg 3`, values `b101`).
# A reader that cannot show vectors would skip them, as its log says of the declaration ("Unsupported signal size", shown only with a
# raised log level), and show the clock. Real values of the same kind of file are in fact skipped so.
#
# What happens: reading stops at the first value that begins with b. What was before is shown, the rest is dropped. When the bus has its first
# value at time 0, as in every file with `$dumpvars`, no sample of any signal is left and decoders print nothing. The exit status is
# 0, standard error is empty. A pipeline that greps for errors of the decoder passes.
#
# Version: sigrok-cli 0.7.2 with libsigrok 0.5.2 (Debian 12).
# Concerns: whoever checks traces with sigrok: write single wires only into that file, and assert that something was decoded.
# Needs bash and Debian's package sigrok-cli (installed if it is missing). Exit status 0: still so. 1: it changed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
command -v sigrok-cli >/dev/null || apt-get install -qq -y sigrok-cli >/dev/null
sigrok-cli --version | head -n 1
sigrok-cli --version | grep -E 'libsigrok(decode)? [0-9]' | sed 's/^[- ]*//; s/ (.*//' || true

# One clock and one more variable ($1: its declaration), then values ($2).
write() {
  printf '$timescale 1 us $end\n$scope module top $end\n$var wire 1 ! clk $end\n%b$upscope $end\n$enddefinitions $end\n%b' "$1" "$2"
}
bus='$var reg 3 % bus $end\n'
volts='$var real 64 % volts $end\n'
write '' '#0\n0!\n#3\n1!\n#5\n0!\n#9\n' >alone.vcd
write "$volts" '#0\n0!\nr1.5 %\n#3\n1!\n#5\n0!\nr2.5 %\n#9\n' >real.vcd
write "$bus" '#0\n0!\nb000 %\n#3\n1!\n#5\n0!\nb101 %\n#9\n' >vector_at_0.vcd
write "$bus" '#0\n0!\n#3\n1!\n#5\n0!\nb101 %\n#9\n' >vector_at_5.vcd

same=true
check() {
  local status=0
  sigrok-cli -I vcd -i "$1.vcd" -O bits:width=64 >"$1.out" 2>"$1.err" || status=$?
  local samples
  samples=$(sed -n 's/^clk://p' "$1.out" | tr -d ' ')
  echo "$1: status $status, clk '$samples', standard error '$(cat "$1.err")'"
  [ "$status" = 0 ] && [ "$samples" = "$2" ] && [ ! -s "$1.err" ] || same=false
}
check alone 000110000
check real 000110000
check vector_at_0 ''
check vector_at_5 00011

if "$same"; then
  echo "as stated"
else
  echo "CHANGED"
  exit 1
fi
