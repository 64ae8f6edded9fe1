//! A panel to work by hand, for `--board`: a button switches an LED, and a display shows what a BME280 measures, until it is stopped.
//!
//! The drivers are bme280 0.5.1 and ssd1306 0.10.0 with embedded-graphics 0.8, as they are on crates.io.
//!
//! Wiring: labels `sensor` and `screen` as for `weather`; `BUTTON`, an input that is active while the button is pressed; `LED`, an
//! output; `SERIAL`, a port on which it writes what it measures and answers what is typed.
//!
//! ```text
//! $ cargo run --bin panel -- --policy policies/panel.toml --board
//! the board: http://127.0.0.1:43211/8c1f4a5e0d9b7f62a3c4d5e6f7081923/
//! [    0.045541] info  panel: 21.50 °C  45.0 %  1013.26 hPa
//! ```

use std::error::Error;

use bme280::i2c::BME280;
use drivers_demo::reading::Reading;
use drivers_demo::{picture, weather};
use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{InputPin as _, StatefulOutputPin};
use embedded_io::{Read, ReadReady, Write};
use wasm_embedded_hal::{Delay, I2c, InputPin, OutputPin, Uart};

/// How often it looks at the button, and after how many looks it measures.
const LOOK_MS: u32 = 10;
const MEASURE: u32 = 50;

fn main() -> Result<(), Box<dyn Error>> {
    wasm_embedded_hal::log::init();
    let (mut button, mut led) = (InputPin::open("BUTTON")?, OutputPin::open("LED")?);
    let mut serial = Uart::open("SERIAL")?;
    let mut delay = Delay::new();
    let mut screen = weather::screen(I2c::open("screen")?)?;
    picture::draw_form(&mut screen).map_err(weather::Error::<wasm_embedded_hal::i2c::Error>::Screen)?;
    let mut sensor = BME280::new_primary(I2c::open("sensor")?);
    sensor.init(&mut delay).map_err(weather::Error::Sensor)?;
    let mut was_pressed = false;
    for look in 0_u32.. {
        let is_pressed = button.is_high()?;
        if is_pressed && !was_pressed {
            led.toggle()?;
            log::info!("the LED is {}", if led.is_set_high()? { "on" } else { "off" });
        }
        was_pressed = is_pressed;
        while serial.read_ready()? {
            let mut byte = [0];
            let count = serial.read(&mut byte)?;
            serial.write_all(&byte[..count])?;
        }
        if look % MEASURE == 0 {
            match sensor.measure(&mut delay) {
                Ok(measured) => {
                    let reading = Reading::from(measured);
                    log::info!("{reading}");
                    writeln!(serial, "{reading}")?;
                    let drawn = picture::draw(&mut screen, &reading);
                    if let Err(error) = drawn.and_then(|()| screen.flush()) {
                        log::error!("the display: {error:?}");
                    }
                }
                // A sensor that was unplugged may come back.
                Err(error) => log::error!("{}", weather::Error::Sensor(error)),
            }
        }
        delay.delay_ms(LOOK_MS);
    }
    Ok(())
}
