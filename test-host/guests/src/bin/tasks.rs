//! Does what its first argument says, several things at once.

use std::error::Error;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use embedded_hal::digital::InputPin as _;
use embedded_hal_async::delay::DelayNs;
use embedded_hal_async::digital::Wait;
use embedded_hal_async::i2c::I2c as Bus;
use embedded_hal_async::spi::{Operation, SpiDevice as _};
use embedded_io_async::{Read as _, Write as _};
use futures::future::{Either, join, join_all, select};
use wasm_embedded_hal::{Delay, I2c, InputPin, SpiDevice, Uart};

const TARGET: u8 = 0x2a;
const THERMOMETER: u8 = 0x48;

#[wasm_embedded_hal::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    let number = arguments.next().and_then(|number| number.parse().ok()).unwrap_or_default();
    match what.as_str() {
        "stress" => stress(number).await,
        "two-buses" => two_buses().await,
        "one-bus" => one_bus().await,
        "drop-i2c" => drop_i2c(number).await,
        "drop-spi" => drop_spi(number).await,
        "drop-queued" => drop_queued().await,
        "drop-waits" => drop_waits(number).await,
        "wait" => wait(number).await,
        "calls" => calls().await,
        "serial" => serial(number).await,
        "embassy" => embassy().await,
        "blocking-beside" => blocking_beside().await,
        "forever" => Ok(InputPin::open("PIN")?.wait_for_rising_edge().await?),
        "nobody" => poll_fn(|_| Poll::Pending).await,
        other => Err(format!("unknown task {other:?}"))?,
    }
}

/// 32 tasks over four buses, each waiting for its bus and for time, until there were so many transactions.
async fn stress(transactions: u32) -> Result<(), Box<dyn Error>> {
    let before = memory();
    let tasks = (0..32_u32).map(|task| async move {
        let mut bus = I2c::open(["bus", "second", "third", "fourth"][usize::try_from(task % 4)?])?;
        let mut sum = 0_u32;
        for round in 0..transactions / 32 {
            // One degree.
            let mut temperature = [0; 2];
            bus.write_read(THERMOMETER, &[0], &mut temperature).await?;
            sum += u32::from(temperature[0]);
            if round % 8 == task % 8 {
                Delay.delay_us(task).await;
            }
        }
        Ok::<u32, Box<dyn Error>>(sum)
    });
    let sums = join_all(tasks).await.into_iter().sum::<Result<u32, _>>()?;
    println!("{sums} transactions, {} pages more", memory() - before);
    Ok(())
}

/// The pages of the guest's memory.
fn memory() -> usize {
    #[cfg(target_arch = "wasm32")]
    return core::arch::wasm32::memory_size(0);
    #[cfg(not(target_arch = "wasm32"))]
    0
}

/// The same on two buses at once.
async fn two_buses() -> Result<(), Box<dyn Error>> {
    let (mut first, mut second) = (I2c::open("bus")?, I2c::open("second")?);
    let (first, second) = join(first.write(TARGET, &[0; 40]), second.write(TARGET, &[0; 40])).await;
    Ok(first.and(second)?)
}

/// Three tasks with one bus.
async fn one_bus() -> Result<(), Box<dyn Error>> {
    let tasks = [1_u8, 2, 3].map(|task| async move {
        let mut bus = I2c::open("bus")?;
        for _ in 0..2 {
            bus.write(TARGET, &[0, task, task, task]).await?;
        }
        Ok::<(), Box<dyn Error>>(())
    });
    join_all(tasks).await.into_iter().collect()
}

