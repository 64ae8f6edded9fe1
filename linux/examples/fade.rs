//! Fades a PWM output up and leaves it at three quarters.
//!
//! Wiring on a Raspberry Pi: an LED with a resistor of 330 ohms from pin 12 (GPIO18) to ground, with `dtoverlay=pwm` in config.txt.
//!
//! `cargo run --example fade -- /sys/class/pwm/pwmchip0 0` prints `0 %` to `75 %`.

use std::sync::Arc;

use embedded_hal::delay::DelayNs;
use embedded_hal::pwm::SetDutyCycle;
use wasm_embedded_linux::{Linux, PrintErrors, PwmSettings};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_else(|| "/sys/class/pwm/pwmchip0".to_owned());
    let channel = arguments.next().map_or(Ok(0), |text| text.parse())?;
    let linux = Linux::new(Arc::new(PrintErrors));
    let settings = PwmSettings { frequency_hz: 1_000, ..PwmSettings::new(path, channel) };
    fade(&mut linux.pwm("lamp", &settings)?, &mut linux.delay())?;
    Ok(())
}

/// Fades any output up.
fn fade<P: SetDutyCycle>(lamp: &mut P, delay: &mut impl DelayNs) -> Result<(), P::Error> {
    for percent in (0..=75).step_by(5) {
        lamp.set_duty_cycle_percent(percent)?;
        println!("{percent} %");
        delay.delay_ms(20);
    }
    Ok(())
}
