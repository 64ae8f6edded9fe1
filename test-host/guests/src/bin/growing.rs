//! Makes transactions of growing and of random sizes, blocking and asynchronous, and says how many pages of memory that took.

use std::error::Error;

use embedded_hal::i2c::{I2c as _, Operation};
use embedded_hal::spi::{Operation as Step, SpiDevice as _};
use wasm_embedded_hal::{I2c, SpiDevice};

const THERMOMETER: u8 = 0x48;
/// The most bytes that a transaction reads; two are the fewest, since none is no read.
const MOST: usize = 1_000;

#[wasm_embedded_hal::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let how = std::env::args().nth(1).unwrap_or_default();
    let mut seed = 77;
    let mut bus = I2c::open("bus")?;
    let mut device = SpiDevice::open("device")?;
    let (written, mut read) = ([0; 1], vec![0; MOST]);
    let growing = (300..MOST).step_by(16);
    let random = std::iter::repeat_with(|| 2 + random(&mut seed) % (MOST - 2)).take(30);
    let sizes: Vec<usize> = growing.chain(random).collect();
    let before = pages();
    let mut done = 0;
    for size in sizes {
        let (first, rest) = read.split_at_mut(size / 2);
        let second = rest.split_at_mut(size - size / 2).0;
        let mut operations = [Operation::Write(&written), Operation::Read(first), Operation::Read(second)];
        match how.as_str() {
            "i2c" => bus.transaction(THERMOMETER, &mut operations)?,
            "i2c-async" => embedded_hal_async::i2c::I2c::transaction(&mut bus, THERMOMETER, &mut operations).await?,
            which => {
                let [_, Operation::Read(first), Operation::Read(second)] = operations else { continue };
                let mut steps = [Step::Write(&written), Step::Read(first), Step::TransferInPlace(second)];
                match which {
                    "spi" => device.transaction(&mut steps)?,
                    "spi-async" => embedded_hal_async::spi::SpiDevice::transaction(&mut device, &mut steps).await?,
                    other => Err(format!("unknown bus {other:?}"))?,
                }
            }
        }
        done += 1;
    }
    println!("{done} transactions, {} more pages", pages() - before);
    Ok(())
}

/// Numbers without an order: xorshift.
fn random(state: &mut u32) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    usize::try_from(*state >> 8).unwrap_or_default()
}

/// The size of the guest's memory in pages of 64 KiB.
fn pages() -> usize {
    #[cfg(target_arch = "wasm32")]
    return core::arch::wasm32::memory_size(0);
    #[cfg(not(target_arch = "wasm32"))]
    0
}
