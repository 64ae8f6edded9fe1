//! `weather` with the display over SPI, wired as Digilent's PmodOLED, where two pins switch the supplies.
//!
//! Wiring: label `sensor`, an I2C bus with a BME280 at 0x76; label `screen`, an SPI device, and the pins `DC`, `RES`, `VBATC` and
//! `VDDC` of the module. On a Raspberry Pi: CE0, SCLK and MOSI, and any four GPIO that the policy names.
//!
//! ```text
//! $ cargo run --bin weather_spi -- --policy policies/weather_spi.toml
//! [    0.156158] info  drivers_demo::weather: 21.50 °C  45.0 %  1013.26 hPa
//! [    1.197724] info  drivers_demo::weather: 21.50 °C  45.0 %  1013.26 hPa
//! [    2.239290] info  drivers_demo::weather: 21.50 °C  45.0 %  1013.26 hPa
//! ```

use std::error::Error;

use drivers_demo::pmod_oled::{self, Pins};
use drivers_demo::weather;
use wasm_embedded_hal::{Delay, I2c, OutputPin, SpiDevice, log};

fn main() -> Result<(), Box<dyn Error>> {
    log::init();
    let dc = OutputPin::open("DC")?;
    let mut pins =
        Pins { res: OutputPin::open("RES")?, vbatc: OutputPin::open("VBATC")?, vddc: OutputPin::open("VDDC")? };
    let screen = pmod_oled::power_up(SpiDevice::open("screen")?, dc, &mut pins, Delay::new())?;
    weather::run(I2c::open("sensor")?, screen, Delay::new())?;
    Ok(())
}
