//! An LM75 by its driver of crates.io, and an EEPROM, on two I2C buses: what ASPEED's AST1030 evaluation board has.
#![no_std]
#![no_main]

use embedded_hal::delay::DelayNs as _;
use embedded_hal::i2c::{I2c as _, Operation};
use lm75::Lm75;
use wasm_embedded_hal::{Delay, I2c, OpenError, entry, log};

const SENSOR: u8 = 0x4d;
/// Granted, and nobody is there.
const NOBODY: u8 = 0x49;
const EEPROM: u8 = 0x50;

entry!(main);

fn main() -> Result<(), OpenError> {
    log::init();
    let mut sensor = Lm75::new(I2c::open("sensor")?, SENSOR);
    for _ in 0..3 {
        let halves = sensor.read_temperature().map(halves);
        ::log::info!("halves of a degree: {halves:?}");
        Delay.delay_ms(50);
    }
    // Its registers keep what is written to them.
    let limit = sensor.set_os_temperature(30.5).and_then(|()| sensor.set_hysteresis_temperature(-12.0));
    ::log::info!("limits: {limit:?}");
    let mut bus = sensor.destroy();
    let (mut limit, mut hysteresis) = ([0; 2], [0; 2]);
    let mut steps = [Operation::Write(&[3]), Operation::Read(&mut limit[..1])];
    let read = bus.transaction(SENSOR, &mut steps).and_then(|()| bus.write_read(SENSOR, &[2], &mut hysteresis));
    ::log::info!("read back: {read:?} {:02x?} {hysteresis:02x?}", &limit[..1]);
    ::log::info!("nobody: {:?} {:?}", bus.read(NOBODY, &mut [0]), bus.write(NOBODY, &[1, 2]));
    ::log::info!("not granted: {:?}", bus.read(0x48_u8, &mut [0]));
    memory(&mut I2c::open("memory")?);
    Ok(())
}

/// Returns a temperature in half degrees, which an LM75 has: to print it takes no code for floats.
#[expect(clippy::cast_possible_truncation, reason = "within the range of the sensor")]
fn halves(celsius: f32) -> i32 {
    (celsius * 2.0) as i32
}

/// Writes a few bytes, and reads them back in two pieces of one transaction.
fn memory(bus: &mut I2c) {
    let written = bus.write(EEPROM, b"\x10shelf");
    Delay.delay_ms(10);
    let (mut first, mut rest) = ([0; 2], [0; 3]);
    let mut steps = [Operation::Write(&[0x10]), Operation::Read(&mut first), Operation::Read(&mut rest)];
    let read = bus.transaction(EEPROM, &mut steps);
    ::log::info!("eeprom: {written:?} {read:?} {first:02x?} {rest:02x?}");
}
