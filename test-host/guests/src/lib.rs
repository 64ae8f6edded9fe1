//! Traffic that visits the corners of embedded-hal's contract.
//!
//! The tests run it twice over the same simulated board, natively and in a guest, and compare what was on the wires and what
//! came back: the boundary must not show.
#![no_std]

pub mod awaited;

use core::fmt::{self, Write};

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{InputPin, PinState, StatefulOutputPin};
use embedded_hal::i2c::{Error as _, I2c, Operation as I2cOperation, TenBitAddress};
use embedded_hal::pwm::{Error as _, SetDutyCycle};
use embedded_hal::spi::{Operation, SpiBus, SpiDevice};
use embedded_io::{Read, ReadReady, Write as IoWrite, WriteReady};
use wasm_embedded_hal::adc::AdcChannel;

/// The address of the register map that every board of these tests has.
pub const TARGET: u8 = 0x2a;
/// An address where nothing is.
pub const NOBODY: u8 = 0x33;

/// Writes a line about a result: its bytes, or its error's kind.
fn report<E: fmt::Debug>(out: &mut impl Write, what: &str, result: Result<(), E>, bytes: &[&[u8]]) -> fmt::Result {
    match result {
        Ok(()) => writeln!(out, "{what}: {bytes:02x?}"),
        Err(kind) => writeln!(out, "{what}: {kind:?}"),
    }
}

/// Transactions of all shapes.
pub fn i2c<B: I2c>(bus: &mut B, out: &mut impl Write) -> fmt::Result {
    let mut kind = |what, result: Result<(), B::Error>, bytes: &[&[u8]]| {
        report(&mut *out, what, result.map_err(|error| error.kind()), bytes)
    };
    let long: [u8; 40] = core::array::from_fn(|index| u8::try_from(index).unwrap_or_default());
    for len in [1, 15, 16, 17, 32] {
        let mut buffer = [0xee; 40];
        let result = bus.write_read(TARGET, &[3], &mut buffer[..len]);
        kind("write_read", result, &[&buffer])?;
        kind("write", bus.write(TARGET, &long[..len]), &[])?;
        let mut buffer = [0xee; 40];
        let result = bus.read(TARGET, &mut buffer[..len]);
        kind("read", result, &[&buffer])?;
    }
    kind("empty transaction", bus.transaction(TARGET, &mut []), &[])?;
    kind("probe", bus.write(TARGET, &[]), &[])?;
    kind("probe of nobody", bus.write(NOBODY, &[]), &[])?;
    kind("read of nobody", bus.read(NOBODY, &mut [0; 3]), &[])?;
    kind("long write to nobody", bus.write(NOBODY, &long), &[])?;
    kind("read of nothing", bus.read(TARGET, &mut []), &[])?;
    kind("write_read of nothing", bus.write_read(TARGET, &[1], &mut []), &[])?;
    kind("write nothing, then read", bus.write_read(TARGET, &[], &mut [0; 2]), &[])?;

    let (mut first, mut second, mut third) = ([0; 2], [0; 20], [0; 1]);
    let operations = &mut [
        I2cOperation::Write(&[0x05]),
        I2cOperation::Write(&[]),
        I2cOperation::Write(&long[..3]),
        I2cOperation::Read(&mut first),
        I2cOperation::Read(&mut second),
        I2cOperation::Write(&[0x01]),
        I2cOperation::Read(&mut third),
    ];
    let result = bus.transaction(TARGET, operations);
    kind("merged transaction", result, &[&first, &second, &third])?;
    let (mut first, mut second) = ([0; 3], [0; 4]);
    let operations = &mut [I2cOperation::Write(&[2]), I2cOperation::Read(&mut first), I2cOperation::Read(&mut second)];
    let result = bus.transaction(TARGET, operations);
    kind("short merged transaction", result, &[&first, &second])?;
    let operations = &mut [I2cOperation::Read(&mut first), I2cOperation::Write(&[9, 8])];
    let result = bus.transaction(TARGET, operations);
    kind("read, then write", result, &[&first])?;
    let mut parts = [[0; 30]; 40];
    let mut operations = parts.each_mut().map(|part| I2cOperation::Read(part));
    let result = bus.transaction(TARGET, &mut operations);
    kind("forty reads", result, &[&parts[0], &parts[39]])
}

