//! The firmware of the Raspberry Pi Pico 2, for the Arm and for the RISC-V cores of its RP2350.
//!
//! What a further kind of hardware needs (UART, PWM, ADC) goes beside [`spi`] and [`i2c`], and is added in [`world`].
#![no_std]
#![no_main]

extern crate alloc;

mod chip;
mod i2c;
mod pins;
mod spi;
mod world;

use alloc::string::String;
use alloc::sync::Arc;
use core::panic::PanicInfo;
use core::{ptr, slice};

use firmware_core::{Board, Claims, Heap, World, panicked, run};
use rp235x_hal::block::ImageDef;
use wasm_embedded_host::HalCtxBuilder;
use wasm_embedded_image::Policy;

/// Where the images of guests begin, and how long each may be: as `wasm-embedded-rt compile --target pico2` places them.
const SLOTS: usize = 0x1020_0000;
const SLOT_BYTES: usize = 0xf_f000;
const SLOT_STEP: usize = 0x10_0000;

/// Tells the boot ROM that this is a program, and for which cores.
#[unsafe(link_section = ".start_block")]
#[used]
#[expect(unsafe_code, reason = "the place that the boot ROM looks at")]
static IMAGE_DEF: ImageDef = ImageDef::secure_exe();

/// A Pico 2.
#[derive(Debug)]
struct Pico2;

static BOARD: Pico2 = Pico2;

#[global_allocator]
static HEAP: Heap = Heap::empty();

#[rp235x_hal::entry]
fn main() -> ! {
    chip::init(&HEAP);
    run(&BOARD, &HEAP)
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    panicked(&BOARD, info)
}

impl Board for Pico2 {
    fn name(&self) -> &'static str {
        "pico2"
    }

    #[expect(unsafe_code, reason = "the flash, mapped into memory")]
    fn slot(&self, number: usize) -> &'static [u8] {
        // SAFETY: the second half of the flash, which the firmware never writes to.
        unsafe { slice::from_raw_parts(ptr::with_exposed_provenance(SLOTS + number * SLOT_STEP), SLOT_BYTES) }
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
            // Nothing can hang any more: what waits here waits for a new image.
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
