#!/usr/bin/env bash
# Clocks in 12-hour mode: noon is an error, and midnight is read as noon.
#
# One would expect: an hour register in 12-hour mode holds 12 for the first hour after midnight (AM)
# and after noon (PM). So 12:30 AM is 00:30 and 12:30 PM is 12:30. The data sheets of the DS1307,
# DS3231 and MCP7940N give the register's range as "1-12 + AM/PM".
#
# What happens: the drivers turn AM(h) into h and PM(h) into h + 12. 12:30 AM comes back as
# 12:30:00, twelve hours late, and 12:30 PM becomes hour 24, which is refused as invalid input.
# Both hold for one hour a day, so tests at other times pass. `set_datetime` of these drivers
# always writes 24-hour mode, so only a clock set by someone else, or by `set_hours` with AM or PM, meets it.
# `hours()` alone is right.
#
# Packages: crates ds1307 0.6.0, ds323x 0.7.0, mcp794xx 0.4.0.
# Concerns: whoever reads a clock that another firmware or a person set in 12-hour mode.
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
ds1307 = "=0.6.0"
ds323x = "=0.7.0"
mcp794xx = "=0.4.0"
EOF

cat >src/main.rs <<'EOF'
use core::convert::Infallible;
use embedded_hal::i2c::{ErrorType, I2c, Operation};
use std::process::ExitCode;
use ds1307::DateTimeAccess as _;
use ds323x::DateTimeAccess as _;

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

/// 2026-05-04, 12:30:00 in 12-hour mode; `pm` is bit 5 of the hour.
fn clock(pm: bool, weekday: u8) -> Chip {
    let mut chip = Chip::new();
    let hour = 0x40 | u8::from(pm) << 5 | 0x12;
    chip.regs[..7].copy_from_slice(&[0x00, 0x30, hour, weekday, 0x04, 0x05, 0x26]);
    chip
}

fn main() -> ExitCode {
    let mut same = true;
    for pm in [false, true] {
        let label = if pm { "12:30 PM" } else { "12:30 AM" };
        let a = ds1307::Ds1307::new(clock(pm, 2)).datetime().map(|t| t.to_string());
        let b = ds323x::Ds323x::new_ds3231(clock(pm, 2)).datetime().map(|t| t.to_string());
        let c = mcp794xx::Mcp794xx::new_mcp7940n(clock(pm, 2)).datetime().map(|t| t.to_string());
        println!("{label}: ds1307 {a:?}, ds323x {b:?}, mcp794xx {c:?}");
        let noon = Ok::<_, ()>("2026-05-04 12:30:00".to_string());
        let all = [a.map_err(drop), b.map_err(drop), c.map_err(drop)];
        same &= all.iter().all(|r| if pm { r.is_err() } else { *r == noon });
    }
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
