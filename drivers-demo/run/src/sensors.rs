//! Temperature, humidity and gas.

use embedded_hal::delay::DelayNs as _;
use embedded_hal_compat::ReverseCompat as _;
use wasm_embedded_hal::{Delay, I2c, OutputPin, SpiBus, SpiDevice};

use crate::{Failure, Outcome, i2c, uses};

uses! {
    "aht20-driver" aht20,
    "aht20-driver-integers" aht20_integers,
    "bme280-multibus-spi" bme280_spi,
    "bme280-rs-measuring" bme280_rs_measuring,
    "embedded-aht20" embedded_aht20,
    "embedded-dht-rs-dht20" dht20,
    "htu21df-sensor" htu21d,
    "libscd" libscd,
    "max31855" max31855,
    "mcp9808" mcp9808,
    "mcp9808-cold" mcp9808_cold,
    "mcp9808-limit" mcp9808_limit,
    "mlx9061x" mlx9061x,
    "mlx9061x-emissivity" mlx9061x_emissivity,
    "mlx9061x-integers" mlx9061x_integers,
    "scd4x" scd4x,
    "sgp30" sgp30,
    "sgp40" sgp40,
    "sgp40-self-test" sgp40_self_test,
    "sht31" sht31,
    "sht31-hot" sht31_hot,
    "shtcx" shtcx,
    "tmp117" tmp117,
    "tmp1x2" tmp1x2,
    "tmp1x2-one-shot" tmp1x2_one_shot,
}

/// The one in a cold room.
fn aht20_integers() -> Outcome {
    let mut delay = Delay::new();
    let mut sensor = aht20_driver::AHT20::new(i2c("cold")?, aht20_driver::SENSOR_ADDRESS);
    let reading = sensor.init(&mut delay)?.measure_no_fp(&mut delay)?;
    println!("{} °C, {} %", reading.temperature, reading.humidity);
    Ok(())
}

fn aht20() -> Outcome {
    let mut delay = Delay::new();
    let mut sensor = aht20_driver::AHT20::new(i2c("cold")?, aht20_driver::SENSOR_ADDRESS);
    let reading = sensor.init(&mut delay)?.measure(&mut delay)?;
    println!("{:.2} °C, {:.2} %", reading.temperature, reading.humidity);
    Ok(())
}

fn dht20() -> Outcome {
    let reading = embedded_dht_rs::dht20::Dht20::new(i2c("cold")?, Delay::new()).read()?;
    println!("{:.2} °C, {:.2} %", reading.temperature, reading.humidity);
    Ok(())
}

/// Over SPI, where bme280 0.5.1 finds no chip.
fn bme280_spi() -> Outcome {
    use bme280_multibus::{Bme280, Config, CtrlMeas, Mode, Oversampling, Settings};

    let mut sensor = Bme280::from_spi1(SpiDevice::open("bme280")?)?;
    let ctrl_meas = CtrlMeas::RESET.set_osrs_t(Oversampling::X1).set_osrs_p(Oversampling::X1).set_mode(Mode::Normal);
    sensor.settings(&Settings { config: Config::RESET, ctrl_meas, ctrl_hum: Oversampling::X1 })?;
    Delay::new().delay_ms(50);
    let sample = sensor.sample()?;
    println!("{:.2} °C, {:.1} %, {:.1} hPa", sample.temperature, sample.humidity, sample.pressure / 100.0);
    Ok(())
}

/// What the driver says while the chip measures, which takes 113 ms with these settings.
fn bme280_rs_measuring() -> Outcome {
    use bme280_rs::{Bme280, Configuration, Oversampling, SensorMode};

    let mut sensor = Bme280::new(i2c("outdoors")?, Delay::new());
    sensor.init()?;
    let settings = Configuration::default()
        .with_temperature_oversampling(Oversampling::Oversample16)
        .with_pressure_oversampling(Oversampling::Oversample16)
        .with_humidity_oversampling(Oversampling::Oversample16)
        .with_sensor_mode(SensorMode::Forced);
    sensor.set_sampling_configuration(settings)?;
    println!("measuring: {}", sensor.status()?.is_measuring());
    Ok(())
}

