//! Raises the alarm three times, half a second each: to see whether the right pin stands behind `ALARM`.
//!
//! `cargo run --example alarm` on the simulated board of `board.toml`.

use std::error::Error;

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::OutputPin as _;
use wasm_embedded_hal::{Delay, OutputPin};

fn main() -> Result<(), Box<dyn Error>> {
    let mut alarm = OutputPin::open("ALARM")?;
    for number in 1..=3 {
        alarm.set_high()?;
        Delay.delay_ms(500);
        alarm.set_low()?;
        Delay.delay_ms(500);
        println!("raised {number} of 3 times");
    }
    Ok(())
}
