//! Serves the interfaces of the WASI SPI hosts of 2026 by those of `wasm-embedded:hal`. A name that a guest opens is a label.
#![cfg(target_arch = "wasm32")]
#![no_std]

extern crate alloc;

mod bindings {
    #![allow(missing_docs, unsafe_code, clippy::all, reason = "wit-bindgen generates it")]
    wit_bindgen::generate!({ path: ["../wit", "wit"], world: "wasm-embedded:spi-hosts/adapter", generate_all });
    export!(Adapter with_types_in self);
    pub(crate) struct Adapter;
}

#[path = "../../allocator.rs"]
mod allocator;
mod pins;
mod spi;

use alloc::string::String;

use self::bindings::Adapter;
use self::bindings::exports::{my, wasi};
use self::bindings::wasm_embedded::hal::{clock, delay, log};

/// Ends the guest: nothing here panics but for want of memory.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

impl wasi::delay::delay::Guest for Adapter {
    fn delay_ms(ms: u32) {
        delay::delay_ns(u64::from(ms) * 1_000_000);
    }
}

impl my::debug::logging::Guest for Adapter {
    fn log(message: String) {
        log::log(log::Level::Info, "guest", &message);
    }
}

impl my::clock::time::Guest for Adapter {
    fn now_ms() -> u64 {
        clock::now_ns() / 1_000_000
    }

    fn now_micros() -> u64 {
        clock::now_ns() / 1_000
    }
}

impl my::timer::timer::Guest for Adapter {
    fn now_ms() -> u64 {
        clock::now_ns() / 1_000_000
    }

    fn now_micros() -> u64 {
        clock::now_ns() / 1_000
    }
}
