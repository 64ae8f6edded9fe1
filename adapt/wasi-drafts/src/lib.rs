//! Serves the drafts of WASI I2C and WASI GPIO by the interfaces of `wasm-embedded:hal`. A name that a guest opens is a label.
#![cfg(target_arch = "wasm32")]
#![no_std]

extern crate alloc;

mod bindings {
    #![allow(missing_docs, unsafe_code, clippy::all, reason = "wit-bindgen generates it")]
    wit_bindgen::generate!({ path: ["../wit", "wit"], world: "wasm-embedded:wasi-drafts/adapter", generate_all });
    export!(Adapter with_types_in self);
    pub(crate) struct Adapter;
}

#[path = "../../allocator.rs"]
mod allocator;
mod digital;
mod i2c;
mod pwm;

use alloc::string::String;

use self::bindings::Adapter;
use self::bindings::exports::wasi::gpio::types::ErrorCode;
use self::bindings::exports::wasi::i2c::delay::{Guest, GuestDelay};
use self::bindings::wasm_embedded::hal::delay;
use self::bindings::wasm_embedded::hal::types::OpenError;

/// Ends the guest: nothing here panics but for want of memory.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// Time needs no label.
pub(crate) struct Delay;

impl Guest for Adapter {
    type Delay = Delay;
}

impl GuestDelay for Delay {
    fn new() -> Delay {
        Delay
    }

    fn delay_ns(&self, ns: u32) {
        delay::delay_ns(ns.into());
    }
}

/// Returns why a label cannot be opened, in the only words that the draft of WASI GPIO has for it.
fn refused(error: OpenError) -> ErrorCode {
    other(match error {
        OpenError::UnknownLabel => "the policy has no such label",
        OpenError::WrongKind => "the label stands for another kind of hardware",
        OpenError::Busy => "the label is held already",
        OpenError::Refused => "the host cannot hand out the label now",
    })
}

fn other(text: &str) -> ErrorCode {
    ErrorCode::Other(String::from(text))
}
