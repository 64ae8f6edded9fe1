//! Memories and cards.

use wasm_embedded_hal::Delay;

use crate::{drivers, i2c, output, spi};

drivers! {
    "eeprom24x" "0.7.2" eeprom24x,
    "embedded-sdmmc" "0.10.0" embedded_sdmmc,
    "w25q32jv" "0.5.1" w25q32jv,
}

fn eeprom24x() -> Option<()> {
    let mut memory = eeprom24x::Eeprom24x::new_24x256(i2c()?, eeprom24x::SlaveAddr::default());
    memory.write_page(0, &[1, 2]).ok()?;
    Some(())
}

fn embedded_sdmmc() -> Option<()> {
    embedded_sdmmc::SdCard::new(spi()?, Delay::new()).num_bytes().ok()?;
    Some(())
}

fn w25q32jv() -> Option<()> {
    w25q32jv::W25q32jv::new(spi()?, output()?, output()?).ok()?.device_id().ok()?;
    Some(())
}
