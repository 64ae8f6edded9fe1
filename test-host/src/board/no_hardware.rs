//! Stands in for the hardware on systems for which there is no back end: labels for hardware are refused before.

use wasm_embedded_host::HalCtxBuilder;

use super::BoardError;
use crate::clock::RealWait;
use crate::log::Teller;
use crate::policy::Policy;

/// The hardware that there is none of.
#[derive(Debug)]
pub(super) enum Hardware {}

impl Hardware {
    pub(super) fn open(_: &Policy, _: &mut HalCtxBuilder) -> Result<Option<Hardware>, BoardError> {
        Ok(None)
    }

    pub(super) fn wait(&self) -> RealWait {
        match *self {}
    }

    pub(super) fn listen(&self, _: Teller) {
        match *self {}
    }
}
