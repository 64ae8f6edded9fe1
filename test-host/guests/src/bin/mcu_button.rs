//! Switches a lamp over at each press of a button: at the falling edge, which it looks for every millisecond.
#![no_std]
#![no_main]

use embedded_hal::delay::DelayNs as _;
use embedded_hal::digital::{InputPin as _, StatefulOutputPin as _};
use wasm_embedded_hal::{Delay, Error, InputPin, OutputPin, entry, log};

const PRESSES: u32 = 3;

entry!(main);

fn main() -> Result<(), Error> {
    log::init();
    let (mut button, mut lamp) = (InputPin::open("BUTTON")?, OutputPin::open("LED")?);
    let (mut pressed, mut count) = (button.is_low()?, 0);
    while count < PRESSES {
        Delay::new().delay_ms(1);
        let before = core::mem::replace(&mut pressed, button.is_low()?);
        if pressed && !before {
            count += 1;
            lamp.toggle()?;
            ::log::info!("press {count}");
        }
    }
    Ok(())
}
