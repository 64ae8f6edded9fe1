//! The policy: which labels a guest may open, what stands behind each, and which parts are on the simulated board.
//!
//! One TOML file for a machine. Nothing is granted that it does not name, and nothing in it is ignored: an unknown key, a
//! wrong type, an address granted twice or a part on a bus that is not there refuse the whole file before anything is opened.
//!
//! Without the feature `toml` this is plain data that needs `alloc` alone: what firmware has of a policy.
//!
//! ```
//! # #[cfg(feature = "toml")] {
//! use wasm_embedded_policy::Policy;
//!
//! let policy = Policy::parse("board.toml", r#"
//!     [i2c.sensor]
//!     sim = "board"
//!     allow = [0x76]
//!
//!     [[part]]
//!     model = "bme280"
//!     i2c = "board"
//!     temperature = 21.5
//! "#)?;
//! assert_eq!(policy.i2c[0].label, "sensor");
//!
//! let slip = Policy::parse("board.toml", "[i2c.sensor]\nsim = true\nalow = [0x76]").unwrap_err();
//! assert_eq!(slip.to_string(), "the policy board.toml is refused: 1 problem");
//! # }
//! # #[cfg(feature = "toml")]
//! # Ok::<(), wasm_embedded_policy::PolicyError>(())
//! ```
#![cfg_attr(not(feature = "toml"), no_std)]
#![cfg_attr(not(test), warn(clippy::expect_used))]

extern crate alloc;

pub mod codec;
#[cfg(feature = "toml")]
pub mod duration;
#[cfg(feature = "toml")]
pub mod escape;
#[cfg(feature = "toml")]
mod file;
pub mod model;
#[cfg(feature = "toml")]
pub mod suggest;

#[cfg(feature = "toml")]
pub use self::file::read;
#[cfg(feature = "toml")]
pub use self::file::{
    AdcLabel, AnyLabel, Backend, Block, BusBackend, Cause, ChannelBackend, Chip, Device, FailureKind, Fault,
    FaultPlace, File, I2cLabel, MAX_POLICY_BYTES, MAX_PROBLEMS, NetName, PinBackend, PinLabel, Policy, PolicyError,
    Problem, PwmLabel, SpiLabel, UartLabel, schema, schema_text,
};
pub use self::model::{
    Access, Adc, AddressGrant, AtLimit, Bias, DEFAULT_BAUD, DEFAULT_I2C_FREQUENCY_HZ, DEFAULT_PWM_FREQUENCY_HZ,
    DEFAULT_SPI_FREQUENCY_HZ, DutyPart, Fuel, I2c, LIMITS, LOG_LEVELS, Label, Limit, Limits, LogLevel, Machine,
    NoSuchLimit, OnChip, Parity, Pin, PinDirection, PinLevel, Pwm, Restart, RestartWhen, Select, Settings, Span, Spi,
    Uart, Unkept, chip, eight_bit_form_of, reserved,
};
