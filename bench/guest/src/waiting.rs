//! Loops over one call that is waited for: those of [`crate::spi`] and the others, over embedded-hal-async.

use embedded_hal_async::delay::DelayNs;
use embedded_hal_async::i2c::I2c as I2cBus;
use embedded_hal_async::spi::{Operation, SpiDevice};

use crate::calls::{OPERATION_BYTES, pattern};
use crate::{ADDRESS, Failed, I2c, MOST_BYTES, Spi};

/// Calls an SPI device `rounds` times, and returns the sum of the first and last bytes read.
///
/// # Errors
///
/// Fails if the device does, or nobody waits for such a call.
pub async fn spi_waiting<D: SpiDevice>(call: Spi, rounds: u32, device: &mut D) -> Result<u64, Failed> {
    let mut sum = 0;
    let mut read = [0; MOST_BYTES];
    let mut write = pattern();
    for _ in 0..rounds {
        let len = match call {
            Spi::Transfer(len) => {
                device.transfer(&mut read[..len], &write[..len]).await.map_err(Failed::new)?;
                len
            }
            Spi::Transaction(4) => {
                let [first, second, third, ..] = read.as_chunks_mut::<OPERATION_BYTES>().0 else { return Ok(0) };
                let [a, b, c, ..] = write.as_chunks::<OPERATION_BYTES>().0 else { return Ok(0) };
                let operations = &mut [
                    Operation::Transfer(first, a),
                    Operation::Write(b),
                    Operation::Read(second),
                    Operation::Transfer(third, c),
                ];
                device.transaction(operations).await.map_err(Failed::new)?;
                3 * OPERATION_BYTES
            }
            Spi::Read(_) | Spi::Write(_) | Spi::Transaction(_) => return Err(Failed::new("nobody waits for it")),
        };
        write[0] = write[0].wrapping_add(1);
        sum += u64::from(read[0]) + u64::from(read[len - 1]);
    }
    Ok(sum)
}

/// Calls an I2C bus `rounds` times, and returns the sum of the first and last bytes read.
///
/// # Errors
///
/// Fails if the bus does, or nobody waits for such a call.
pub async fn i2c_waiting<B: I2cBus>(call: I2c, rounds: u32, bus: &mut B) -> Result<u64, Failed> {
    let I2c::WriteRead(len) = call else { return Err(Failed::new("nobody waits for it")) };
    let mut sum = 0;
    let mut read = [0; MOST_BYTES];
    let mut register = 0_u8;
    for _ in 0..rounds {
        bus.write_read(ADDRESS, &[register], &mut read[..len]).await.map_err(Failed::new)?;
        register = register.wrapping_add(1) & 0x3f;
        sum += 1 + u64::from(read[0]) + u64::from(read[len - 1]);
    }
    Ok(sum)
}

/// Waits `rounds` times for so many nanoseconds.
pub async fn delay_waiting(ns: u32, rounds: u32, delay: &mut impl DelayNs) -> u64 {
    for _ in 0..rounds {
        delay.delay_ns(ns).await;
    }
    u64::from(rounds)
}