/// Ten-bit addresses.
pub fn i2c_ten_bit<B: I2c<TenBitAddress>>(bus: &mut B, out: &mut impl Write) -> fmt::Result {
    for address in [0x02a, 0x150, 0x3ff] {
        let result = bus.write_read(address, &[1], &mut [0; 2]).map_err(|error| error.kind());
        report(out, "ten bits", result, &[])?;
    }
    Ok(())
}

/// Transactions of an SPI device.
pub fn spi<D: SpiDevice>(device: &mut D, out: &mut impl Write) -> fmt::Result {
    use embedded_hal::spi::Error as _;
    let mut kind = |what, result: Result<(), D::Error>, bytes: &[&[u8]]| {
        report(&mut *out, what, result.map_err(|error| error.kind()), bytes)
    };
    let mut long: [u8; 40] = core::array::from_fn(|index| u8::try_from(index).unwrap_or_default());
    // A flash's question for its id: so the bytes that come back differ, and one at the wrong place shows.
    long[0] = 0x9f;
    for (read_len, write_len) in
        [(0, 0), (1, 1), (5, 2), (2, 5), (16, 16), (16, 1), (1, 16), (17, 3), (3, 17), (40, 40)]
    {
        let mut buffer = [0xee; 40];
        let result = device.transfer(&mut buffer[..read_len], &long[..write_len]);
        kind("transfer", result, &[&buffer])?;
    }
    for len in [0, 1, 16, 17, 40] {
        let mut buffer = [0xee; 40];
        let result = device.read(&mut buffer[..len]);
        kind("read", result, &[&buffer])?;
        kind("write", device.write(&long[..len]), &[])?;
        let mut buffer = long;
        let result = device.transfer_in_place(&mut buffer[..len]);
        kind("transfer in place", result, &[&buffer])?;
    }
    kind("empty transaction", device.transaction(&mut []), &[])?;
    // A transfer that writes more than it reads, and then a read.
    let (mut first, mut rest) = ([0; 1], [0; 2]);
    let operations = &mut [Operation::Transfer(&mut first, &long[..2]), Operation::Read(&mut rest)];
    let result = device.transaction(operations);
    kind("uneven transfer, then read", result, &[&first, &rest])?;
    // Two bytes in all cross the boundary in integers, 20 do not.
    for len in [2, 20] {
        let (mut first, mut second, mut third) = ([0xee; 20], [0xee; 20], long);
        let operations = &mut [
            Operation::Write(&long[..len]),
            Operation::Read(&mut first[..len]),
            Operation::Transfer(&mut second[..len], &long[..3]),
            Operation::TransferInPlace(&mut third[..len]),
        ];
        let result = device.transaction(operations);
        kind("transaction", result, &[&first, &second, &third])?;
        for delay in [1500, 70_000] {
            let operations = &mut [
                Operation::Write(&long[..len]),
                Operation::DelayNs(delay),
                Operation::Read(&mut first[..len]),
                Operation::DelayNs(1),
                Operation::DelayNs(delay),
            ];
            let result = device.transaction(operations);
            kind("transaction with delays", result, &[&first])?;
        }
    }
    Ok(())
}

/// Words on an SPI bus of its own.
pub fn spi_bus<B: SpiBus>(bus: &mut B, out: &mut impl Write) -> fmt::Result {
    use embedded_hal::spi::Error as _;
    for len in [0, 3, 16, 20] {
        let mut buffer = [7; 20];
        let result = bus.read(&mut buffer[..len]).map_err(|error| error.kind());
        report(out, "bus read", result, &[&buffer])?;
        report(out, "bus write", bus.write(&buffer[..len]).map_err(|error| error.kind()), &[])?;
        let result = bus.transfer(&mut buffer[..len], &[1, 2]).map_err(|error| error.kind());
        report(out, "bus transfer", result, &[&buffer])?;
        let result = bus.transfer_in_place(&mut buffer[..len]).map_err(|error| error.kind());
        report(out, "bus transfer in place", result, &[&buffer])?;
        report(out, "bus flush", bus.flush().map_err(|error| error.kind()), &[])?;
    }
    Ok(())
}

