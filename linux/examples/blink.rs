//! Toggles a GPIO line ten times, every 200 ms, and leaves it low.
//!
//! Wiring on a Raspberry Pi: an LED with a resistor of 330 ohms from pin 11 (GPIO17) to ground.
//!
//! `cargo run --example blink -- GPIO17` prints `on` and `off` in turn.

use std::sync::Arc;

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{PinState, StatefulOutputPin};
use wasm_embedded_linux::{Direction, LineChoice, LineSettings, Linux, PrintErrors};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "GPIO17".to_owned());
    let linux = Linux::new(Arc::new(PrintErrors)).with_consumer("blink");
    let settings = LineSettings {
        direction: Direction::Output,
        initial: PinState::Low,
        ..LineSettings::new(LineChoice::Name(name))
    };
    blink(&mut linux.line("LED", &settings)?, &mut linux.delay())?;
    Ok(())
}

/// Toggles any output.
fn blink<P: StatefulOutputPin>(led: &mut P, delay: &mut impl DelayNs) -> Result<(), P::Error> {
    for _ in 0..10 {
        led.toggle()?;
        println!("{}", if led.is_set_high()? { "on" } else { "off" });
        delay.delay_ms(200);
    }
    led.set_low()
}
