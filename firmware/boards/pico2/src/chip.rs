//! The chip: clocks, time, log, watchdog.
#![expect(unsafe_code, reason = "the heap's memory, and registers that are shared in turn")]

use core::cell::RefCell;

use critical_section::Mutex;
use firmware_core::{Heap, Ring};
use rp235x_hal::adc::Adc;
use rp235x_hal::clocks::init_clocks_and_plls;
use rp235x_hal::fugit::{HertzU32, MicrosDurationU32, RateExtU32};
use rp235x_hal::gpio::bank0::{Gpio0, Gpio1};
use rp235x_hal::gpio::{FunctionUart, Pin, Pins, PullDown};
use rp235x_hal::pac::{Peripherals, TIMER0, UART0};
use rp235x_hal::pwm::Slices;
use rp235x_hal::uart::{DataBits, Enabled, StopBits, UartConfig, UartPeripheral};
use rp235x_hal::{Clock, Sio, Timer, Watchdog};

use crate::{line, probe};

/// The crystal of the board.
const CRYSTAL_HZ: u32 = 12_000_000;
/// The clock of the processor, and of SPI and I2C, that the hal sets up.
pub(crate) const CLOCK: HertzU32 = HertzU32::from_raw(150_000_000);
const LOG_BAUD: u32 = 115_200;
/// How long there may be no progress. RP2350 datasheet, section 12.9: at most 16.7 s, of which the hal takes half.
const PATIENCE: MicrosDurationU32 = MicrosDurationU32::millis(8_000);
/// The bytes that the heap leaves to the stack of the firmware.
const STACK: usize = 24 * 1024;

type LogPins = (Pin<Gpio0, FunctionUart, PullDown>, Pin<Gpio1, FunctionUart, PullDown>);

static LOG: Mutex<RefCell<Option<UartPeripheral<Enabled, UART0, LogPins>>>> = Mutex::new(RefCell::new(None));
/// The newest of the log, for who asks later.
pub(crate) static NEWEST: Ring<4096> = Ring::new();
static WATCHDOG: Mutex<RefCell<Option<Watchdog>>> = Mutex::new(RefCell::new(None));

unsafe extern "C" {
    /// The end of the statics, by the linker script.
    #[cfg_attr(target_arch = "arm", link_name = "__sheap")]
    #[cfg_attr(target_arch = "riscv32", link_name = "_sheap")]
    static mut HEAP_START: u8;
    /// The top of the stack.
    #[link_name = "_stack_start"]
    static mut STACK_TOP: u8;
}

/// Sets all of it up.
pub(crate) fn init(heap: &Heap) {
    // SAFETY: between the statics and the stack, and given away once.
    unsafe {
        let start = &raw mut HEAP_START;
        let end = (&raw mut STACK_TOP).addr() - STACK;
        heap.init(start, end - start.addr());
    }
    let Some(mut chip) = Peripherals::take() else { return };
    let mut watchdog = Watchdog::new(chip.WATCHDOG);
    let clocks = init_clocks_and_plls(
        CRYSTAL_HZ,
        chip.XOSC,
        chip.CLOCKS,
        chip.PLL_SYS,
        chip.PLL_USB,
        &mut chip.RESETS,
        &mut watchdog,
    );
    let Ok(clocks) = clocks else { return };
    Timer::new_timer0(chip.TIMER0, &mut chip.RESETS, &clocks);
    let sio = Sio::new(chip.SIO);
    let pins = Pins::new(chip.IO_BANK0, chip.PADS_BANK0, sio.gpio_bank0, &mut chip.RESETS);
    let uart =
        UartPeripheral::new(chip.UART0, (pins.gpio0.into_function(), pins.gpio1.into_function()), &mut chip.RESETS);
    let settings = UartConfig::new(LOG_BAUD.Hz(), DataBits::Eight, None, StopBits::One);
    let log = uart.enable(settings, clocks.peripheral_clock.freq()).ok();
    // Running from here on; guests have their channels, each its own.
    let _ = Adc::new(chip.ADC, &mut chip.RESETS);
    let _ = Slices::new(chip.PWM, &mut chip.RESETS);
    watchdog.pause_on_debug(true);
    watchdog.start(PATIENCE);
    critical_section::with(|cs| {
        LOG.replace(cs, log);
        WATCHDOG.replace(cs, Some(watchdog));
    });
    line::init();
    probe::init();
}

/// Writes to the log.
pub(crate) fn write(text: &str) {
    for part in text.split_inclusive('\n') {
        let (line, end): (&str, &[u8]) = part.strip_suffix('\n').map_or((part, b""), |line| (line, b"\r\n"));
        for bytes in [line.as_bytes(), end] {
            NEWEST.write(bytes);
            send(bytes);
        }
    }
    probe::write(text);
}

/// Sends bytes over the line of the log.
pub(crate) fn send(bytes: &[u8]) {
    critical_section::with(|cs| {
        if let Some(log) = LOG.borrow_ref(cs).as_ref() {
            log.write_full_blocking(bytes);
        }
    });
}

/// Tells the watchdog that there was progress.
pub(crate) fn feed_watchdog() {
    critical_section::with(|cs| {
        if let Some(watchdog) = WATCHDOG.borrow_ref(cs).as_ref() {
            watchdog.feed();
        }
    });
}

/// Returns the microseconds since the start.
pub(crate) fn now_us() -> u64 {
    // SAFETY: reads of the registers without latches, which disturb nobody.
    let timer = unsafe { &*TIMER0::ptr() };
    loop {
        let high = timer.timerawh().read().bits();
        let low = timer.timerawl().read().bits();
        if timer.timerawh().read().bits() == high {
            return (u64::from(high) << 32) | u64::from(low);
        }
    }
}

/// Returns after at least `ns` nanoseconds, rounded up to microseconds.
pub(crate) fn pause_ns(ns: u32) {
    let until = now_us() + u64::from(ns.div_ceil(1_000)) + 1;
    while now_us() < until {
        core::hint::spin_loop();
    }
}

/// Returns the chip's registers, for a guest that is being started.
pub(crate) fn peripherals() -> Peripherals {
    // SAFETY: two guests never have the same pins and controllers (`Claims`), and one has what it had before only after its
    // last run, with all its devices, has ended.
    unsafe { Peripherals::steal() }
}
