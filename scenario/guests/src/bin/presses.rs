//! Toggles a lamp at each press of a button, whose contact bounces.
//!
//! Wiring: label `BUTTON`, an input that is high while the button is pressed; label `LAMP`, an output.

use std::error::Error;

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{InputPin as _, StatefulOutputPin};
use wasm_embedded_hal::{Delay, InputPin, OutputPin};

const POLL_US: u32 = 500;
const STEADY_POLLS: u32 = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let (mut button, mut lamp) = (InputPin::open("BUTTON")?, OutputPin::open("LAMP")?);
    for press in 1.. {
        wait_for(&mut button, true)?;
        lamp.toggle()?;
        println!("press {press}");
        wait_for(&mut button, false)?;
    }
    Ok(())
}

/// Waits until the button is pressed, or released, for long enough.
fn wait_for(button: &mut InputPin, is_pressed: bool) -> Result<(), Box<dyn Error>> {
    let mut steady = 0;
    while steady < STEADY_POLLS {
        steady = if button.is_high()? == is_pressed { steady + 1 } else { 0 };
        Delay::new().delay_us(POLL_US);
    }
    Ok(())
}
