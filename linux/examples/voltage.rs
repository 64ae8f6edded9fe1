//! Reads an analogue input of the industrial I/O subsystem.
//!
//! Wiring on a Raspberry Pi: an ADS1115 on I2C bus 1, with `dtoverlay=ads1115,cha_enable` in config.txt.
//!
//! `cargo run --example voltage -- /sys/bus/iio/devices/iio:device0 0` prints `raw 4656 of 16 bits, 291000 uV`.

use std::sync::Arc;

use wasm_embedded_linux::{AdcSettings, Linux, PrintErrors};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_else(|| "/sys/bus/iio/devices/iio:device0".to_owned());
    let channel = arguments.next().map_or(Ok(0), |text| text.parse())?;
    let linux = Linux::new(Arc::new(PrintErrors));
    let mut input = linux.adc("potentiometer", &AdcSettings::new(path, channel))?;
    let (raw, microvolts) = (input.read_raw()?, input.read_microvolts()?);
    println!("raw {raw} of {} bits, {microvolts} uV", input.resolution_bits());
    Ok(())
}
