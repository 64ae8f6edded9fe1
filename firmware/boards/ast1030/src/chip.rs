//! The chip: log, time, watchdog, memory.
#![expect(unsafe_code, reason = "the heap's memory, the image's, and the places of blocks")]

use core::cell::Cell;
use core::{ptr, slice};

use critical_section::Mutex;
use firmware_core::Heap;

use crate::registers::Block;

// SAFETY: the blocks of the AST1030, each nobody else's. QEMU `hw/arm/aspeed_ast10x0.c`, `aspeed_soc_ast1030_memmap`.
const UART5: Block = unsafe { Block::at(0x7e78_4000) };
// SAFETY: as above.
const TIMERS: Block = unsafe { Block::at(0x7e78_2000) };
// SAFETY: as above.
const WATCHDOG: Block = unsafe { Block::at(0x7e78_5000) };

/// A 16550 with a register in every word: Linux `8250.h`.
const UART_DATA: usize = 0x00;
const UART_FIFO: usize = 0x08;
const UART_FORMAT: usize = 0x0c;
const UART_STATE: usize = 0x14;
const UART_DIVIDER_HIGH: usize = 0x04;
/// Eight bits, no parity, one stop bit; and with it, that data are the divider.
const FORMAT_8N1: u32 = 0x03;
const FORMAT_DIVIDER: u32 = 0x83;
const STATE_EMPTY: u32 = 1 << 5;
const FIFO_ON: u32 = 0x07;
/// 115,200 baud of 24 MHz / 13, the clock after a reset.
const DIVIDER: u32 = 1;

/// Timer 1 counts down at 1 MHz, from its reload value and again. Linux `drivers/clocksource/timer-fttmr010.c`.
const TIMER_COUNT: usize = 0x00;
const TIMER_RELOAD: usize = 0x04;
const TIMER_CONTROL: usize = 0x30;
const TIMER_ON_AT_1_MHZ: u32 = 0b11;

/// Counts down at 1 MHz, and resets the chip. Linux `drivers/watchdog/aspeed_wdt.c`.
const WATCHDOG_RELOAD: usize = 0x04;
const WATCHDOG_RESTART: usize = 0x08;
const WATCHDOG_CONTROL: usize = 0x0c;
const RESTART_MAGIC: u32 = 0x4755;
const WATCHDOG_ON: u32 = 0b1_0011;
/// How long there may be no progress.
const PATIENCE_US: u32 = 8_000_000;

/// The image, behind the firmware.
const IMAGE: usize = 0x9_0000;
const IMAGE_BYTES: usize = 0x1_8000;
/// What a slot without room looks like: an erased flash.
static NOTHING: [u8; 4096] = [0xff; 4096];

/// The bytes that the heap leaves to the stack of the firmware.
const STACK: usize = 16 * 1024;

/// The newest count, and the microseconds of all turns of the timer before.
static TIME: Mutex<Cell<(u32, u64)>> = Mutex::new(Cell::new((0, 0)));

unsafe extern "C" {
    /// The end of the statics, by cortex-m-rt's linker script.
    static mut __sheap: u8;
    /// The top of the stack.
    static mut _stack_start: u8;
}

/// Sets all of it up.
pub(crate) fn init(heap: &Heap) {
    // SAFETY: between the statics and the stack, and given away once.
    unsafe {
        let start = &raw mut __sheap;
        let end = (&raw mut _stack_start).addr() - STACK;
        heap.init(start, end - start.addr());
    }
    UART5.write(UART_FORMAT, FORMAT_DIVIDER);
    UART5.write(UART_DATA, DIVIDER);
    UART5.write(UART_DIVIDER_HIGH, 0);
    UART5.write(UART_FORMAT, FORMAT_8N1);
    UART5.write(UART_FIFO, FIFO_ON);
    TIMERS.write(TIMER_RELOAD, u32::MAX);
    TIMERS.write(TIMER_CONTROL, TIMER_ON_AT_1_MHZ);
    WATCHDOG.write(WATCHDOG_RELOAD, PATIENCE_US);
    feed_watchdog();
    WATCHDOG.write(WATCHDOG_CONTROL, WATCHDOG_ON);
}

/// Returns the region of a guest's image: there is room for one.
pub(crate) fn slot(number: usize) -> &'static [u8] {
    match number {
        // SAFETY: memory that the boot ROM has filled, past the firmware and before its variables, and that nothing writes to.
        0 => unsafe { slice::from_raw_parts(ptr::with_exposed_provenance(IMAGE), IMAGE_BYTES) },
        _ => &NOTHING,
    }
}

/// Writes to the log.
pub(crate) fn write(text: &str) {
    for part in text.split_inclusive('\n') {
        let (line, end): (&str, &[u8]) = part.strip_suffix('\n').map_or((part, b""), |line| (line, b"\r\n"));
        for byte in line.bytes().chain(end.iter().copied()) {
            while UART5.read(UART_STATE) & STATE_EMPTY == 0 {}
            UART5.write(UART_DATA, byte.into());
        }
    }
}

/// Tells the watchdog that there was progress.
pub(crate) fn feed_watchdog() {
    WATCHDOG.write(WATCHDOG_RESTART, RESTART_MAGIC);
}

/// Returns the microseconds since the start. Looked at once in 71 minutes, no turn of the timer is lost: who waits looks all the time.
pub(crate) fn now_us() -> u64 {
    critical_section::with(|cs| {
        let time = TIME.borrow(cs);
        let (before, mut turns_us) = time.get();
        let now = u32::MAX - TIMERS.read(TIMER_COUNT);
        if now < before {
            turns_us += u64::from(u32::MAX) + 1;
        }
        time.set((now, turns_us));
        turns_us + u64::from(now)
    })
}
