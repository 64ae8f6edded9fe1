//! Light.

use embedded_hal::delay::DelayNs as _;
use wasm_embedded_hal::Delay;

use crate::{Outcome, i2c, uses};

uses! {
    "bh1750" bh1750,
    "bh1750-once" bh1750_once,
    "opt300x" opt300x,
    "veml6030" veml6030,
    "veml7700" veml7700,
}

fn bh1750() -> Outcome {
    use bh1750::Resolution;

    let mut sensor = bh1750::BH1750::new(i2c("room")?, Delay::new(), false);
    sensor.start_continuous_measurement(Resolution::High2)?;
    Delay::new().delay_ms(200);
    println!("{:.1} lx", sensor.get_current_measurement(Resolution::High2)?);
    Ok(())
}

fn bh1750_once() -> Outcome {
    let mut sensor = bh1750::BH1750::new(i2c("room")?, Delay::new(), false);
    println!("{:.1} lx", sensor.get_one_time_measurement(bh1750::Resolution::High)?);
    Ok(())
}

fn opt300x() -> Outcome {
    let sensor = opt300x::Opt300x::new_opt3001(i2c("outdoors")?, opt300x::SlaveAddr::default());
    let mut sensor = sensor.into_continuous().map_err(|_| "it does not change its mode")?;
    Delay::new().delay_ms(900);
    println!("{:.1} lx, device {:#x}", sensor.read_lux()?, sensor.get_device_id()?);
    Ok(())
}

/// The VEML6030 is the VEML7700 in another case.
fn veml6030() -> Outcome {
    let mut sensor = veml6030::Veml6030::new(i2c("room")?, veml6030::SlaveAddr::Default);
    sensor.enable()?;
    Delay::new().delay_ms(110);
    println!("{:.1} lx", sensor.read_lux()?);
    Ok(())
}

fn veml7700() -> Outcome {
    use veml7700::{Gain, IntegrationTime};

    let mut sensor = veml7700::Veml7700::new(i2c("room")?);
    sensor.set_gain(Gain::OneQuarter)?;
    sensor.set_integration_time(IntegrationTime::_50ms)?;
    sensor.enable()?;
    Delay::new().delay_ms(60);
    println!("{:.1} lx", sensor.read_lux()?);
    Ok(())
}
