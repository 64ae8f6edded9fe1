//! How the guests of a board have their turns with a device.

use std::sync::{Arc, Mutex, PoisonError};

use wasm_embedded_host::{Shared, Turns};

use crate::turns::Turn;

/// A device as a guest has it: its own, or one that several guests have.
pub(super) struct GuestDevice<D>(Whose<D>);

enum Whose<D> {
    Own(D),
    /// In virtual time, others have their turns at the end of every call.
    Shared {
        device: Arc<Mutex<D>>,
        turn: Option<Turn>,
    },
}

impl<D> GuestDevice<D> {
    /// Returns the device of the only guest.
    pub(super) fn alone(device: D) -> Shared<GuestDevice<D>> {
        Shared(GuestDevice(Whose::Own(device)))
    }

    /// Returns a device for one of several guests, with its turns.
    pub(super) fn shared(device: Arc<Mutex<D>>, turn: Option<Turn>) -> Shared<GuestDevice<D>> {
        Shared(GuestDevice(Whose::Shared { device, turn }))
    }
}

impl<D: Send> Turns for GuestDevice<D> {
    type Device = D;

    fn at_turn<R>(&mut self, act: impl FnOnce(&mut D) -> R) -> R {
        let result = self.ask(act);
        if let Whose::Shared { turn: Some(turn), .. } = &self.0 {
            turn.pass();
        }
        result
    }

    fn ask<R>(&mut self, act: impl FnOnce(&mut D) -> R) -> R {
        match &mut self.0 {
            Whose::Own(device) => act(device),
            Whose::Shared { device, .. } => act(&mut device.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}
