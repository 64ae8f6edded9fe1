//! What a part is made from.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::error::Error;
use core::fmt;

use super::{Bus, Settings};
use crate::net::{Level, Net};

/// Why a part cannot be made: the error of the part itself, or a [`MissingSetting`].
pub type BuildError = Box<dyn Error + Send + Sync>;

/// A setting, pin or address that the part cannot do without is not there, or of another kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MissingSetting(String);

impl fmt::Display for MissingSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it needs `{}`", self.0)
    }
}

impl Error for MissingSetting {}

/// Where a part goes, and what is set on it: what its model's `build` gets.
#[derive(Debug)]
pub struct Setup<'a> {
    pub(crate) bus: Option<Bus>,
    pub(crate) address: Option<u8>,
    pub(crate) nets: Vec<(&'a str, Net)>,
    pub(crate) settings: &'a Settings,
}

impl Setup<'_> {
    /// Returns the bus that the part is on, if it is on one.
    #[must_use]
    pub fn bus(&self) -> Option<Bus> {
        self.bus
    }

    /// Returns the part's address, if it is on I2C.
    #[must_use]
    pub fn address(&self) -> Option<u8> {
        self.address
    }

    /// Returns the address of a part that is on I2C only.
    ///
    /// # Errors
    /// It is not on I2C.
    pub fn i2c_address(&self) -> Result<u8, MissingSetting> {
        self.address.ok_or_else(|| missing("address"))
    }

    /// Returns the net of a pin, if it is connected.
    #[must_use]
    pub fn net(&self, pin: &str) -> Option<Net> {
        self.nets.iter().find(|(key, _)| *key == pin).map(|(_, net)| *net)
    }

    /// Returns the net of a pin that must be connected.
    ///
    /// # Errors
    /// It is not connected.
    pub fn wire(&self, pin: &str) -> Result<Net, MissingSetting> {
        self.net(pin).ok_or_else(|| missing(pin))
    }

    /// Connects a pin with `with`, unless it is left open.
    pub fn connect<P>(&self, part: P, pin: &str, with: impl FnOnce(P, Net) -> P) -> P {
        match self.net(pin) {
            Some(net) => with(part, net),
            None => part,
        }
    }

    /// Returns the settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        self.settings
    }

    /// Returns a text or choice that must be there.
    ///
    /// # Errors
    /// It is not there.
    pub fn text(&self, key: &str) -> Result<&str, MissingSetting> {
        self.settings.text(key).ok_or_else(|| missing(key))
    }

    /// Returns a level that must be there.
    ///
    /// # Errors
    /// It is not there.
    pub fn level(&self, key: &str) -> Result<Level, MissingSetting> {
        Ok(Level::from(self.text(key)? == "high"))
    }

    /// Returns a whole number that must be there and fit the type.
    ///
    /// # Errors
    /// It is not there, or does not fit.
    pub fn integer<T: TryFrom<i64>>(&self, key: &str) -> Result<T, MissingSetting> {
        self.settings.integer(key).ok_or_else(|| missing(key))
    }
}

fn missing(key: &str) -> MissingSetting {
    MissingSetting(key.into())
}
