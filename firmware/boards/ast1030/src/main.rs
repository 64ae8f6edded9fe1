//! The firmware of ASPEED's AST1030 evaluation board: a Cortex-M4 whose guests have I2C.
//!
//! It is the example of a board with little: four files beside this one, each a piece that every board needs.
#![no_std]
#![no_main]

extern crate alloc;

mod chip;
mod i2c;
mod registers;
mod world;

use alloc::string::String;
use alloc::sync::Arc;
use core::panic::PanicInfo;

// Critical sections of the processor.
use cortex_m as _;
use firmware_core::{Board, Claims, Heap, World, panicked, run};
use wasm_embedded_host::HalCtxBuilder;
use wasm_embedded_image::Policy;

/// The evaluation board.
#[derive(Debug)]
struct Ast1030;

static BOARD: Ast1030 = Ast1030;

#[global_allocator]
static HEAP: Heap = Heap::empty();

/// Runs first.
#[cortex_m_rt::entry]
fn main() -> ! {
    chip::init(&HEAP);
    run(&BOARD, &HEAP)
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    panicked(&BOARD, info)
}

impl Board for Ast1030 {
    fn name(&self) -> &'static str {
        "ast1030"
    }

    fn slot(&self, number: usize) -> &'static [u8] {
        chip::slot(number)
    }

    fn write(&self, text: &str) {
        chip::write(text);
    }

    fn open(&self, policy: &Policy, _claims: &Claims, hal: &mut HalCtxBuilder) -> Result<Arc<dyn World>, String> {
        world::open(policy, hal)
    }

    fn feed_watchdog(&self) {
        chip::feed_watchdog();
    }

    fn rest(&self) -> ! {
        loop {
            // Nothing can hang any more.
            chip::feed_watchdog();
        }
    }

    fn reset(&self) -> ! {
        // The watchdog is not fed any more.
        loop {
            core::hint::spin_loop();
        }
    }
}
