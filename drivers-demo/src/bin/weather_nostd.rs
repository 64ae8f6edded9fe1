//! `weather` without std: a component that imports nothing but the interfaces of `wasm-embedded:hal` that it uses, and so also runs
//! where there is no operating system.
//!
//! Wiring, output, display and the traffic on the wires: as `weather`.
//!
//! ```text
//! $ cargo run --bin weather_nostd
//! ```
#![no_std]
#![no_main]

use drivers_demo::{Failure, weather};
use wasm_embedded_hal::{Delay, I2c, entry, log};

entry!(main);

fn main() -> Result<(), Failure> {
    log::init();
    let screen = weather::screen(I2c::open("screen")?)?;
    weather::run(I2c::open("sensor")?, screen, Delay::new())?;
    Ok(())
}
