//! QEMU's board `mps2-an505`: a Cortex-M33. Addresses are the secure ones, in which it starts.
#![expect(unsafe_code, reason = "registers, regions of memory and semihosting")]

use core::arch::asm;
use core::{ptr, slice};

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use firmware_core::Heap;

/// Where the images of guests begin, and how long each may be.
const SLOTS: usize = 0x1020_0000;
const SLOT_BYTES: usize = 0xf_f000;
const SLOT_STEP: usize = 0x10_0000;
/// Where QEMU's loader writes the options.
const OPTIONS: *const u32 = ptr::with_exposed_provenance(0x103f_f000);

/// The first UART, a CMSDK one. Arm AN505, "Memory map"; Arm DDI 0479D, section 4.3.2.
const UART: *mut u32 = ptr::with_exposed_provenance_mut(0x5020_0000);
const UART_STATE: usize = 1;
const UART_CONTROL: usize = 2;
const UART_DIVIDER: usize = 4;
const UART_TRANSMIT_FULL: u32 = 1;

/// Instructions in a tick of the system timer: 20 MHz, and `-icount shift=0` makes an instruction a nanosecond.
const TICK_INSTRUCTIONS: u64 = 50;
/// The system timer counts down from this.
const TICKS: u32 = 0x00ff_ffff;

/// The bytes that the heap leaves to the stack of the firmware.
const STACK: usize = 16 * 1024;

unsafe extern "C" {
    /// The end of the statics, by cortex-m-rt's linker script.
    static mut __sheap: u8;
    /// The top of the stack.
    static mut _stack_start: u8;
}

#[cortex_m_rt::entry]
fn main() -> ! {
    crate::start()
}

/// Sets up the log, the count and the heap.
pub(crate) fn init(heap: &Heap) {
    // SAFETY: the registers of the board's UART, which nobody else uses; the heap's memory is between the statics and the
    // stack, and given away once.
    unsafe {
        UART.add(UART_DIVIDER).write_volatile(16);
        UART.add(UART_CONTROL).write_volatile(1);
        let start = &raw mut __sheap;
        let end = (&raw mut _stack_start).addr() - STACK;
        heap.init(start, end - start.addr());
        let mut timer = cortex_m::Peripherals::steal().SYST;
        timer.set_clock_source(SystClkSource::Core);
        timer.set_reload(TICKS);
        timer.clear_current();
        timer.enable_counter();
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
    // SAFETY: the registers of the board's UART.
    unsafe {
        while UART.add(UART_STATE).read_volatile() & UART_TRANSMIT_FULL != 0 {}
        UART.write_volatile(byte.into());
    }
}

/// Returns a count of instructions that wraps.
pub(crate) fn instructions() -> u64 {
    u64::from(TICKS - SYST::get_current()) * TICK_INSTRUCTIONS
}

/// Returns how many instructions lie between two counts.
pub(crate) fn between(before: u64, after: u64) -> u64 {
    let turn = (u64::from(TICKS) + 1) * TICK_INSTRUCTIONS;
    (after + turn - before) % turn
}

/// Ends QEMU, or waits for ever.
pub(crate) fn exit(end: bool) -> ! {
    if end {
        semihosting_exit(0x2_0026);
    }
    loop {
        cortex_m::asm::wfi();
    }
}

/// Ends QEMU with a failure.
pub(crate) fn fail() -> ! {
    semihosting_exit(0x2_0023);
    loop {
        cortex_m::asm::wfi();
    }
}

/// SYS_EXIT with a reason: 0x20026 is the end of the application, 0x20023 an internal error.
/// Arm IHI 0100, "Semihosting for AArch32 and AArch64", section 6.5.
fn semihosting_exit(reason: u32) {
    // SAFETY: a call of the debugger, which QEMU is.
    unsafe { asm!("bkpt 0xab", in("r0") 0x18, in("r1") reason) };
}
