//! Toggles an LED whenever a button is pressed, three times, without being fooled by the bouncing contact.
//!
//! Wiring: label `BUTTON`, an input with a pull-up and a button to ground; the policy makes it `active-low`, so that the guest
//! reads "high" while the button is pressed. Label `LED`, an output. In `board.toml` the button presses itself, and bounces.
//!
//! ```text
//! $ cargo run --example button
//! press 1: the LED is on
//! press 2: the LED is off
//! press 3: the LED is on
//! ```

use std::error::Error;

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{InputPin, StatefulOutputPin};
use wasm_embedded_hal::{Delay, OutputPin};

/// How often the button is looked at.
const POLL_MS: u32 = 1;

/// For how many polls in a row a level must last to count: contacts bounce for less than 5 ms.
const STEADY_POLLS: u32 = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let mut button = wasm_embedded_hal::InputPin::open("BUTTON")?;
    let mut led = OutputPin::open("LED")?;
    for press in 1..=3 {
        wait_for(&mut button, true, &mut Delay::new())?;
        led.toggle()?;
        println!("press {press}: the LED is {}", if led.is_set_high()? { "on" } else { "off" });
        wait_for(&mut button, false, &mut Delay::new())?;
    }
    Ok(())
}

/// Waits until a button has been pressed, or released, for long enough.
fn wait_for<P: InputPin>(button: &mut P, pressed: bool, delay: &mut impl DelayNs) -> Result<(), P::Error> {
    let mut steady = 0;
    while steady < STEADY_POLLS {
        steady = if button.is_high()? == pressed { steady + 1 } else { 0 };
        delay.delay_ms(POLL_MS);
    }
    Ok(())
}
