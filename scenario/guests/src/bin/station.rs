//! Shows the temperature on a display twice a second, while a button turns the display on and off.
//!
//! Wiring: label `bus`, an I2C bus with a BME280 at 0x76 and an SSD1306 at 0x3c; label `BUTTON`, an input that is high while the
//! button is pressed.

use std::error::Error;

use bme280::i2c::BME280;
use bme280::{Configuration, Oversampling};
use embedded_graphics::mono_font::MonoTextStyle;
use embedded_graphics::mono_font::ascii::FONT_6X10;
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::{Drawable, Point};
use embedded_graphics::text::{Baseline, Text};
use embedded_hal::delay::DelayNs;
use embedded_hal::digital::InputPin as _;
use ssd1306::mode::{BufferedGraphicsMode, DisplayConfig};
use ssd1306::prelude::{DisplayRotation, DisplaySize128x64, I2CInterface};
use ssd1306::{I2CDisplayInterface, Ssd1306};
use wasm_embedded_hal::{Delay, I2c, InputPin};

type Screen = Ssd1306<I2CInterface<I2c>, DisplaySize128x64, BufferedGraphicsMode<DisplaySize128x64>>;

const POLL_MS: u32 = 20;
const POLLS: u32 = 25;

fn main() -> Result<(), Box<dyn Error>> {
    let (mut delay, mut button) = (Delay::new(), InputPin::open("BUTTON")?);
    let mut sensor = BME280::new_primary(I2c::open("bus")?);
    // Without the filter of `init`, which would take seconds to follow.
    let settings = Configuration::default()
        .with_temperature_oversampling(Oversampling::Oversampling2X)
        .with_pressure_oversampling(Oversampling::Oversampling1X)
        .with_humidity_oversampling(Oversampling::Oversampling1X);
    sensor.init_with_config(&mut delay, settings).map_err(|error| format!("{error:?}"))?;
    let interface = I2CDisplayInterface::new(I2c::open("bus")?);
    let mut screen = Ssd1306::new(interface, DisplaySize128x64, DisplayRotation::Rotate0).into_buffered_graphics_mode();
    screen.init().map_err(|error| format!("{error:?}"))?;
    let (mut is_on, mut was_pressed) = (true, false);
    loop {
        let measured = sensor.measure(&mut delay).map_err(|error| format!("{error:?}"))?;
        let celsius = measured.temperature;
        show(&mut screen, celsius)?;
        for _ in 0..POLLS {
            let is_pressed = button.is_high()?;
            if is_pressed && !was_pressed {
                is_on = !is_on;
                screen.set_display_on(is_on).map_err(|error| format!("{error:?}"))?;
            }
            was_pressed = is_pressed;
            delay.delay_ms(POLL_MS);
        }
    }
}

fn show(screen: &mut Screen, celsius: f32) -> Result<(), Box<dyn Error>> {
    let text = format!("{celsius:5.1} C");
    screen.clear_buffer();
    let style = MonoTextStyle::new(&FONT_6X10, BinaryColor::On);
    Text::with_baseline(&text, Point::new(20, 24), style, Baseline::Top)
        .draw(screen)
        .map_err(|error| format!("{error:?}"))?;
    screen.flush().map_err(|error| format!("{error:?}"))?;
    Ok(())
}
