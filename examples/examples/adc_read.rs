//! Follows a potentiometer for half a second.
//!
//! Wiring: label `POT`, an analogue input. In `board.toml` somebody turns it from 0.5 V to 2.5 V while the program runs.
//!
//! ```text
//! $ cargo run --example adc_read
//! 12 bits
//! raw 620, 500 mV
//! raw 620, 500 mV
//! raw 1240, 999 mV
//! ...
//! ```

use std::error::Error;

use embedded_hal::delay::DelayNs;
use wasm_embedded_hal::adc::AdcChannel;
use wasm_embedded_hal::{AdcInput, Delay};

/// The time between two readings.
const PERIOD_MS: u32 = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let mut pot = AdcInput::open("POT")?;
    println!("{} bits", pot.resolution_bits());
    for _ in 0..6 {
        show(&mut pot)?;
        Delay::new().delay_ms(PERIOD_MS);
    }
    Ok(())
}

/// Prints one reading of a converter, and one in millivolts.
fn show<C: AdcChannel>(channel: &mut C) -> Result<(), C::Error> {
    let raw = channel.read_raw()?;
    let millivolts = channel.read_millivolts()?;
    println!("raw {raw}, {millivolts} mV");
    Ok(())
}
