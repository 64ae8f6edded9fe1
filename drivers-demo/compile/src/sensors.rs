//! Temperature, humidity, pressure and gas.

use wasm_embedded_hal::Delay;

use crate::{drivers, i2c, spi};

drivers! {
    "aht20-driver" "2.0.0" aht20_driver,
    "bme280" "0.5.1" bme280,
    "bme280-rs" "0.4.1" bme280_rs,
    "bosch-bme680" "1.0.4" bosch_bme680,
    "ens160" "0.6.1" ens160,
    "lm75" "1.0.0" lm75,
    "max6675-hal" "1.0.1" max6675_hal,
    "mcp9808" "0.4.0" mcp9808,
    "mlx9061x" "0.3.0" mlx9061x,
    "scd4x" "0.5.0" scd4x,
    "sgp30" "1.1.0" sgp30,
    "sgp40" "1.0.0" sgp40,
    "sht31" "0.3.3" sht31,
    "sht4x" "0.2.0" sht4x,
    "shtcx" "1.0.0" shtcx,
    "tmp1x2" "1.0.1" tmp1x2,
}

fn aht20_driver() -> Option<()> {
    let mut delay = Delay::new();
    let mut sensor = aht20_driver::AHT20::new(i2c()?, aht20_driver::SENSOR_ADDRESS);
    sensor.init(&mut delay).ok()?.measure(&mut delay).ok()?;
    Some(())
}

fn bme280() -> Option<()> {
    let mut delay = Delay::new();
    bme280::i2c::BME280::new_primary(i2c()?).measure(&mut delay).ok()?;
    // Compiles, and fails on hardware: see `bme280_spi` in `drivers-demo`.
    bme280::spi::BME280::new(spi()?).ok()?.measure(&mut delay).ok()?;
    Some(())
}

fn bme280_rs() -> Option<()> {
    let mut sensor = bme280_rs::Bme280::new(i2c()?, Delay::new());
    sensor.init().ok()?;
    sensor.read_temperature().ok()?;
    Some(())
}

fn bosch_bme680() -> Option<()> {
    let configuration = bosch_bme680::Configuration::default();
    let address = bosch_bme680::DeviceAddress::Primary;
    bosch_bme680::Bme680::new(i2c()?, address, Delay::new(), &configuration, 20).ok()?.measure().ok()?;
    Some(())
}

fn ens160() -> Option<()> {
    ens160::Ens160::new(i2c()?, 0x53).tvoc().ok()?;
    Some(())
}

fn lm75() -> Option<()> {
    lm75::Lm75::new(i2c()?, lm75::Address::default()).read_temperature().ok()?;
    Some(())
}

fn max6675_hal() -> Option<()> {
    max6675_hal::Max6675::new(spi()?).ok()?.read_celsius().ok()?;
    Some(())
}

fn mcp9808() -> Option<()> {
    use mcp9808::reg_temp_generic::ReadableTempRegister;

    let temperature = mcp9808::MCP9808::new(i2c()?).read_temperature().ok()?;
    temperature.get_celsius(mcp9808::reg_res::ResolutionVal::Deg_0_0625C);
    Some(())
}

fn mlx9061x() -> Option<()> {
    let mut sensor = mlx9061x::Mlx9061x::new_mlx90614(i2c()?, mlx9061x::SlaveAddr::default(), 5).ok()?;
    sensor.object1_temperature().ok()?;
    sensor.set_emissivity(0.9, &mut Delay::new()).ok()?;
    Some(())
}

fn scd4x() -> Option<()> {
    scd4x::Scd4x::new(i2c()?, Delay::new()).measurement().ok()?;
    Some(())
}

fn sgp30() -> Option<()> {
    let mut sensor = sgp30::Sgp30::new(i2c()?, 0x58, Delay::new());
    sensor.init().ok()?;
    sensor.measure().ok()?;
    Some(())
}

fn sgp40() -> Option<()> {
    sgp40::Sgp40::new(i2c()?, 0x59, Delay::new()).measure_voc_index().ok()?;
    Some(())
}

fn sht31() -> Option<()> {
    use sht31::prelude::{SHT31, Sht31Reader};

    SHT31::new(i2c()?, Delay::new()).read().ok()?;
    Some(())
}

fn sht4x() -> Option<()> {
    sht4x::Sht4x::new(i2c()?).measure(sht4x::Precision::High, &mut Delay::new()).ok()?;
    Some(())
}

fn shtcx() -> Option<()> {
    shtcx::shtc3(i2c()?).measure(shtcx::PowerMode::NormalMode, &mut Delay::new()).ok()?;
    Some(())
}

fn tmp1x2() -> Option<()> {
    tmp1x2::Tmp1x2::new(i2c()?, tmp1x2::SlaveAddr::default()).read_temperature().ok()?;
    Some(())
}
