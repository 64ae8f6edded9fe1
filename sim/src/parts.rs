//! The parts that can be put on the board.

mod address;
pub mod ads1115;
pub mod aht20;
pub mod apa102;
pub mod bh1750;
pub mod bme280;
pub mod button;
mod checksum;
pub mod debounce;
pub mod dht22;
mod dials;
pub mod ds1307;
pub mod ds3231;
pub mod echo;
pub mod eeprom24;
pub mod encoder;
pub mod hd44780;
pub mod htu21d;
pub mod hx711;
pub mod ina219;
pub mod ina226;
pub mod led;
mod link;
pub mod lm75;
pub mod max17048;
pub mod max31855;
pub mod max7219;
pub mod mcp23x17;
pub mod mcp4725;
pub mod mcp9808;
mod miso;
pub mod mlx90614;
pub mod motor;
pub(crate) mod number;
pub mod opt3001;
pub mod pca9555;
pub mod pca9685;
pub mod pcf8563;
pub mod pcf8574;
mod ports;
mod sampler;
pub mod scd41;
pub mod scripted;
mod segments;
pub mod servo;
pub mod sgp30;
pub mod sgp40;
pub mod sht31;
pub mod sht4x;
pub mod shtc3;
pub mod ssd1306;
#[cfg(test)]
mod test_board;
pub mod tft;
pub mod tm1637;
pub mod tmp102;
pub mod tmp117;
pub mod veml7700;
pub mod voltage;
pub mod w25q;
pub mod ws2812;

use crate::model::{Maker, Model};

pub use address::AddressError;
pub use bme280::Bme280;
pub use button::Button;
pub use debounce::Debounce;
pub use ds3231::Ds3231;
pub use echo::Echo;
pub use eeprom24::Eeprom24;
pub use led::Led;
pub use lm75::Lm75;
pub use motor::Motor;
pub use scripted::Scripted;
pub use sht4x::Sht4x;
pub use ssd1306::Ssd1306;
pub use voltage::Voltage;
pub use w25q::W25q;

/// The models of this crate.
pub static MODELS: &[Model] = &[
    bme280::MODEL,
    sht4x::MODEL,
    ssd1306::MODEL,
    eeprom24::MODEL,
    lm75::MODEL,
    ds3231::MODEL,
    w25q::MODEL,
    button::MODEL,
    led::MODEL,
    voltage::MODEL,
    motor::MODEL,
    echo::MODEL,
    scripted::MODEL,
    tmp117::MODEL,
    pcf8574::MODEL,
    ina219::MODEL,
    sht31::MODEL,
    shtc3::MODEL,
    htu21d::MODEL,
    aht20::MODEL,
    mcp9808::MODEL,
    scd41::MODEL,
    sgp40::MODEL,
    bh1750::MODEL,
    veml7700::MODEL,
    mcp23x17::MODEL,
    mcp23x17::MODEL_SPI,
    pca9555::MODEL,
    ds1307::MODEL,
    pcf8563::MODEL,
    ads1115::MODEL,
    mcp4725::MODEL,
    pca9685::MODEL,
    servo::MODEL,
    max17048::MODEL,
    ina226::MODEL,
    tmp102::MODEL,
    opt3001::MODEL,
    mlx90614::MODEL,
    hx711::MODEL,
    max7219::MODEL,
    encoder::MODEL,
    max31855::MODEL,
    hd44780::MODEL,
    hd44780::BACKPACK,
    tm1637::MODEL,
    apa102::MODEL,
    ws2812::MODEL,
    tft::MODEL,
    dht22::MODEL,
    sgp30::MODEL,
];

/// Those that the firmware for microcontrollers has on its simulated boards.
pub const ON_MICROCONTROLLERS: [Maker; 8] = [
    bme280::MODEL.maker(),
    ssd1306::MODEL.maker(),
    led::MODEL.maker(),
    echo::MODEL.maker(),
    voltage::MODEL.maker(),
    button::MODEL.maker(),
    eeprom24::MODEL.maker(),
    w25q::MODEL.maker(),
];

/// The longest time that a part's settings can name, in milliseconds: a year.
pub(crate) const LAST_MS: i64 = 31_536_000_000;
