//! An operator's calls have the same limits and grants as a guest's.

use embedded_hal::{i2c as hal_i2c, spi as hal_spi};
use wasm_embedded_host::i2c::Address;
use wasm_embedded_host::{DirectError, HalCtx, Limits};

use crate::hardware::Hardware;
use crate::lab::{READ_ONLY, READ_WRITE, TEN_BIT_READ_ONLY, context};

fn within(change: impl FnOnce(&mut Limits)) -> (HalCtx, Hardware) {
    let (hardware, mut limits) = (Hardware::default(), Limits::default());
    change(&mut limits);
    let hal = context(&hardware).limits(limits).build();
    (hal, hardware)
}

/// Checks that something was refused for a reason and did not reach the devices, or went out.
fn check<E: std::fmt::Debug + PartialEq>(
    result: Result<(), DirectError<E>>,
    hardware: &Hardware,
    expected: Result<&str, &str>,
) {
    let seen = (hardware.take_refusals().concat(), hardware.take_wires().concat());
    match expected {
        Ok(wires) => assert_eq!((result, seen), (Ok(()), (String::new(), wires.to_owned()))),
        Err(refusal) => assert_eq!((result, seen), (Err(DirectError::Refused), (refusal.to_owned(), String::new()))),
    }
}

fn transact_i2c(change: impl FnOnce(&mut Limits), address: Address, writes: bool, expected: Result<&str, &str>) {
    let (mut hal, hardware) = within(change);
    let mut buffer = [0; 20];
    let read = hal_i2c::Operation::Read(&mut buffer);
    let mut operations = match writes {
        true => vec![hal_i2c::Operation::Write(&[1, 2, 3]), read],
        false => vec![read],
    };
    let result = hal.i2c_transaction("i2c", address, &mut operations);
    check(result, &hardware, expected);
}

#[test]
fn on_i2c() {
    let (granted, read_only) = (Address::SevenBit(READ_WRITE), Address::SevenBit(READ_ONLY));
    transact_i2c(|_| {}, granted, true, Ok("0x50 w3 r20"));
    transact_i2c(|_| {}, read_only, false, Ok("0x51 r20"));
    transact_i2c(|_| {}, read_only, true, Err("i2c: 0x51 is read-only"));
    transact_i2c(|_| {}, Address::TenBit(TEN_BIT_READ_ONLY), false, Ok("0x151 (10-bit) r20"));
    transact_i2c(|_| {}, Address::TenBit(TEN_BIT_READ_ONLY), true, Err("i2c: 0x151 (10-bit) is read-only"));
    transact_i2c(|_| {}, Address::SevenBit(0x52), false, Err("i2c: 0x52"));
    transact_i2c(|limits| limits.transaction_bytes = 20, granted, true, Ok("0x50 w3 r20"));
    transact_i2c(|limits| limits.transaction_bytes = 19, granted, true, Err("i2c: transaction-bytes 20 > 19"));
    transact_i2c(|limits| limits.operations = 2, granted, true, Ok("0x50 w3 r20"));
    transact_i2c(|limits| limits.operations = 1, granted, true, Err("i2c: operations 2 > 1"));
    // 25 bytes and addresses of nine clocks, two STARTs and a STOP.
    transact_i2c(|limits| limits.transaction_time_ns = 228_000, granted, true, Ok("0x50 w3 r20"));
    let refusal = "i2c: transaction-time-ns 228000 > 227999";
    transact_i2c(|limits| limits.transaction_time_ns = 227_999, granted, true, Err(refusal));
}

fn transact_spi(label: &str, change: impl FnOnce(&mut Limits), delay_ns: u32, expected: Result<&str, &str>) {
    let (mut hal, hardware) = within(change);
    let (mut first, mut second) = ([0; 20], [0; 4]);
    let mut operations = vec![
        hal_spi::Operation::Transfer(&mut first, &[1, 2, 3]),
        hal_spi::Operation::TransferInPlace(&mut second),
        hal_spi::Operation::Write(&[1; 6]),
    ];
    if delay_ns > 0 {
        operations.push(hal_spi::Operation::DelayNs(delay_ns));
    }
    let result = hal.spi_transaction(label, &mut operations);
    check(result, &hardware, expected);
}

#[test]
fn on_spi() {
    for label in ["device", "bus"] {
        let refused = |what: &str| format!("{label}: {what}");
        transact_spi(label, |_| {}, 0, Ok("spi w3r20 x4 w6"));
        transact_spi(label, |limits| limits.transaction_bytes = 24, 0, Ok("spi w3r20 x4 w6"));
        let refusal = refused("transaction-bytes 24 > 23");
        transact_spi(label, |limits| limits.transaction_bytes = 23, 0, Err(&refusal));
        transact_spi(label, |limits| limits.operations = 3, 0, Ok("spi w3r20 x4 w6"));
        transact_spi(label, |limits| limits.operations = 2, 0, Err(&refused("operations 3 > 2")));
        // Thirty words of eight clocks.
        transact_spi(label, |limits| limits.transaction_time_ns = 240_500, 500, Ok("spi w3r20 x4 w6 d500"));
        let refusal = refused("transaction-time-ns 240500 > 240499");
        transact_spi(label, |limits| limits.transaction_time_ns = 240_499, 500, Err(&refusal));
        transact_spi(label, |limits| limits.transaction_delay_ns = 500, 500, Ok("spi w3r20 x4 w6 d500"));
        let refusal = refused("transaction-delay-ns 500 > 499");
        transact_spi(label, |limits| limits.transaction_delay_ns = 499, 500, Err(&refusal));
    }
}

#[test]
fn on_labels_that_are_not_there_or_of_another_kind() {
    let (mut hal, hardware) = within(|_| {});
    let granted = Address::SevenBit(READ_WRITE);
    check(hal.i2c_transaction("nothing", granted, &mut []), &hardware, Err("unknown nothing"));
    check(hal.i2c_transaction("device", granted, &mut []), &hardware, Err("device is an SPI device, not an I2C bus"));
    check(hal.spi_transaction("nothing", &mut []), &hardware, Err("unknown nothing"));
    check(hal.spi_transaction("i2c", &mut []), &hardware, Err("i2c is an I2C bus, not an SPI device"));
    check(hal.pin_level("nothing").map(drop), &hardware, Err("unknown nothing"));
    check(hal.pin_level("output").map(drop), &hardware, Err("output is an output pin, not an input pin"));
    check(hal.pin_level("input").map(drop), &hardware, Ok("level"));
    check(hal.pin_level("io").map(drop), &hardware, Ok("level"));
}
