#!/usr/bin/env bash
# A setting of binary 10 becomes 11 when the low bit was set before.
#
# One would expect: choosing a square wave of 4.096 kHz on a DS3231 writes RS2 = 1 and RS1 = 0 (data
# sheet, "Control Register", table of the square-wave output frequency). Choosing 4 Hz on a TMP102
# writes CR1 = 1 and CR0 = 0, and four consecutive faults write F1 = 1 and F0 = 0 (data sheet,
# "Conversion Rate" and "Fault Queue").
#
# What happens: both drivers compute `old | HIGH & !LOW`. In Rust `&` binds closer than `|`, so the
# low bit is never cleared. The DS3231 starts with RS2 = RS1 = 1 (8.192 kHz), so asking for
# 4.096 kHz straight after power-up leaves 8.192 kHz. A TMP102 that once ran at 8 Hz stays at 8 Hz
# when 4 Hz is asked for, and two faults followed by four give six. All calls return Ok.
#
# Packages: crates ds323x 0.7.0 and tmp1x2 1.0.1 (the same expression in both).
# Concerns: users of DS3231/DS3232/DS3234 square waves and of TMP102/TMP112 rates and alerts.
# A way round it: set the lowest value first (1 Hz, 0.25 Hz, one fault), then the wanted one.
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
ds323x = "=0.7.0"
tmp1x2 = "=1.0.1"
EOF

cat >src/main.rs <<'EOF'
use core::convert::Infallible;
use embedded_hal::i2c::{ErrorType, I2c, Operation};
use std::process::ExitCode;
use ds323x::{Ds323x, SqWFreq};
use tmp1x2::{ConversionRate, FaultQueue, SlaveAddr, Tmp1x2};

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

fn main() -> ExitCode {
    let mut clock = Chip::new();
    clock.regs[0x0e] = 0x1c; // control register after power-up: 8.192 kHz
    let mut rtc = Ds323x::new_ds3231(&mut clock);
    rtc.set_square_wave_frequency(SqWFreq::_4_096Hz).unwrap();
    rtc.destroy_ds3231();
    let rs = clock.regs[0x0e] >> 3 & 3;
    println!("DS3231, asked for 4.096 kHz (RS = 10): RS = {rs:02b}");

    let mut clock = Chip::new();
    clock.regs[0x0e] = 0x1c;
    let mut rtc = Ds323x::new_ds3231(&mut clock);
    rtc.set_square_wave_frequency(SqWFreq::_1Hz).unwrap();
    rtc.set_square_wave_frequency(SqWFreq::_4_096Hz).unwrap();
    rtc.destroy_ds3231();
    let detour = clock.regs[0x0e] >> 3 & 3;
    println!("DS3231, 1 Hz first, then 4.096 kHz:    RS = {detour:02b}");

    let mut sensor = Chip::new();
    let mut tmp = Tmp1x2::new(&mut sensor, SlaveAddr::default());
    tmp.set_conversion_rate(ConversionRate::_8Hz).unwrap();
    tmp.set_conversion_rate(ConversionRate::_4Hz).unwrap();
    tmp.set_fault_queue(FaultQueue::_2).unwrap();
    tmp.set_fault_queue(FaultQueue::_4).unwrap();
    tmp.destroy();
    let (msb, lsb) = (sensor.regs[1], sensor.regs[2]);
    let (rate, faults) = (lsb >> 6 & 3, msb >> 3 & 3);
    println!("TMP102, 8 Hz then 4 Hz (CR = 10):      CR = {rate:02b}");
    println!("TMP102, 2 then 4 faults (F = 10):      F = {faults:02b}");

    let same = rs == 3 && detour == 2 && rate == 3 && faults == 3;
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