/// Pins: an output, and an open-drain pin that something else pulls low.
pub fn pins<O, I>(output: &mut O, io: &mut I, delay: &mut impl DelayNs, out: &mut impl Write) -> fmt::Result
where
    O: StatefulOutputPin,
    I: StatefulOutputPin + InputPin,
{
    let flag = |result: Result<bool, ()>| result.unwrap_or_default();
    for state in [PinState::High, PinState::Low, PinState::Low, PinState::High] {
        let _ = output.set_state(state);
        let _ = io.set_state(state);
        delay.delay_us(7);
        let commanded = flag(output.is_set_high().map_err(drop));
        let (released, carried) = (flag(io.is_set_high().map_err(drop)), flag(io.is_high().map_err(drop)));
        writeln!(out, "set {state:?}: commanded {commanded}, released {released}, carried {carried}")?;
    }
    let _ = output.toggle();
    let _ = io.toggle();
    let commanded = flag(output.is_set_low().map_err(drop));
    let (held, low) = (flag(io.is_set_low().map_err(drop)), flag(io.is_low().map_err(drop)));
    writeln!(out, "toggled: commanded low {commanded}, held {held}, carried low {low}")?;
    let _ = output.set_low();
    delay.delay_ms(3);
    let _ = output.set_high();
    delay.delay_ns(5);
    Ok(())
}

/// Duties, the greatest one and one past it included.
pub fn pwm<P: SetDutyCycle>(output: &mut P, delay: &mut impl DelayNs, out: &mut impl Write) -> fmt::Result {
    let max = output.max_duty_cycle();
    writeln!(out, "the greatest duty is {max}")?;
    for duty in [0, 1, max / 3, max - 1, max, max + 1, u16::MAX] {
        report(out, "duty", output.set_duty_cycle(duty).map_err(|error| error.kind()), &[])?;
        delay.delay_us(50);
    }
    report(out, "off", output.set_duty_cycle_fully_off().map_err(|error| error.kind()), &[])?;
    report(out, "on", output.set_duty_cycle_fully_on().map_err(|error| error.kind()), &[])?;
    report(out, "fraction", output.set_duty_cycle_fraction(40_000, 60_000).map_err(|error| error.kind()), &[])?;
    report(out, "percent", output.set_duty_cycle_percent(37).map_err(|error| error.kind()), &[])
}

/// Bytes over a port at whose other end everything is sent back.
pub fn uart<U>(port: &mut U, delay: &mut impl DelayNs, out: &mut impl Write) -> fmt::Result
where
    U: Read + IoWrite + ReadReady + WriteReady,
{
    use embedded_io::Error as _;
    let long: [u8; 200] = core::array::from_fn(|index| u8::try_from(index).unwrap_or_default());
    let count = |result: Result<usize, U::Error>| result.map_err(|error| error.kind());
    let flag = |result: Result<bool, U::Error>| result.map_err(|error| error.kind());
    writeln!(out, "nothing: {:?} {:?}", count(port.read(&mut [])), count(port.write(&[])))?;
    writeln!(out, "ready: {:?} {:?}", flag(port.read_ready()), flag(port.write_ready()))?;
    for len in [1, 5, 64, 65, 200] {
        let written = count(port.write(&long[..len]));
        writeln!(out, "wrote {written:?} of {len}, ready: {:?}", flag(port.write_ready()))?;
        let mut left = written.unwrap_or_default();
        while left > 0 {
            let mut buffer = [0xee; 100];
            let read = count(port.read(&mut buffer));
            writeln!(out, "read {read:?}: {:02x?}", &buffer[..read.unwrap_or_default()])?;
            left = left.saturating_sub(read.unwrap_or(left));
            delay.delay_us(300);
        }
    }
    let result = port.write_all(&long).map_err(|error| error.kind());
    report(out, "write all", result, &[])?;
    report(out, "flush", port.flush().map_err(|error| error.kind()), &[])?;
    let mut all = [0; 200];
    let result = port.read_exact(&mut all);
    writeln!(out, "read exactly: {} {:02x?}", result.is_ok(), all)?;
    writeln!(out, "ready: {:?} {:?}", flag(port.read_ready()), flag(port.write_ready()))
}

/// Readings of a converter while its voltage changes.
pub fn adc<C: AdcChannel>(channel: &mut C, delay: &mut impl DelayNs, out: &mut impl Write) -> fmt::Result {
    writeln!(out, "{} bits", channel.resolution_bits())?;
    for _ in 0..12 {
        let (raw, microvolts) = (channel.read_raw().ok(), channel.read_microvolts().ok());
        writeln!(out, "raw {raw:?}, {microvolts:?} uV, {:?} mV", channel.read_millivolts().ok())?;
        delay.delay_us(700);
    }
    Ok(())
}
