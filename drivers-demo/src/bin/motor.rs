//! Drives a motor behind a TB6612FNG with tb6612fng 1.0.0: forward, backward, brake.
//!
//! Wiring: labels `AIN1` and `AIN2`, outputs that choose the direction, and `PWMA`, the PWM output for the power.
//!
//! ```text
//! $ cargo run --bin motor -- --policy policies/motor.toml
//! Forward(75)
//! Backward(30)
//! Brake
//! ```

use std::error::Error;

use drivers_demo::DriverError;
use embedded_hal::delay::DelayNs;
use tb6612fng::{DriveCommand, Motor};
use wasm_embedded_hal::{Delay, OutputPin, PwmOutput};

/// How long each command lasts.
const STEP_MS: u32 = 200;

fn main() -> Result<(), Box<dyn Error>> {
    let (in1, in2, pwm) = (OutputPin::open("AIN1")?, OutputPin::open("AIN2")?, PwmOutput::open("PWMA")?);
    let mut motor = Motor::new(in1, in2, pwm).map_err(DriverError)?;
    for command in [DriveCommand::Forward(75), DriveCommand::Backward(30), DriveCommand::Brake] {
        println!("{command:?}");
        motor.drive(command).map_err(DriverError)?;
        Delay::new().delay_ms(STEP_MS);
    }
    Ok(())
}
