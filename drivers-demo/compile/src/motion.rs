//! Acceleration, rotation and magnetism.

use wasm_embedded_hal::Delay;

use crate::{drivers, i2c, spi};

drivers! {
    "bma400" "1.0.2" bma400,
    "bmi160" "1.1.0" bmi160,
    "bno055" "0.4.0" bno055,
    "ism330dhcx" "0.7.1" ism330dhcx,
    "lis3dh" "0.5.0" lis3dh,
    "lsm303agr" "1.1.0" lsm303agr,
    "mpu6050-dmp" "0.6.1" mpu6050_dmp,
}

fn bma400() -> Option<()> {
    bma400::BMA400::new_i2c(i2c()?).ok()?.get_data().ok()?;
    bma400::BMA400::new_spi(spi()?).ok()?.get_data().ok()?;
    Some(())
}

fn bmi160() -> Option<()> {
    let all = bmi160::SensorSelector::new().accel().gyro();
    bmi160::Bmi160::new_with_i2c(i2c()?, bmi160::SlaveAddr::default()).data(all).ok()?;
    bmi160::Bmi160::new_with_spi(spi()?).data(all).ok()?;
    Some(())
}

fn bno055() -> Option<()> {
    let mut sensor = bno055::Bno055::new(i2c()?);
    sensor.init(&mut Delay::new()).ok()?;
    sensor.temperature().ok()?;
    Some(())
}

fn ism330dhcx() -> Option<()> {
    let mut bus = i2c()?;
    let sensor = ism330dhcx::Ism330Dhcx::new(&mut bus).ok()?;
    sensor.get_temperature(&mut bus).ok()?;
    Some(())
}

fn lis3dh() -> Option<()> {
    use lis3dh::accelerometer::RawAccelerometer;

    lis3dh::Lis3dh::new_i2c(i2c()?, lis3dh::SlaveAddr::Default).ok()?.accel_raw().ok()?;
    Some(())
}

fn lsm303agr() -> Option<()> {
    let mut sensor = lsm303agr::Lsm303agr::new_with_i2c(i2c()?);
    sensor.init().ok()?;
    let (mode, rate) = (lsm303agr::AccelMode::Normal, lsm303agr::AccelOutputDataRate::Hz10);
    sensor.set_accel_mode_and_odr(&mut Delay::new(), mode, rate).ok()?;
    lsm303agr::Lsm303agr::new_with_spi(spi()?, spi()?).acceleration().ok()?;
    Some(())
}

fn mpu6050_dmp() -> Option<()> {
    let mut sensor = mpu6050_dmp::sensor::Mpu6050::new(i2c()?, mpu6050_dmp::address::Address::default()).ok()?;
    sensor.initialize_dmp(&mut Delay::new()).ok()?;
    sensor.get_fifo_count().ok()?;
    Some(())
}
