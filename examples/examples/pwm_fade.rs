//! Lets a lamp glow up and down.
//!
//! Wiring: label `LAMP`, a PWM output that lights an LED while it is active. Frequency and polarity are the policy's.
//!
//! ```text
//! $ cargo run --example pwm_fade
//! 0 %
//! 25 %
//! ...
//! 0 %
//! ```

use std::error::Error;

use embedded_hal::delay::DelayNs;
use embedded_hal::pwm::SetDutyCycle;
use wasm_embedded_hal::{Delay, PwmOutput};

/// The steps on the way up and down.
const PERCENTS: [u8; 9] = [0, 25, 50, 75, 100, 75, 50, 25, 0];

/// How long each step lasts.
const STEP_MS: u32 = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let mut lamp = PwmOutput::open("LAMP")?;
    for percent in PERCENTS {
        println!("{percent} %");
        glow(&mut lamp, percent, &mut Delay::new())?;
    }
    Ok(())
}

/// Glows for one step.
fn glow<P: SetDutyCycle>(lamp: &mut P, percent: u8, delay: &mut impl DelayNs) -> Result<(), P::Error> {
    lamp.set_duty_cycle_percent(percent)?;
    delay.delay_ms(STEP_MS);
    Ok(())
}