/// The one in a cold room.
fn embedded_aht20() -> Outcome {
    let mut sensor = embedded_aht20::Aht20::new(i2c("cold")?, embedded_aht20::DEFAULT_I2C_ADDRESS, Delay::new())?;
    let reading = sensor.measure()?;
    println!("{:.2} °C, {:.2} %", reading.temperature.0, reading.relative_humidity.value());
    Ok(())
}

fn libscd() -> Outcome {
    let mut sensor = libscd::synchronous::scd4x::Scd4x::new(i2c("room")?, Delay::new());
    println!("serial number {:012x}", sensor.serial_number()?);
    sensor.start_periodic_measurement()?;
    while !sensor.data_ready()? {
        Delay::new().delay_ms(100);
    }
    let reading = sensor.read_measurement()?;
    println!("{} ppm, {:.1} °C, {:.1} %", reading.co2, reading.temperature, reading.humidity);
    Ok(())
}

/// A driver for embedded-hal 0.2, through embedded-hal-compat.
fn htu21d() -> Outcome {
    let mut delay = Delay::new().reverse();
    let mut sensor = htu21df_sensor::Sensor::new(i2c("room")?.reverse(), Some(&mut delay))?;
    let temperature = sensor.measure_temperature(&mut delay)?.value();
    println!("{temperature:.2} °C, {:.2} %", sensor.measure_humidity(&mut delay)?.value());
    Ok(())
}

/// A driver for embedded-hal 0.2, with a select line of its own.
fn max31855() -> Outcome {
    use max31855::{Max31855 as _, Unit};

    let mut select = OutputPin::open("thermocouple-cs")?.reverse_cell();
    let mut bus = SpiBus::open("thermocouple")?.reverse();
    let reading = bus.read_all(&mut select, Unit::Celsius).map_err(|_| "no reading")?;
    println!("{:.2} °C, {:.4} °C", reading.thermocouple, reading.internal);
    Ok(())
}

fn mcp9808() -> Outcome {
    show_mcp9808("room")
}

fn mcp9808_cold() -> Outcome {
    show_mcp9808("cold")
}

fn show_mcp9808(label: &str) -> Outcome {
    use embedded_hal::delay::DelayNs as _;
    use mcp9808::reg_res::ResolutionVal;
    use mcp9808::reg_temp_generic::ReadableTempRegister as _;

    let mut thermometer = mcp9808::MCP9808::new(i2c(label)?);
    Delay::new().delay_ms(250);
    println!("{} °C", thermometer.read_temperature()?.get_celsius(ResolutionVal::Deg_0_0625C));
    Ok(())
}

fn mcp9808_limit() -> Outcome {
    use mcp9808::reg_res::ResolutionVal;
    use mcp9808::reg_temp_generic::{ReadableTempRegister as _, WritableTempRegister as _};

    let mut thermometer = mcp9808::MCP9808::new(i2c("cold")?);
    let mut limit = thermometer.read_alert_lower()?;
    limit.set_celsius(-10.0);
    println!("set to {:#06x}, reads {} °C", limit.get_raw_value(), limit.get_celsius(ResolutionVal::Deg_0_25C));
    Ok(())
}

fn infrared() -> Result<mlx9061x::Mlx9061x<I2c, mlx9061x::ic::Mlx90614>, Failure> {
    Ok(mlx9061x::Mlx9061x::new_mlx90614(i2c("cold")?, mlx9061x::SlaveAddr::default(), 5)?)
}

fn mlx9061x() -> Outcome {
    let mut sensor = infrared()?;
    println!("{:.2} °C, {:.2} °C", sensor.ambient_temperature()?, sensor.object1_temperature()?);
    println!("id: {:x}", sensor.device_id()?);
    Ok(())
}

fn mlx9061x_integers() -> Outcome {
    println!("{} °C", infrared()?.object1_temperature_as_int()?);
    Ok(())
}

fn mlx9061x_emissivity() -> Outcome {
    let mut sensor = infrared()?;
    sensor.set_emissivity(0.5, &mut Delay::new())?;
    println!("{:.2}", sensor.emissivity()?);
    Ok(())
}

fn scd4x() -> Outcome {
    use embedded_hal::delay::DelayNs as _;

    let mut sensor = scd4x::Scd4x::new(i2c("room")?, Delay::new());
    println!("serial number: {:#x}", sensor.serial_number()?);
    sensor.start_periodic_measurement()?;
    while !sensor.data_ready_status()? {
        Delay::new().delay_ms(100);
    }
    let data = sensor.measurement()?;
    println!("{} ppm, {:.2} °C, {:.2} %", data.co2, data.temperature, data.humidity);
    Ok(())
}

