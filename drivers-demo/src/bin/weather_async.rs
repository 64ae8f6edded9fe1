//! Measures outside with a BME280 and inside with an SHT40 at the same time, and shows the weather on an SSD1306.
//!
//! The drivers are bme280-rs 0.4.1, sht4x 0.2.0 and ssd1306 0.10.0, all asynchronous, as they are on crates.io. While one sensor
//! converts, the bus is the other one's, or the display's.
//!
//! Wiring: labels `outside`, `inside` and `screen`, each an I2C bus: with a BME280 at 0x76, an SHT40 at 0x44 and an SSD1306 at
//! 0x3c. They may be one bus.
//!
//! ```text
//! $ cargo run --bin weather_async -- --policy policies/weather_async.toml
//! outside: 21.50 °C  45.0 %  1013.24 hPa
//! inside: 21.5 °C, 45.0 %
//! ```

use std::error::Error;

use bme280_rs::{AsyncBme280, Configuration, Oversampling, SensorMode};
use drivers_demo::picture;
use drivers_demo::reading::Reading;
use drivers_demo::{Decimal, DriverError};
use embedded_hal_async::{delay::DelayNs, i2c};
use futures::future::try_join3;
use sht4x::{Precision, Sht4xAsync};
use ssd1306::mode::DisplayConfigAsync;
use ssd1306::prelude::{DisplayRotation, DisplaySize128x64};
use ssd1306::{I2CDisplayInterface, Ssd1306Async};
use wasm_embedded_hal::{Delay, I2c};

/// What a measurement takes at most: Bosch BST-BME280-DS002 rev. 1.6, section 9.1, with one sample of each quantity.
const MEASURING_MS: u32 = 10;

#[wasm_embedded_hal::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let interface = I2CDisplayInterface::new(I2c::open("screen")?);
    let mut screen =
        Ssd1306Async::new(interface, DisplaySize128x64, DisplayRotation::Rotate0).into_buffered_graphics_mode();
    let clear = async { Ok(screen.init().await.map_err(DriverError)?) };
    let (outside, inside) = (outside(I2c::open("outside")?, Delay), inside(I2c::open("inside")?, Delay));
    let (reading, inside, ()) = try_join3(outside, inside, clear).await?;
    println!("outside: {reading}\ninside: {inside}");
    picture::draw(&mut screen, &reading).map_err(DriverError)?;
    Ok(screen.flush().await.map_err(DriverError)?)
}

/// Measures once with a BME280.
async fn outside<B>(bus: B, mut delay: impl DelayNs + Copy) -> Result<Reading, Box<dyn Error>>
where
    B: i2c::I2c<Error: Error + 'static>,
{
    let mut sensor = AsyncBme280::new(bus, delay);
    sensor.init().await?;
    let configuration = Configuration::default()
        .with_temperature_oversampling(Oversampling::Oversample1)
        .with_pressure_oversampling(Oversampling::Oversample1)
        .with_humidity_oversampling(Oversampling::Oversample1)
        .with_sensor_mode(SensorMode::Normal);
    sensor.set_sampling_configuration(configuration).await?;
    // Not a forced measurement: the driver looks for its end at the wrong bit of the status, and reads too early.
    delay.delay_ms(MEASURING_MS).await;
    let sample = sensor.read_sample().await?;
    let missing = "a value was not measured";
    Ok(Reading {
        temperature: Decimal::hundredths(sample.temperature.ok_or(missing)?),
        humidity: Decimal::tenths(sample.humidity.ok_or(missing)?),
        pressure: Decimal::hundredths(sample.pressure.ok_or(missing)? / 100.0),
    })
}

/// Measures once with an SHT40.
async fn inside<B>(bus: B, mut delay: impl DelayNs) -> Result<String, Box<dyn Error>>
where
    B: i2c::I2c<Error: Error + 'static>,
{
    let mut sensor = Sht4xAsync::new(bus);
    let measured = sensor.measure(Precision::High, &mut delay).await.map_err(DriverError)?;
    Ok(format!("{:.1} °C, {:.1} %", measured.temperature_celsius(), measured.humidity_percent()))
}
