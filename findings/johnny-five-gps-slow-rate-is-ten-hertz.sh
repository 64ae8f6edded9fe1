#!/usr/bin/env bash
# A GPS receiver that should report once a second reports ten times.
#
# One would expect: `frequency` is in Hz, and the code's comment says that it enforces a maximum of 10 Hz, the most that an MT3339 can do (data
# sheet of the FGPMMOPA6H module: update rate 1 Hz, up to 10 Hz; packet PMTK220 takes the interval in ms, 100 to 10000). So 1 is sent as
# "PMTK220,1000", 5 as "PMTK220,200", and 20 as "PMTK220,100".
#
# What happens: the comparison is the wrong way round. 1 and 5 are raised to 10, "PMTK220,100", and 20 is let through as "PMTK220,50", which is
# outside the packet's range. Only 10 is right. At 9600 baud, the default, the line carries 960 bytes a second, 96 for each of ten reports.
#
# Package: npm johnny-five 2.1.0, run on mock-firmata 0.2.0.
# Concerns: whoever sets the rate of an Adafruit Ultimate GPS. A way round it: `gps.sendCommand("$PMTK220,1000")`.
# Needs bash, Node 20 or newer, npm and its registry. Exit status 0: still so. 1: it changed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes >npm.log
npm install --silent --no-audit --no-fund --ignore-scripts johnny-five@2.1.0 mock-firmata@0.2.0

cat >finding.js <<'EOF'
const five = require("johnny-five");
const { Firmata } = require("mock-firmata");

const written = [];
const io = new Firmata();
io.SERIAL_PORT_IDs = { DEFAULT: 8 };
io.serialConfig = io.serialRead = () => {};
io.serialWrite = (_, bytes) => written.push(String.fromCharCode(...bytes).trim());
const board = new five.Board({ io, debug: false, repl: false });

board.on("ready", () => {
  const seen = [];
  const rates = [1, 5, 10, 20];
  for (const frequency of rates) {
    const gps = new five.GPS({ breakout: "ADAFRUIT_ULTIMATE_GPS", pins: { rx: 11, tx: 10 } });
    written.length = 0;
    gps.frequency = frequency;
    console.log(`asked for ${frequency} Hz: sent ${written.join(" ")}, and the component says ${gps.frequency} Hz`);
    seen.push(...written, gps.frequency);
  }
  const stated = ["$PMTK220,100*2F", 10, "$PMTK220,100*2F", 10, "$PMTK220,100*2F", 10, "$PMTK220,50*1B", 20];
  const same = JSON.stringify(seen) === JSON.stringify(stated);
  console.log(same ? "as stated" : "CHANGED");
  process.exit(same ? 0 : 1);
});
io.emit("connect");
io.emit("ready");
EOF
node finding.js
