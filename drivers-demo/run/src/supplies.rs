//! What a supply delivers.

use embedded_hal::delay::DelayNs as _;
use wasm_embedded_hal::Delay;

use crate::{Outcome, i2c, uses};

uses! {
    "ina219" ina219,
    "ina226" ina226,
    "max17048" max17048,
    "max170xx" max170xx,
}

const SHUNT_MICROOHMS: u32 = 100_000;

fn ina219() -> Outcome {
    use ina219::SyncIna219;
    use ina219::address::Address;
    use ina219::calibration::{IntCalibration, MicroAmpere};

    let calibration = IntCalibration::new(MicroAmpere(100), SHUNT_MICROOHMS).ok_or("no calibration fits")?;
    let meter = SyncIna219::new_calibrated(i2c("supplies")?, Address::from_byte(0x40)?, calibration);
    let mut meter = meter.map_err(|error| error.reason)?;
    // The calibration counts from the next conversion on.
    Delay::new().delay_ms(2);
    let measured = meter.next_measurement()?.ok_or("nothing was converted")?;
    let (voltage, current) = (measured.bus_voltage.voltage_mv(), measured.current.0);
    println!("{voltage} mV, {current} uA, {} mW", measured.power.0 / 1_000);
    Ok(())
}

fn ina226() -> Outcome {
    let mut meter = ina226::INA226::new(i2c("supplies")?, 0x41);
    meter.callibrate(0.1, 1.0)?;
    Delay::new().delay_ms(3);
    let (voltage, current) = (meter.bus_voltage_millivolts()?, meter.current_amps()?.ok_or("not calibrated")?);
    println!("{voltage:.1} mV, {current:.3} A, {:.2} W", meter.power_watts()?.ok_or("not calibrated")?);
    Ok(())
}

/// A driver for embedded-hal 0.2, through embedded-hal-compat.
fn max17048() -> Outcome {
    use embedded_hal_compat::ReverseCompat as _;

    let mut gauge = max17048::Max17048::new(i2c("supplies")?.reverse());
    println!("{:.3} V, {} %, {:.1} %/h", gauge.vcell()?, gauge.soc()?, gauge.charge_rate()?);
    Ok(())
}

fn max170xx() -> Outcome {
    let mut gauge = max170xx::Max17048::new(i2c("supplies")?);
    println!("{:.3} V, {:.1} %, {:.1} %/h", gauge.voltage()?, gauge.soc()?, gauge.charge_rate()?);
    Ok(())
}