/// Begins so many waits of all kinds, and drops each after a microsecond.
async fn drop_waits(rounds: u32) -> Result<(), Box<dyn Error>> {
    let (mut pin, mut serial) = (InputPin::open("PIN")?, Uart::open("SERIAL")?);
    let (before, mut ended) = (memory(), 0);
    for round in 0..rounds {
        let mut buffer = [0; 4];
        let wait = async {
            match round % 5 {
                0 => pin.wait_for_rising_edge().await?,
                1 => pin.wait_for_any_edge().await?,
                2 => pin.wait_for_high().await?,
                3 => Delay.delay_ms(3_600_000).await,
                _ => drop(serial.read(&mut buffer).await?),
            }
            Ok::<(), Box<dyn Error>>(())
        };
        if let Either::Left((result, _)) = select(pin!(wait), pin!(Delay.delay_us(1))).await {
            result?;
            ended += 1;
        }
    }
    println!("{ended} ended, {} pages more", memory() - before);
    Ok(())
}

/// Drops a transaction after so many nanoseconds, and then makes another one.
async fn drop_i2c(ns: u32) -> Result<(), Box<dyn Error>> {
    let (mut bus, mut bytes) = (I2c::open("bus")?, [0; 20]);
    let ended = match select(pin!(bus.write_read(TARGET, &[0], &mut bytes)), pin!(Delay.delay_ns(ns))).await {
        Either::Left((result, _)) => result.map(|()| true)?,
        Either::Right(_) => false,
    };
    let mut after = [0; 20];
    bus.write_read(TARGET, &[0], &mut after).await?;
    println!("{} {after:?}", if ended { "ended" } else { "dropped" });
    Ok(())
}

/// As [`drop_i2c`], with an SPI device.
async fn drop_spi(ns: u32) -> Result<(), Box<dyn Error>> {
    let (mut device, mut bytes) = (SpiDevice::open("device")?, [0; 20]);
    let operations = &mut [Operation::Write(&[0x9f]), Operation::DelayNs(3000), Operation::Read(&mut bytes)];
    let ended = match select(pin!(device.transaction(operations)), pin!(Delay.delay_ns(ns))).await {
        Either::Left((result, _)) => result.map(|()| true)?,
        Either::Right(_) => false,
    };
    let mut after = [0; 3];
    device.transaction(&mut [Operation::Write(&[0x9f]), Operation::Read(&mut after)]).await?;
    println!("{} {after:02x?}", if ended { "ended" } else { "dropped" });
    Ok(())
}

/// Drops a transaction that waits for its turn.
async fn drop_queued() -> Result<(), Box<dyn Error>> {
    let (mut first, mut second) = (I2c::open("bus")?, I2c::open("bus")?);
    let first = first.write(TARGET, &[0, 1]);
    let second = async {
        let write = pin!(second.write(TARGET, &[0, 2]));
        let _ = select(write, pin!(Delay.delay_us(10))).await;
    };
    let (result, ()) = join(first, second).await;
    Delay.delay_ms(1).await;
    Ok(result?)
}

/// Waits at the pin in one of several ways, and tells when it was over.
async fn wait(which: u32) -> Result<(), Box<dyn Error>> {
    let mut pin = InputPin::open("PIN")?;
    match which {
        0 => pin.wait_for_high().await?,
        1 => pin.wait_for_low().await?,
        2 => pin.wait_for_rising_edge().await?,
        3 => pin.wait_for_falling_edge().await?,
        4 => pin.wait_for_any_edge().await?,
        // An edge that comes while nobody waits does not count.
        5 => {
            Delay.delay_ms(15).await;
            pin.wait_for_any_edge().await?;
        }
        // A wait that is dropped leaves nothing behind.
        6 => {
            for _ in 0..3 {
                let _ = select(pin!(pin.wait_for_rising_edge()), pin!(Delay.delay_ms(1))).await;
            }
            Delay.delay_ms(15).await;
            pin.wait_for_rising_edge().await?;
        }
        // The level is back before the task runs again: a blocking call holds it up.
        _ => {
            let waits = async {
                pin.wait_for_rising_edge().await?;
                Ok::<bool, Box<dyn Error>>(pin.is_high()?)
            };
            let blocks = async { embedded_hal::delay::DelayNs::delay_ms(&mut Delay, 25) };
            println!("high when seen: {}", join(waits, blocks).await.0?);
        }
    }
    println!("over");
    Ok(())
}

