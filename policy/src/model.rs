//! What a policy says, without the text that said it: plain data for the command, images, firmware and tests.

mod access;
mod adc;
mod address;
pub mod chip;
mod duty;
mod i2c;
mod label;
mod limits;
mod log;
mod packed;
mod parts;
mod pin;
mod policy;
mod pwm;
mod restart;
mod spi;
mod uart;

pub use self::access::Access;
pub use self::adc::Adc;
#[cfg(feature = "toml")]
pub(crate) use self::address::display;
pub use self::address::{AddressGrant, eight_bit_form_of, reserved};
pub use self::duty::DutyPart;
pub use self::i2c::{DEFAULT_I2C_FREQUENCY_HZ, I2c};
pub use self::label::{Label, Settings, Span};
pub use self::limits::{AtLimit, Fuel, LIMITS, Limit, Limits, NoSuchLimit, OnChip, Unkept};
pub use self::log::{LOG_LEVELS, LogLevel};
pub use self::pin::{Bias, Pin, PinDirection, PinLevel};
pub use self::policy::{Machine, Policy};
pub use self::pwm::{DEFAULT_PWM_FREQUENCY_HZ, Pwm};
pub use self::restart::{Restart, RestartWhen};
#[cfg(feature = "toml")]
pub(crate) use self::spi::MODES;
pub use self::spi::{DEFAULT_SPI_FREQUENCY_HZ, Select, Spi};
pub use self::uart::{DEFAULT_BAUD, Parity, Uart};
