#!/usr/bin/env bash
# The question "is standby on?" is answered the other way round.
#
# One would expect: `current_standby`, documented as "whether the standby mode is enabled", is true after
# `enable_standby`. STBY is active low: low is standby, high is working (data sheet of the TB6612FNG, table
# "H-SW control function").
#
# What happens: it returns the pin's level. After `enable_standby` it says false, after `disable_standby`
# true. A program that waits for "not in standby" before it moves starts moving in standby, and
# one that checks for a safe stop is told that all is safe while the motors run.
#
# Package: crate tb6612fng 1.0.0.
# Concerns: users of both motors with the standby pin.
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
tb6612fng = "=1.0.0"
EOF

cat >src/main.rs <<'EOF'
use core::convert::Infallible;
use embedded_hal::{digital, pwm};
use std::process::ExitCode;
use tb6612fng::{Motor, Tb6612fng};

#[derive(Default)]
struct Pin(bool);

impl digital::ErrorType for Pin {
    type Error = Infallible;
}

impl digital::OutputPin for Pin {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.0 = false;
        Ok(())
    }
    fn set_high(&mut self) -> Result<(), Infallible> {
        self.0 = true;
        Ok(())
    }
}

impl digital::StatefulOutputPin for Pin {
    fn is_set_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.0)
    }
    fn is_set_low(&mut self) -> Result<bool, Infallible> {
        Ok(!self.0)
    }
}

impl pwm::ErrorType for Pin {
    type Error = Infallible;
}

impl pwm::SetDutyCycle for Pin {
    fn max_duty_cycle(&self) -> u16 {
        100
    }
    fn set_duty_cycle(&mut self, _: u16) -> Result<(), Infallible> {
        Ok(())
    }
}

fn motor() -> Motor<Pin, Pin, Pin> {
    Motor::new(Pin::default(), Pin::default(), Pin::default()).unwrap()
}

fn main() -> ExitCode {
    let mut both = Tb6612fng::new(motor(), motor(), Pin::default()).unwrap();
    both.enable_standby().unwrap();
    let on = both.current_standby().unwrap();
    both.disable_standby().unwrap();
    let off = both.current_standby().unwrap();
    println!("after enable_standby:  current_standby() = {on}");
    println!("after disable_standby: current_standby() = {off}");
    let same = !on && off;
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
