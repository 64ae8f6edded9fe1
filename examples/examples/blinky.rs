//! Blinks an LED five times.
//!
//! Wiring: label `LED`, an output that lights an LED while it is high. The policy also says that the LED is off when the
//! program ends, however it ends.
//!
//! ```text
//! $ cargo run --example blinky
//! 1: on
//! 1: off
//! 2: on
//! ...
//! 5: off
//! ```

use std::error::Error;

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::OutputPin;
use wasm_embedded_hal::Delay;

/// How long the LED is on, and off.
const HALF_PERIOD_MS: u32 = 500;

fn main() -> Result<(), Box<dyn Error>> {
    let mut led = wasm_embedded_hal::OutputPin::open("LED")?;
    for blink in 1..=5 {
        println!("{blink}: on");
        flash(&mut led, &mut Delay::new())?;
        println!("{blink}: off");
    }
    Ok(())
}

/// Switches an LED on and off again.
fn flash<P: OutputPin>(led: &mut P, delay: &mut impl DelayNs) -> Result<(), P::Error> {
    led.set_high()?;
    delay.delay_ms(HALF_PERIOD_MS);
    led.set_low()?;
    delay.delay_ms(HALF_PERIOD_MS);
    Ok(())
}
