#!/usr/bin/env bash
# After a soft reset a BNO055 cannot be put back into its mode.
#
# One would expect: `soft_reset` followed by `set_mode(NDOF)` measures again. A reset leaves the chip in CONFIG
# mode (data sheet, section 3.3: the default operation mode after power-on is CONFIGMODE).
#
# What happens: the driver remembers the mode of before the reset, and `set_mode` writes nothing when the mode "is"
# already set. The chip stays in CONFIG mode; `quaternion()` thinks that fusion is on and returns what the
# registers hold, zeros, with Ok. `init` is right, since it sets CONFIG mode after its reset.
#
# Package: crate bno055 0.4.0.
# Concerns: programs that reset the sensor to recover. A way round it: `init`, or set another mode in between.
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
bno055 = "=0.4.0"
EOF

cat >src/main.rs <<'EOF'
use core::convert::Infallible;
use embedded_hal::i2c::{ErrorType, I2c, Operation};
use std::process::ExitCode;
use bno055::{BNO055OperationMode, Bno055};

struct NoDelay;

impl embedded_hal::delay::DelayNs for NoDelay {
    fn delay_ns(&mut self, _: u32) {}
}

/// Registers, and a reset as the chip does it: OPR_MODE (0x3d) goes to CONFIG.
struct Chip {
    regs: [u8; 256],
    at: u8,
}

impl ErrorType for Chip {
    type Error = Infallible;
}

impl I2c for Chip {
    fn transaction(&mut self, _: u8, steps: &mut [Operation<'_>]) -> Result<(), Infallible> {
        for step in steps {
            match step {
                Operation::Write(bytes) => {
                    self.at = bytes[0];
                    if let [_, value] = **bytes {
                        self.regs[self.at as usize] = value;
                        if self.at == 0x3f && value & 0x20 != 0 {
                            self.regs[0x3d] = 0;
                            self.regs[0x3f] = 0;
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
    let mut chip = Chip { regs: [0; 256], at: 0 };
    chip.regs[0] = 0xa0;
    let mut imu = Bno055::new(&mut chip);
    imu.init(&mut NoDelay).unwrap();
    imu.set_mode(BNO055OperationMode::NDOF, &mut NoDelay).unwrap();
    imu.soft_reset(&mut NoDelay).unwrap();
    imu.set_mode(BNO055OperationMode::NDOF, &mut NoDelay).unwrap();
    let quaternion = imu.quaternion();
    let answered = quaternion.is_ok();
    println!("quaternion: {quaternion:?}");
    let chip = imu.destroy();
    println!("OPR_MODE {:#04x} (NDOF is 0x0c, CONFIG 0x00)", chip.regs[0x3d]);
    let same = chip.regs[0x3d] == 0 && answered;
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
