//! QEMU's board `virt` with 32 bits: the RP2350's other kind of core.
#![expect(unsafe_code, reason = "registers and regions of memory")]

use core::{ptr, slice};

use firmware_core::Heap;
use riscv::register::{mcycle, mcycleh};

/// Where the images of guests begin, and how long each may be.
const SLOTS: usize = 0x8020_0000;
const SLOT_BYTES: usize = 0xf_f000;
const SLOT_STEP: usize = 0x10_0000;
/// Where QEMU's loader writes the options.
const OPTIONS: *const u32 = ptr::with_exposed_provenance(0x803f_f000);

/// The first UART, a 16550, ready as it is. QEMU `hw/riscv/virt.c`, memory map.
const UART: *mut u8 = ptr::with_exposed_provenance_mut(0x1000_0000);
/// The device that ends QEMU: SiFive's "test finisher".
const FINISHER: *mut u32 = ptr::with_exposed_provenance_mut(0x0010_0000);
const PASS: u32 = 0x5555;
const FAIL: u32 = 0x1_3333;

/// The bytes that the heap leaves to the stack of the firmware.
const STACK: usize = 16 * 1024;

unsafe extern "C" {
    /// The end of the statics, by riscv-rt's linker script.
    static mut _sheap: u8;
    /// The top of the stack.
    static mut _stack_start: u8;
}

#[riscv_rt::entry]
fn main() -> ! {
    crate::start()
}

/// Sets up the heap.
pub(crate) fn init(heap: &Heap) {
    // SAFETY: the heap's memory is between the statics and the stack, and given away once.
    unsafe {
        let start = &raw mut _sheap;
        let end = (&raw mut _stack_start).addr() - STACK;
        heap.init(start, end - start.addr());
    }
}

/// Returns the region of a guest's image.
pub(crate) fn slot(number: usize) -> &'static [u8] {
    // SAFETY: memory that QEMU's loader has filled, and nothing writes to.
    unsafe { slice::from_raw_parts(ptr::with_exposed_provenance(SLOTS + number * SLOT_STEP), SLOT_BYTES) }
}

/// Returns the word of the options.
pub(crate) fn options() -> u32 {
    // SAFETY: as above.
    unsafe { OPTIONS.read_volatile() }
}

/// Writes a byte to the log.
pub(crate) fn write(byte: u8) {
    // SAFETY: the transmit register of the board's UART.
    unsafe { UART.write_volatile(byte) };
}

/// Returns a count of instructions: `-icount shift=0` makes one a cycle.
pub(crate) fn instructions() -> u64 {
    loop {
        let (high, low) = (mcycleh::read(), mcycle::read());
        if mcycleh::read() == high {
            return (wide(high) << 32) | wide(low);
        }
    }
}

fn wide(half: usize) -> u64 {
    u64::try_from(half).unwrap_or_default()
}

/// Returns how many instructions lie between two counts.
pub(crate) fn between(before: u64, after: u64) -> u64 {
    after.wrapping_sub(before)
}

/// Ends QEMU, or waits for ever.
pub(crate) fn exit(end: bool) -> ! {
    if end {
        finish(PASS);
    }
    loop {
        riscv::asm::wfi();
    }
}

/// Ends QEMU with a failure.
pub(crate) fn fail() -> ! {
    finish(FAIL);
    loop {
        riscv::asm::wfi();
    }
}

fn finish(how: u32) {
    // SAFETY: the one register of the device.
    unsafe { FINISHER.write_volatile(how) };
}
