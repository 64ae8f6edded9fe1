//! The firmware of the Raspberry Pi Pico 2, for the Arm and for the RISC-V cores of its RP2350.
//!
//! Each kind of hardware has a file, and is added to a guest's context in [`world`].
#![no_std]
#![no_main]

extern crate alloc;

mod adc;
mod chip;
mod flash;
mod i2c;
mod line;
mod pins;
mod probe;
mod pwm;
mod spi;
mod uart;
mod world;

use alloc::string::String;
use alloc::sync::Arc;
use core::panic::PanicInfo;

use firmware_core::{Board, Claims, Heap, LineBoard as _, World, panicked, run_with_line};
use rp235x_hal::block;
use wasm_embedded_host::HalCtxBuilder;
use wasm_embedded_image::Policy;
use wasm_embedded_line::slot::Half;

/// Tells the boot ROM that this is a program, and for which cores. Arm cores find their first function in the vector table.
#[cfg(target_arch = "arm")]
#[unsafe(link_section = ".start_block")]
#[used]
#[expect(unsafe_code, reason = "the place that the boot ROM looks at")]
static IMAGE_DEF: block::ImageDef = block::ImageDef::secure_exe();

/// Where RISC-V cores begin, `_stext` of memory-riscv.x, and the top of the RAM as their first stack.
#[cfg(target_arch = "riscv32")]
const ENTRY: [u32; 3] = block::item_entry_point(0x1000_0100, 0x2008_2000);

/// As for Arm cores. RP2350 datasheet, section 5.9.3, "Block items".
#[cfg(target_arch = "riscv32")]
#[unsafe(link_section = ".start_block")]
#[used]
#[expect(unsafe_code, reason = "the place that the boot ROM looks at")]
static IMAGE_DEF: block::Block<4> = block::Block::new([
    block::item_image_type_exe(block::Security::Secure, block::Architecture::Riscv),
    ENTRY[0],
    ENTRY[1],
    ENTRY[2],
]);

/// A Pico 2.
#[derive(Debug)]
struct Pico2;

static BOARD: Pico2 = Pico2;

#[global_allocator]
static HEAP: Heap = Heap::empty();

/// Runs first.
#[rp235x_hal::entry]
fn main() -> ! {
    chip::init(&HEAP);
    run_with_line(&BOARD, &HEAP)
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    panicked(&BOARD, info)
}

impl Board for Pico2 {
    fn name(&self) -> &'static str {
        "pico2"
    }

    fn slot(&self, number: usize) -> &'static [u8] {
        self.half(number, Half::A)
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
