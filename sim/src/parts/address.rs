//! The error of a part whose address pins cannot give the wanted address.

use core::error::Error;
use core::fmt;

/// An I2C address that a part cannot be strapped to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AddressError {
    part: &'static str,
    address: u8,
    possible: &'static str,
}

impl AddressError {
    pub(super) fn new(part: &'static str, address: u8, possible: &'static str) -> AddressError {
        AddressError { part, address, possible }
    }
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#04x} is not an address of the {}: it can have {}", self.address, self.part, self.possible)
    }
}

impl Error for AddressError {}
