//! Who was called on a simulated I2C bus and is not there, for whoever wonders why: a driver often has another address than the part.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use wasm_embedded_host::i2c::{Address, Error};
use wasm_embedded_sim::model::Wiring;

use crate::policy::{Device, Policy};

/// How many addresses are kept for each label. A guest that looks who is there calls every one.
const MAX_ADDRESSES: usize = 8;

/// What was heard on the bus of a label.
#[derive(Clone, Debug, Default)]
pub(super) struct Calls(Arc<Heard>);

#[derive(Debug, Default)]
struct Heard {
    /// Whether anybody acknowledged anything.
    answered: AtomicBool,
    /// The addresses at which nobody did, as far as they are kept.
    unanswered: Mutex<BTreeSet<u8>>,
}

/// A label with a simulated bus.
#[derive(Debug)]
pub(super) struct Listened {
    pub(super) label: String,
    pub(super) bus: String,
    pub(super) calls: Calls,
}

impl Calls {
    /// Notes how a transaction ended.
    #[inline]
    pub(super) fn note<T>(&self, address: Address, result: &Result<T, Error>) {
        match (result, address) {
            (Ok(_), _) => self.0.answered.store(true, Relaxed),
            (Err(Error::NoAcknowledge(_)), Address::SevenBit(address)) => self.missed(address),
            (Err(_), _) => {}
        }
    }

    #[cold]
    fn missed(&self, address: u8) {
        let mut unanswered = self.0.unanswered.lock().unwrap_or_else(PoisonError::into_inner);
        if unanswered.len() < MAX_ADDRESSES {
            unanswered.insert(address);
        }
    }
}

impl Listened {
    /// Says who is on the bus, if the label was used and nobody ever acknowledged.
    pub(super) fn warning(&self, policy: &Policy) -> Option<String> {
        if self.calls.0.answered.load(Relaxed) {
            return None;
        }
        let there: Vec<(&Device, u8)> = policy
            .devices
            .iter()
            .filter_map(|device| match &device.spec.wiring {
                Wiring::I2c { bus, address } if *bus == self.bus => Some((device, *address)),
                _ => None,
            })
            .collect();
        let is_there = |called: &u8| there.iter().any(|(device, address)| device.occupied(*address).contains(called));
        let unanswered = self.calls.0.unanswered.lock().unwrap_or_else(PoisonError::into_inner);
        // A part that is there and does not acknowledge has its reason: a fault, or its power.
        if unanswered.is_empty() || unanswered.iter().any(is_there) {
            return None;
        }
        let called: Vec<String> = unanswered.iter().map(|address| format!("{address:#04x}")).collect();
        let parts = there.iter().map(|(device, address)| format!("`{}` at {address:#04x}", device.name()));
        let parts = match there.as_slice() {
            [] => "no part".to_owned(),
            _ => parts.collect::<Vec<_>>().join(", "),
        };
        Some(format!(
            "i2c {:?}: no device acknowledged {}; its simulated bus `{}` has {parts}",
            self.label,
            called.join(", "),
            self.bus
        ))
    }
}
