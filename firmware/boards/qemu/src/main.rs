//! The firmware for QEMU's boards: the same as on a Pico 2 but for the pins, behind which are the parts of `wasm-embedded-sim`.
//!
//! A word in the flash, which QEMU's `loader` writes, says what a test wants to see: [`options`].
#![no_std]
#![no_main]

extern crate alloc;

#[cfg(target_arch = "arm")]
#[path = "an505.rs"]
mod machine;
#[cfg(target_arch = "riscv32")]
#[path = "virt.rs"]
mod machine;
mod meter;
mod options;
mod parts;
mod peripherals;
mod world;

use alloc::string::String;
use alloc::sync::Arc;
use core::panic::PanicInfo;

use firmware_core::{Board, Claims, Heap, World, panicked, run};
use wasm_embedded_host::HalCtxBuilder;
use wasm_embedded_image::Policy;

use crate::meter::Meter;

/// QEMU's board.
#[derive(Debug)]
struct Qemu;

static BOARD: Qemu = Qemu;
static METER: Meter = Meter::new();

#[global_allocator]
static HEAP: Heap = Heap::empty();

/// Goes on where the machine's start code ends.
fn start() -> ! {
    machine::init(&HEAP);
    run(&BOARD, &HEAP)
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    panicked(&BOARD, info)
}

impl Board for Qemu {
    fn name(&self) -> &'static str {
        "qemu"
    }

    fn slot(&self, number: usize) -> &'static [u8] {
        machine::slot(number)
    }

    fn write(&self, text: &str) {
        METER.outside(|| text.bytes().for_each(machine::write));
    }

    fn open(&self, policy: &Policy, _claims: &Claims, hal: &mut HalCtxBuilder) -> Result<Arc<dyn World>, String> {
        world::open(policy, hal)
    }

    fn feed_watchdog(&self) {}

    fn waits(&self, ns: u64) {
        METER.stop(ns);
    }

    fn goes_on(&self) {
        METER.start();
    }

    fn rest(&self) -> ! {
        machine::exit(options::get().exit)
    }

    fn reset(&self) -> ! {
        machine::fail()
    }
}
