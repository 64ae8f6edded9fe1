//! Loops over one call.

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::StatefulOutputPin;
use embedded_hal::i2c::{I2c as I2cBus, Operation as I2cOperation};
use embedded_hal::spi::{Operation, SpiDevice};

use crate::{ADDRESS, I2c, MOST_BYTES, Spi};

/// The bytes of an operation in a transaction of several.
pub(crate) const OPERATION_BYTES: usize = 16;
/// The same for I2C.
const I2C_OPERATION_BYTES: usize = 8;

/// Calls an SPI device `rounds` times, and returns the sum of the first and last bytes read.
///
/// # Errors
///
/// Fails if the device does.
pub fn spi<D: SpiDevice>(call: Spi, rounds: u32, device: &mut D) -> Result<u64, D::Error> {
    let mut sum = 0;
    let mut read = [0; MOST_BYTES];
    let mut write = pattern();
    for _ in 0..rounds {
        let len = match call {
            Spi::Transfer(len) => {
                device.transfer(&mut read[..len], &write[..len])?;
                len
            }
            Spi::Read(len) => {
                device.read(&mut read[..len])?;
                len
            }
            Spi::Write(len) => {
                device.write(&write[..len])?;
                1
            }
            Spi::Transaction(1) => {
                let len = OPERATION_BYTES;
                device.transaction(&mut [Operation::Transfer(&mut read[..len], &write[..len])])?;
                len
            }
            Spi::Transaction(4) => {
                let [first, second, third, ..] = read.as_chunks_mut::<OPERATION_BYTES>().0 else { return Ok(0) };
                let [a, b, c, ..] = write.as_chunks::<OPERATION_BYTES>().0 else { return Ok(0) };
                device.transaction(&mut [
                    Operation::Transfer(first, a),
                    Operation::Write(b),
                    Operation::Read(second),
                    Operation::Transfer(third, c),
                ])?;
                3 * OPERATION_BYTES
            }
            Spi::Transaction(_) => spi_transaction::<D, 16>(device, &mut read, &write)?,
        };
        write[0] = write[0].wrapping_add(1);
        sum += u64::from(read[0]) + u64::from(read[len - 1]);
    }
    Ok(sum)
}

/// Transfers, writes, reads and so on; returns how many bytes were looked at.
fn spi_transaction<D: SpiDevice, const N: usize>(
    device: &mut D,
    read: &mut [u8; MOST_BYTES],
    write: &[u8; MOST_BYTES],
) -> Result<usize, D::Error> {
    let mut room = read.chunks_exact_mut(OPERATION_BYTES);
    let mut bytes = write.chunks_exact(OPERATION_BYTES);
    let mut operations: [Operation<'_, u8>; N] = core::array::from_fn(|index| {
        let (room, bytes) = (room.next().unwrap_or_default(), bytes.next().unwrap_or_default());
        match index % 4 {
            1 => Operation::Write(bytes),
            2 => Operation::Read(room),
            _ => Operation::Transfer(room, bytes),
        }
    });
    device.transaction(&mut operations)?;
    Ok(N * OPERATION_BYTES)
}

/// Calls an I2C bus `rounds` times, and returns the sum of the first and last bytes read.
///
/// # Errors
///
/// Fails if the bus does.
pub fn i2c<B: I2cBus>(call: I2c, rounds: u32, bus: &mut B) -> Result<u64, B::Error> {
    let mut sum = 0;
    let mut read = [0; MOST_BYTES];
    let mut write = pattern();
    let mut register = 0_u8;
    for _ in 0..rounds {
        write[0] = register;
        let len = match call {
            I2c::WriteRead(len) => {
                bus.write_read(ADDRESS, &[register], &mut read[..len])?;
                len
            }
            I2c::Read(len) => {
                bus.read(ADDRESS, &mut read[..len])?;
                len
            }
            I2c::Write(len) => {
                bus.write(ADDRESS, &write[..=len])?;
                1
            }
            I2c::Transaction(4) => {
                let [first, second, ..] = read.as_chunks_mut::<I2C_OPERATION_BYTES>().0 else { return Ok(0) };
                let [a, b, ..] = write.as_chunks::<I2C_OPERATION_BYTES>().0 else { return Ok(0) };
                let [register, ..] = a;
                bus.transaction(
                    ADDRESS,
                    &mut [
                        I2cOperation::Write(core::slice::from_ref(register)),
                        I2cOperation::Read(first),
                        I2cOperation::Write(b),
                        I2cOperation::Read(second),
                    ],
                )?;
                2 * I2C_OPERATION_BYTES
            }
            I2c::Transaction(_) => i2c_transaction::<B, 16>(bus, &mut read, &write)?,
        };
        register = register.wrapping_add(1) & 0x3f;
        sum += 1 + u64::from(read[0]) + u64::from(read[len - 1]);
    }
    Ok(sum)
}

/// Writes and reads in turn; returns how many bytes were looked at.
fn i2c_transaction<B: I2cBus, const N: usize>(
    bus: &mut B,
    read: &mut [u8; MOST_BYTES],
    write: &[u8; MOST_BYTES],
) -> Result<usize, B::Error> {
    let mut room = read.chunks_exact_mut(I2C_OPERATION_BYTES);
    let mut operations: [I2cOperation<'_>; N] = core::array::from_fn(|index| match index % 2 {
        0 => I2cOperation::Write(write.get(..I2C_OPERATION_BYTES).unwrap_or_default()),
        _ => I2cOperation::Read(room.next().unwrap_or_default()),
    });
    bus.transaction(ADDRESS, &mut operations)?;
    Ok(N / 2 * I2C_OPERATION_BYTES)
}

/// Toggles an output `rounds` times, and returns how often it then was high.
///
/// # Errors
///
/// Fails if the output does.
pub fn pin<P: StatefulOutputPin>(rounds: u32, pin: &mut P) -> Result<u64, P::Error> {
    for _ in 0..rounds {
        pin.toggle()?;
    }
    Ok(1 + u64::from(pin.is_set_high()?))
}

/// Waits `rounds` times for no time.
pub fn delay(rounds: u32, delay: &mut impl DelayNs) -> u64 {
    for _ in 0..rounds {
        delay.delay_ns(0);
    }
    u64::from(rounds)
}

/// Bytes that differ from their neighbours.
pub(crate) fn pattern() -> [u8; MOST_BYTES] {
    let mut bytes = [0; MOST_BYTES];
    for (value, byte) in (0_u8..=255).cycle().zip(&mut bytes) {
        *byte = value;
    }
    bytes
}
