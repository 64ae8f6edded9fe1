//! What the programs of this folder share: everything but the choice of the buses, generic over the traits of embedded-hal.
#![no_std]

pub mod decimal;
mod error;
mod failure;
pub mod picture;
pub mod pmod_oled;
pub mod reading;
pub mod weather;

pub use decimal::Decimal;
pub use error::DriverError;
pub use failure::Failure;
