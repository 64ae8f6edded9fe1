//! The parts that can be put on the board.

mod address;
pub mod bme280;
pub mod button;
pub mod debounce;
pub mod ds3231;
pub mod echo;
pub mod eeprom24;
pub mod ina219;
pub mod led;
pub mod lm75;
mod miso;
pub mod motor;
pub(crate) mod number;
pub mod pcf8574;
pub mod scripted;
pub mod sht4x;
pub mod ssd1306;
#[cfg(test)]
mod test_board;
pub mod tmp117;
pub mod voltage;
pub mod w25q;

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
];

/// Those that the firmware for microcontrollers has on its simulated boards.
pub const ON_MICROCONTROLLERS: [Maker; 5] =
    [bme280::MODEL.maker(), ssd1306::MODEL.maker(), led::MODEL.maker(), echo::MODEL.maker(), voltage::MODEL.maker()];

/// The longest time that a part's settings can name, in milliseconds: a year.
pub(crate) const LAST_MS: i64 = 31_536_000_000;
