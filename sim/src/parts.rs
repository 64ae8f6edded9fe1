//! The parts that can be put on the board.

mod address;
pub mod bme280;
pub mod button;
pub mod debounce;
pub mod ds3231;
mod echo;
pub mod eeprom24;
pub mod led;
pub mod lm75;
mod miso;
mod motor;
mod number;
pub mod scripted;
pub mod sht4x;
pub mod ssd1306;
#[cfg(test)]
mod test_board;
pub mod voltage;
pub mod w25q;

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
