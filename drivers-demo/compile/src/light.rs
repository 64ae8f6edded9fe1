//! Light, distance and touch.

use wasm_embedded_hal::Delay;

use crate::{drivers, i2c};

drivers! {
    "bh1750" "0.1.0" bh1750,
    "ft6336u-driver" "1.0.0" ft6336u_driver,
    "max3010x" "0.2.0" max3010x,
    "opt300x" "1.0.0" opt300x,
    "veml6030" "1.0.0" veml6030,
    "veml7700" "0.3.2" veml7700,
    "vl53l0x" "1.0.1" vl53l0x,
}

fn bh1750() -> Option<()> {
    bh1750::BH1750::new(i2c()?, Delay::new(), false).get_one_time_measurement(bh1750::Resolution::High).ok()?;
    Some(())
}

fn ft6336u_driver() -> Option<()> {
    ft6336u_driver::FT6336U::new(i2c()?).read_chip_id().ok()?;
    Some(())
}

fn max3010x() -> Option<()> {
    max3010x::Max3010x::new_max30102(i2c()?).into_heart_rate().ok()?.read_fifo(&mut [0; 4]).ok()?;
    Some(())
}

fn opt300x() -> Option<()> {
    opt300x::Opt300x::new_opt3001(i2c()?, opt300x::SlaveAddr::default()).read_lux().ok()?;
    Some(())
}

fn veml6030() -> Option<()> {
    veml6030::Veml6030::new(i2c()?, veml6030::SlaveAddr::default()).read_lux().ok()?;
    Some(())
}

fn veml7700() -> Option<()> {
    veml7700::Veml7700::new(i2c()?).read_lux().ok()?;
    Some(())
}

fn vl53l0x() -> Option<()> {
    vl53l0x::VL53L0x::new(i2c()?).ok()?.read_range_single_millimeters_blocking().ok()?;
    Some(())
}
