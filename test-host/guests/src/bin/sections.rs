//! Published crates that ask for a critical section, in a guest without std.

#![no_std]
#![no_main]

use core::cell::{Cell, RefCell};

use critical_section::Mutex;
use embedded_hal_bus::i2c::CriticalSectionDevice;
use portable_atomic::{AtomicU64, Ordering::SeqCst};
use wasm_embedded_hal::print::println;
use wasm_embedded_hal::{Error, I2c};

wasm_embedded_hal::entry!(main);

static COUNT: AtomicU64 = AtomicU64::new(0);
static LAST: Mutex<Cell<f32>> = Mutex::new(Cell::new(0.0));

fn main() -> Result<(), Error> {
    let bus = Mutex::new(RefCell::new(I2c::open("bus")?));
    for address in [0x48, 0x49] {
        let mut sensor = lm75::Lm75::new(CriticalSectionDevice::new(&bus), address);
        let Ok(temperature) = sensor.read_temperature() else { continue };
        COUNT.fetch_add(1, SeqCst);
        critical_section::with(|section| LAST.borrow(section).set(temperature));
    }
    // One section in another.
    let nested =
        critical_section::with(|outer| bus.borrow(outer).try_borrow().is_ok() && critical_section::with(|_| true));
    let last = critical_section::with(|section| LAST.borrow(section).get());
    println!("{} counted, {last} last, nested: {nested}", COUNT.load(SeqCst));
    Ok(())
}