/// More calls at once than are allowed.
async fn calls() -> Result<(), Box<dyn Error>> {
    let calls = (0..200).map(|_| async {
        let mut bus = I2c::open("bus").ok()?;
        bus.write(TARGET, &[0]).await.err()
    });
    let refused: Vec<_> = join_all(calls).await.into_iter().flatten().collect();
    println!("{} refused: {:?}", refused.len(), refused.first());
    Ok(())
}

/// A blocking call on a bus that a task has, and one on another bus.
async fn blocking_beside() -> Result<(), Box<dyn Error>> {
    use embedded_hal::i2c::I2c as Blocking;
    let (mut first, mut second, mut third) = (I2c::open("bus")?, I2c::open("bus")?, I2c::open("second")?);
    let tasks = Bus::write(&mut first, TARGET, &[0; 20]);
    let blocks = async {
        Blocking::write(&mut third, TARGET, &[0, 3])?;
        Blocking::write(&mut second, TARGET, &[0, 2])
    };
    let (first, second) = join(tasks, blocks).await;
    Ok(first.and(second)?)
}

/// Sends a message over a port that sends everything back, in parts, and drops each read after so many microseconds if nothing
/// came.
async fn serial(us: u32) -> Result<(), Box<dyn Error>> {
    let mut port = Uart::open("SERIAL")?;
    let message: Vec<u8> = (0..=255).collect();
    let (mut sent, mut received, mut dropped) = (0, Vec::new(), 0);
    while received.len() < message.len() {
        if sent < message.len() {
            sent += port.write(message.get(sent..sent + 3).unwrap_or(&message[sent..])).await?;
        }
        let mut buffer = [0; 7];
        let outcome = match select(pin!(port.read(&mut buffer)), pin!(Delay.delay_us(us))).await {
            Either::Left((count, _)) => Some(count?),
            Either::Right(_) => None,
        };
        match outcome {
            Some(count) => received.extend_from_slice(&buffer[..count]),
            None => dropped += 1,
        }
    }
    port.flush().await?;
    println!("whole: {}, reads dropped: {}", received == message, dropped > 0);
    Ok(())
}

/// The primitives of Embassy: a producer and a consumer over a channel, and a watcher that a signal ends.
async fn embassy() -> Result<(), Box<dyn Error>> {
    use embassy_sync::{blocking_mutex::raw::NoopRawMutex, channel::Channel, mutex::Mutex, signal::Signal};
    let bus = Mutex::<NoopRawMutex, _>::new(I2c::open("bus")?);
    let (channel, over) = (Channel::<NoopRawMutex, u8, 2>::new(), Signal::<NoopRawMutex, ()>::new());
    let producer = async {
        for register in 0..4 {
            let mut byte = [0];
            bus.lock().await.write_read(TARGET, &[register], &mut byte).await?;
            channel.send(byte[0]).await;
            Delay.delay_ms(1).await;
        }
        over.signal(());
        Ok::<(), wasm_embedded_hal::i2c::Error>(())
    };
    let consumer = async {
        let mut all = Vec::new();
        loop {
            match embassy_futures::select::select(channel.receive(), over.wait()).await {
                embassy_futures::select::Either::First(byte) => all.push(byte),
                embassy_futures::select::Either::Second(()) => break all,
            }
        }
    };
    let writer = async {
        for _ in 0..3 {
            bus.lock().await.write(TARGET, &[0x10]).await?;
        }
        Ok::<(), wasm_embedded_hal::i2c::Error>(())
    };
    let (produced, all, written) = embassy_futures::join::join3(producer, consumer, writer).await;
    println!("{all:?}");
    Ok(produced.and(written)?)
}
