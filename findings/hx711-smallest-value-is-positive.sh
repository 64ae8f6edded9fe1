#!/usr/bin/env bash
# The constant for the smallest reading of an HX711 is larger than the one for the largest.
#
# One would expect: readings are 24-bit two's complement and stop at 800000h (minimum) and 7FFFFFh (maximum) when the input
# leaves the range (data sheet, "Serial Interface"). So MIN_VALUE is -8388608 and a comparison with it finds an
# overloaded or broken cell.
#
# What happens: `MIN_VALUE` is `1 << 23`, +8388608, which no reading ever is: `retrieve` extends the sign and gives
# -8388608. `value == MIN_VALUE` is never true, `value <= MIN_VALUE` always, and MIN_VALUE > MAX_VALUE.
#
# Package: crate hx711 0.7.0.
# Concerns: whoever checks for saturation, or maps the range onto another.
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
hx711 = "=0.7.0"
nb = "=1.1.0"
EOF

cat >src/main.rs <<'EOF'
use core::convert::Infallible;
use embedded_hal::{delay, digital};
use std::cell::Cell;
use std::process::ExitCode;

struct NoDelay;

impl delay::DelayNs for NoDelay {
    fn delay_ns(&mut self, _: u32) {}
}

/// The clock and the data pin of a cell that is overloaded on the negative side.
struct Wire {
    pulses: Cell<u32>,
}

struct Clock<'a>(&'a Wire);
struct Data<'a>(&'a Wire);

impl digital::ErrorType for Clock<'_> {
    type Error = Infallible;
}

impl digital::ErrorType for Data<'_> {
    type Error = Infallible;
}

impl digital::OutputPin for Clock<'_> {
    fn set_low(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
    fn set_high(&mut self) -> Result<(), Infallible> {
        self.0.pulses.set(self.0.pulses.get() + 1);
        Ok(())
    }
}

impl digital::InputPin for Data<'_> {
    /// Bit 23 first: a one, then zeros. Ready (low) before the first pulse.
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.0.pulses.get() == 1)
    }
    fn is_low(&mut self) -> Result<bool, Infallible> {
        self.is_high().map(|high| !high)
    }
}

fn main() -> ExitCode {
    let wire = Wire { pulses: Cell::new(2) };
    let mut cell = hx711::Hx711::new(NoDelay, Data(&wire), Clock(&wire)).unwrap();
    wire.pulses.set(0);
    let value = nb::block!(cell.retrieve()).unwrap();
    println!("reading at the negative stop: {value}");
    println!("MIN_VALUE {}, MAX_VALUE {}", hx711::MIN_VALUE, hx711::MAX_VALUE);
    let same = value == -8_388_608 && hx711::MIN_VALUE == 8_388_608;
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
