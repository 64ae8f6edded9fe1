#!/usr/bin/env bash
# The documented power of an SHT4x's heater is the reverse of what is sent.
#
# One would expect: `HeatingPower::Low`, documented as "Operate the heater at 200 mW", sends 0x32 (200 mW for 0.1 s), and `High`,
# documented as 20 mW, sends 0x15 (data sheet, table "Overview of I2C commands").
#
# What happens: `Low` sends 0x15 and `High` sends 0x32. The names are right and the texts are the other way round, so
# who reads the text and wants the gentle 20 mW burns 200 mW, ten times as much, against the data sheet's limit
# of 10 % of the time, and a supply that was sized for 20 mW sags in the middle of the measurement.
#
# Package: crate sht4x 0.2.0.
# Concerns: users of `heat_and_measure`.
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
sht4x = "=0.2.0"
EOF

cat >src/main.rs <<'EOF'
use core::convert::Infallible;
use embedded_hal::i2c::{ErrorType, I2c, Operation};
use std::process::ExitCode;
use sht4x::{HeatingDuration, HeatingPower, Sht4x};

struct NoDelay;

impl embedded_hal::delay::DelayNs for NoDelay {
    fn delay_ns(&mut self, _: u32) {}
}

/// Answers each read with two zero words and their checksum (0x81), and keeps the commands.
#[derive(Default)]
struct Wire(Vec<u8>);

impl ErrorType for Wire {
    type Error = Infallible;
}

impl I2c for Wire {
    fn transaction(&mut self, _: u8, steps: &mut [Operation<'_>]) -> Result<(), Infallible> {
        for step in steps {
            match step {
                Operation::Write(bytes) => self.0.extend_from_slice(bytes),
                Operation::Read(bytes) => bytes.copy_from_slice(&[0, 0, 0x81, 0, 0, 0x81]),
            }
        }
        Ok(())
    }
}

fn main() -> ExitCode {
    let mut sensor = Sht4x::new(Wire::default());
    for power in [HeatingPower::Low, HeatingPower::High] {
        sensor.heat_and_measure_raw(power, HeatingDuration::Short, &mut NoDelay).unwrap();
    }
    let sent = sensor.destroy().0;
    println!("Low sends {:#04x} (0x15 is 20 mW), High sends {:#04x} (0x32 is 200 mW)", sent[0], sent[1]);
    // The crate's own text, from the source that was built, is the argument.
    let text = std::fs::read_to_string(std::env::args().nth(1).unwrap()).unwrap();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let before = |name: &str| lines.iter().position(|line| *line == name).map(|at| lines[at - 1]).unwrap();
    println!("text of Low:  {}", before("Low,"));
    println!("text of High: {}", before("High,"));
    let same = sent == [0x15, 0x32] && before("Low,").contains("200 mW") && before("High,").contains(" 20 mW");
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet -- "$(cargo metadata --format-version 1 --quiet |
  grep -o '"manifest_path":"[^"]*sht4x-0.2.0[^"]*' | head -n 1 | cut -d '"' -f 4 | sed 's|Cargo.toml$|src/types.rs|')"
