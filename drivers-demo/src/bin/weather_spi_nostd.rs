//! `weather_spi` without std: a component that imports nothing but the interfaces of `wasm-embedded:hal` that it uses, and so also
//! runs where there is no operating system.
//!
//! Wiring, output, display and the traffic on the wires: as `weather_spi`.
//!
//! ```text
//! $ cargo run --bin weather_spi_nostd -- --policy policies/weather_spi.toml
//! ```
#![no_std]
#![no_main]

use drivers_demo::pmod_oled::{self, Pins};
use drivers_demo::{Failure, weather};
use wasm_embedded_hal::{Delay, I2c, OutputPin, SpiDevice, digital, entry, log};

entry!(main);

fn main() -> Result<(), Failure<pmod_oled::Error<digital::Error>>> {
    log::init();
    let dc = OutputPin::open("DC")?;
    let mut pins =
        Pins { res: OutputPin::open("RES")?, vbatc: OutputPin::open("VBATC")?, vddc: OutputPin::open("VDDC")? };
    let screen = pmod_oled::power_up(SpiDevice::open("screen")?, dc, &mut pins, Delay::new())?;
    weather::run(I2c::open("sensor")?, screen, Delay::new())?;
    Ok(())
}
