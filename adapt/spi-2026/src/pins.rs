//! `wasi:gpio/gpio`: pins without handles. Each is opened at its first use and stays open.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;

use crate::bindings::Adapter;
use crate::bindings::exports::wasi::gpio::gpio::{Guest, Level};
use crate::bindings::wasm_embedded::hal::digital::{self, OutputPin};
use crate::bindings::wasm_embedded::hal::log;

/// The pins by their labels; none for one that could not be opened, which is told once.
struct Pins(RefCell<Vec<(String, Option<OutputPin>)>>);

// SAFETY: a component without threads has one.
#[expect(unsafe_code, reason = "a static must be Sync, and there is one thread")]
unsafe impl Sync for Pins {}

static PINS: Pins = Pins(RefCell::new(Vec::new()));

impl Guest for Adapter {
    fn set_pin_state(label: String, level: Level) {
        let level = match level {
            Level::Low => digital::Level::Low,
            Level::High => digital::Level::High,
        };
        let Ok(mut pins) = PINS.0.try_borrow_mut() else { return };
        if !pins.iter().any(|(known, _)| *known == label) {
            let pin = OutputPin::open(&label);
            if let Err(error) = &pin {
                warn(&label, error.message());
            }
            pins.push((label.clone(), pin.ok()));
        }
        if let Some((_, Some(pin))) = pins.iter().find(|(known, _)| *known == label)
            && let Err(error) = pin.set(level)
        {
            warn(&label, error.message());
        }
    }
}

/// Tells what went wrong with a pin: the guest's interface has no errors.
fn warn(label: &str, error: &str) {
    log::log(log::Level::Warn, "gpio", &format!("output \"{label}\": {error}"));
}
