//! Stands in for the hardware on systems for which there is no back end: labels for hardware are refused before.

use super::BoardError;
use super::contexts::GuestContexts;
use crate::clock::RealWait;
use crate::log::LogSink;
use crate::policy::{I2cLabel, Policy};

/// The hardware that there is none of.
#[derive(Debug)]
pub(super) enum Hardware {}

impl Hardware {
    pub(super) fn open(_: &Policy, _: &mut GuestContexts) -> Result<Option<Hardware>, BoardError> {
        Ok(None)
    }

    pub(super) fn begin(&self, _: u64) -> RealWait {
        match *self {}
    }

    pub(super) fn listen(&self, _: LogSink) {
        match *self {}
    }
}

/// Returns no address: there is no kernel's driver for a simulated one.
pub(super) fn owned_by_kernel(_: &I2cLabel) -> Result<Vec<u16>, BoardError> {
    Ok(Vec::new())
}