fn sgp30() -> Outcome {
    use embedded_hal::delay::DelayNs as _;

    let mut sensor = sgp30::Sgp30::new(i2c("room")?, 0x58, Delay::new());
    sensor.init()?;
    for _ in 0..2 {
        let measured = sensor.measure()?;
        println!("{} ppm, {} ppb", measured.co2eq_ppm, measured.tvoc_ppb);
        Delay::new().delay_ms(15_000);
    }
    Ok(())
}

fn sgp40() -> Outcome {
    let mut sensor = sgp40::Sgp40::new(i2c("room")?, 0x59, Delay::new());
    println!("serial number: {:#x}", sensor.serial()?);
    println!("raw: {}", sensor.measure_raw()?);
    Ok(())
}

fn sgp40_self_test() -> Outcome {
    sgp40::Sgp40::new(i2c("room")?, 0x59, Delay::new()).self_test()?;
    println!("passed");
    Ok(())
}

fn sht31() -> Outcome {
    show_sht31(sht31::DeviceAddr::AD0)
}

/// The one in an oven.
fn sht31_hot() -> Outcome {
    show_sht31(sht31::DeviceAddr::AD1)
}

fn show_sht31(address: sht31::DeviceAddr) -> Outcome {
    use sht31::prelude::{SHT31, Sht31Reader as _, TemperatureUnit};

    let sensor = SHT31::new(i2c("room")?, Delay::new()).with_address(address);
    let reading = sensor.with_unit(TemperatureUnit::Celsius).read()?;
    println!("{:.2} °C, {:.2} %", reading.temperature, reading.humidity);
    Ok(())
}

fn shtcx() -> Outcome {
    use shtcx::LowPower as _;

    let mut delay = Delay::new();
    let mut sensor = shtcx::shtc3(i2c("room")?);
    sensor.sleep()?;
    sensor.wakeup(&mut delay)?;
    let measured = sensor.measure(shtcx::PowerMode::NormalMode, &mut delay)?;
    let (temperature, humidity) = (measured.temperature.as_degrees_celsius(), measured.humidity.as_percent());
    println!("{temperature:.2} °C, {humidity:.2} %, device {:#x}", sensor.device_identifier()?);
    Ok(())
}

/// One shot, and in continuous mode while it gets warmer.
fn tmp117() -> Outcome {
    use embedded_hal::delay::DelayNs as _;
    use tmp117::register::Average;
    use tmp117::{Alert, ContinuousConfig, Tmp117};

    // It takes 1.5 ms to start.
    Delay::new().delay_ms(2);
    let mut thermometer = Tmp117::new(i2c("warming")?, 0x48, Delay::new());
    println!("TMP117 {:x}", thermometer.id()?.device);
    thermometer.reset()?;
    println!("{:.4} °C", thermometer.oneshot(Average::Avg8)?);
    let config = ContinuousConfig { average: Average::Avg8, high: Some(30.0), ..ContinuousConfig::default() };
    let mut delay = Delay::new();
    let mut hot = 0.0;
    thermometer.continuous(config, |mut running| {
        // A read of the temperature would look at the same register, which clears the alert.
        while !matches!(running.get_alert()?, Alert::High) {
            delay.delay_ms(100);
        }
        hot = running.wait_temp()?;
        Ok(())
    })?;
    println!("high alert at {hot:.0} °C");
    Ok(())
}

fn tmp1x2() -> Outcome {
    use embedded_hal::delay::DelayNs as _;

    let mut thermometer = tmp1x2::Tmp1x2::new(i2c("cold")?, tmp1x2::SlaveAddr::default());
    Delay::new().delay_ms(30);
    println!("{} °C", thermometer.read_temperature()?);
    Ok(())
}

fn tmp1x2_one_shot() -> Outcome {
    let thermometer = tmp1x2::Tmp1x2::new(i2c("cold")?, tmp1x2::SlaveAddr::default());
    let mut thermometer = thermometer.into_one_shot().map_err(|_| "it does not change its mode")?;
    println!("{} °C", nb::block!(thermometer.read_temperature())?);
    Ok(())
}
