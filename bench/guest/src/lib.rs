//! The jobs that `cargo xtask bench` times: driver-like loops over embedded-hal, the same code in the component and natively.

use embedded_hal::i2c::{I2c, Operation as I2cOperation};
use embedded_hal::spi::{Operation, SpiDevice};

#[cfg(target_arch = "wasm32")]
mod component;

/// The address of the I2C part.
pub const ADDRESS: u8 = 0x50;

/// Every job, by its number in the component's interface.
pub const JOBS: [&str; 13] = [
    "floor: empty host call",
    "floor: empty method of a resource",
    "floor: method with 16 bytes in integers",
    "SPI transfer, 1 byte",
    "SPI transfer, 16 bytes",
    "SPI transfer, 64 bytes",
    "SPI transfer, 1024 bytes",
    "SPI transfer, 4096 bytes",
    "SPI transaction, 1 operation of 16 bytes",
    "SPI transaction, 4 operations of 16 bytes",
    "I2C write-read, 1+8 bytes",
    "I2C write-read, 1+64 bytes",
    "I2C transaction, 4 operations of 8 bytes",
];

/// The jobs before this one touch no part: they are what the engine itself takes.
pub const FLOORS: u32 = 3;
/// The jobs from this one on are I2C, those between are SPI.
pub const FIRST_I2C: u32 = 10;

/// Runs a job of an SPI device `rounds` times, and returns the sum of all bytes read.
pub fn spi<D: SpiDevice>(job: u32, rounds: u32, device: &mut D) -> Result<u64, D::Error> {
    let mut sum = 0;
    let mut read = [0; 4096];
    let mut write = [0; 4096];
    for (value, byte) in (0_u8..=255).cycle().zip(&mut write) {
        *byte = value;
    }
    let len = match job {
        3 => 1,
        5 => 64,
        6 => 1024,
        7 => 4096,
        _ => 16,
    };
    for _ in 0..rounds {
        match job {
            8 => device.transaction(&mut [Operation::Transfer(&mut read[..len], &write[..len])])?,
            9 => {
                let (head, rest) = read.split_at_mut(32);
                let (first, second) = head.split_at_mut(16);
                device.transaction(&mut [
                    Operation::Transfer(first, &write[..16]),
                    Operation::Write(&write[16..32]),
                    Operation::Read(second),
                    Operation::Transfer(&mut rest[..16], &write[32..48]),
                ])?;
            }
            _ => device.transfer(&mut read[..len], &write[..len])?,
        }
        write[0] = write[0].wrapping_add(1);
        sum += u64::from(read[0]) + u64::from(read[len - 1]);
    }
    Ok(sum)
}

/// Runs a job of an I2C bus `rounds` times, and returns the sum of all bytes looked at.
pub fn i2c<B: I2c>(job: u32, rounds: u32, bus: &mut B) -> Result<u64, B::Error> {
    let mut sum = 0;
    let mut read = [0; 64];
    let mut register = 0_u8;
    for _ in 0..rounds {
        match job {
            10 => bus.write_read(ADDRESS, &[register], &mut read[..8])?,
            11 => bus.write_read(ADDRESS, &[register], &mut read)?,
            _ => {
                let (first, second) = read.split_at_mut(8);
                bus.transaction(
                    ADDRESS,
                    &mut [
                        I2cOperation::Write(&[register]),
                        I2cOperation::Read(first),
                        I2cOperation::Write(&[register, 1, 2, 3, 4, 5, 6, 7]),
                        I2cOperation::Read(&mut second[..8]),
                    ],
                )?;
            }
        }
        register = register.wrapping_add(1) & 0x3f;
        sum += u64::from(read[0]) + u64::from(read[7]);
    }
    Ok(sum)
}
