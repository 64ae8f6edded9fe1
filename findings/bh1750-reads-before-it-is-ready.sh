#!/usr/bin/env bash
# A single measurement of a BH1750 is fetched before the slowest chip is ready.
#
# One would expect: a wait of at least the longest measurement: 180 ms in high and 24 ms in low resolution (data sheet,
# "Electrical characteristics": measurement time typ. 120 / max. 180 ms, typ. 16 / max. 24 ms), more with a longer
# measurement time register.
#
# What happens: `get_one_time_measurement` waits for 1.2 times the *typical* time: 144 and 19 ms. A chip that needs longer
# has not finished; what is read is the previous result, or 0 at the first call: darkness at noon, with Ok. In a
# simulation that keeps to the typical times nothing is seen.
#
# Package: crate bh1750 0.1.0.
# Concerns: users of one-time measurements. A way round it: continuous measurement with one's own wait.
# Needs bash, a Rust toolchain and its package registry. Exit status 0: still so. 1: it changed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir src
unset CARGO_BUILD_TARGET RUSTFLAGS CARGO_ENCODED_RUSTFLAGS
export CARGO_TARGET_DIR="$dir/target" CARGO_BUILD_JOBS=1

cat >Cargo.toml <<'EOF'
[package]
name = "finding"
version = "0.0.0"
edition = "2021"

[dependencies]
embedded-hal = "=1.0.0"
bh1750 = "=0.1.0"
EOF

cat >src/main.rs <<'EOF'
use core::convert::Infallible;
use embedded_hal::i2c::{ErrorType, I2c, Operation};
use std::process::ExitCode;
use bh1750::{Resolution, BH1750};
use std::cell::Cell;

/// A chip at the upper limit of the data sheet, on a clock that only the driver's delays move.
struct Chip<'a> {
    now_ms: &'a Cell<u32>,
    ready_at: u32,
}

struct Wait<'a>(&'a Cell<u32>);

impl embedded_hal::delay::DelayNs for Wait<'_> {
    fn delay_ns(&mut self, ns: u32) {
        self.0.set(self.0.get() + ns / 1_000_000);
    }
    fn delay_ms(&mut self, ms: u32) {
        self.0.set(self.0.get() + ms);
    }
}

impl ErrorType for Chip<'_> {
    type Error = Infallible;
}

impl I2c for Chip<'_> {
    fn transaction(&mut self, _: u8, steps: &mut [Operation<'_>]) -> Result<(), Infallible> {
        for step in steps {
            match step {
                Operation::Write(bytes) => {
                    let longest = if bytes[0] & 3 == 3 { 24 } else { 180 };
                    self.ready_at = self.now_ms.get() + longest;
                }
                Operation::Read(bytes) => {
                    let ready = self.now_ms.get() >= self.ready_at;
                    bytes.copy_from_slice(&if ready { 12_000_u16 } else { 0 }.to_be_bytes());
                }
            }
        }
        Ok(())
    }
}

fn main() -> ExitCode {
    let mut same = true;
    for (name, mode, limit) in [("high", Resolution::High, 180), ("low", Resolution::Low, 24)] {
        let now_ms = Cell::new(0);
        let mut sensor = BH1750::new(Chip { now_ms: &now_ms, ready_at: 0 }, Wait(&now_ms), false);
        let lux = sensor.get_one_time_measurement(mode).unwrap();
        println!("{name} resolution: ready after {limit} ms at the latest, fetched after {} ms: {lux} of 10000 lx", now_ms.get());
        same &= now_ms.get() < limit && lux == 0.0;
    }
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
