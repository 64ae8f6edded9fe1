//! Analogue and digital, and what a supply delivers.

use crate::{drivers, i2c};

drivers! {
    "ads1x1x" "0.3.0" ads1x1x,
    "ina219" "0.2.1" ina219,
    "ina226" "0.3.0" ina226,
    "mcp4725" "0.4.3" mcp4725,
}

fn ads1x1x() -> Option<()> {
    let mut converter = ads1x1x::Ads1x1x::new_ads1115(i2c()?, ads1x1x::TargetAddr::default());
    converter.read(ads1x1x::channel::SingleA0).ok()?;
    Some(())
}

fn ina219() -> Option<()> {
    let address = ina219::address::Address::from_byte(0x40).ok()?;
    ina219::SyncIna219::new(i2c()?, address).ok()?.bus_voltage().ok()?;
    Some(())
}

fn ina226() -> Option<()> {
    ina226::INA226::new(i2c()?, 0x40).bus_voltage_millivolts().ok()?;
    Some(())
}

/// A driver for embedded-hal 0.2, through embedded-hal-compat.
fn mcp4725() -> Option<()> {
    use embedded_hal_compat::ReverseCompat;

    mcp4725::MCP4725::new(i2c()?.reverse(), 0x60).set_dac(mcp4725::PowerDown::Normal, 0x0800).ok()?;
    Some(())
}
