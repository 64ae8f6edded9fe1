#!/usr/bin/env bash
# Setting the date of an MCP7940N switches its backup battery off.
#
# One would expect: after `enable_backup_battery_power()`, setting the date or the time keeps it. VBATEN
# is bit 3 of RTCWKDAY, the register that also holds the day of the week (data sheet of the MCP7940N,
# RTCWKDAY). The driver knows: `set_weekday` writes the bit again.
#
# What happens: `set_datetime` and `set_date` write the day of the week without VBATEN. The clock runs on as long
# as there is power, and loses its time at the next power cut, which is what the battery is for. The
# documentation of `set_datetime` warns of the power-fail flag only, that of `set_date` of nothing.
#
# Package: crate mcp794xx 0.4.0.
# Concerns: everybody who enables the battery first and sets the clock later.
# A way round it: call `enable_backup_battery_power()` after each setting of the date.
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
mcp794xx = "=0.4.0"
EOF

cat >src/main.rs <<'EOF'
use core::convert::Infallible;
use embedded_hal::i2c::{ErrorType, I2c, Operation};
use std::process::ExitCode;
use mcp794xx::{DateTimeAccess, Mcp794xx, NaiveDate, Rtcc};

/// A chip of 256 byte-wide registers with an address that counts up.
struct Chip {
    regs: [u8; 256],
    at: u8,
    writes: Vec<Vec<u8>>,
}

impl Chip {
    fn new() -> Self {
        Chip { regs: [0; 256], at: 0, writes: Vec::new() }
    }
}

impl ErrorType for Chip {
    type Error = Infallible;
}

impl I2c for Chip {
    fn transaction(&mut self, _: u8, steps: &mut [Operation<'_>]) -> Result<(), Infallible> {
        for step in steps {
            match step {
                Operation::Write(bytes) => {
                    self.writes.push(bytes.to_vec());
                    if let Some((first, rest)) = bytes.split_first() {
                        self.at = *first;
                        for byte in rest {
                            self.regs[self.at as usize] = *byte;
                            self.at = self.at.wrapping_add(1);
                        }
                    }
                }
                Operation::Read(bytes) => {
                    for byte in bytes.iter_mut() {
                        *byte = self.regs[self.at as usize];
                        self.at = self.at.wrapping_add(1);
                    }
                }
            }
        }
        Ok(())
    }
}

const VBATEN: u8 = 0x08;

fn main() -> ExitCode {
    let day = NaiveDate::from_ymd_opt(2026, 11, 30).unwrap();
    let mut left = Vec::new();
    for step in ["set_weekday", "set_date", "set_datetime"] {
        let mut chip = Chip::new();
        let mut rtc = Mcp794xx::new_mcp7940n(&mut chip);
        rtc.enable_backup_battery_power().unwrap();
        match step {
            "set_weekday" => rtc.set_weekday(2).unwrap(),
            "set_date" => rtc.set_date(&day).unwrap(),
            _ => rtc.set_datetime(&day.and_hms_opt(8, 0, 0).unwrap()).unwrap(),
        }
        rtc.destroy();
        println!("battery enabled, then {step}: RTCWKDAY {:#04x}, VBATEN {}", chip.regs[3],
            u8::from(chip.regs[3] & VBATEN != 0));
        left.push(chip.regs[3] & VBATEN != 0);
    }
    let same = left == [true, false, false];
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
