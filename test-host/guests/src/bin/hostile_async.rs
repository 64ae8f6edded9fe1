//! The asynchronous guests of `cargo xtask hostile`: each does one thing without end, by the name in its first argument.

use std::convert::Infallible;
use std::error::Error;

use embedded_hal::digital::StatefulOutputPin as _;
use embedded_hal_async::delay::DelayNs as _;
use embedded_hal_async::digital::Wait as _;
use embedded_hal_async::i2c::I2c as _;
use futures::future::{try_join, try_join_all};
use wasm_embedded_hal::{Delay, I2c, InputPin, IoPin};

type Failure = Box<dyn Error>;

/// As many tasks as a guest may have handles, but a few.
const TASKS: usize = 60;

#[wasm_embedded_hal::main]
async fn main() -> Result<(), Failure> {
    let what = std::env::args().nth(1).unwrap_or_default();
    println!("ready");
    match what.as_str() {
        "queue" => queue().await.map(|_| ()),
        "storm" => storm().await.map(|_| ()),
        "edge" => Ok(InputPin::open("BUTTON")?.wait_for_any_edge().await?),
        _ => Err(format!("there is no hostile guest {what:?}").into()),
    }
}

/// Has many tasks queue for one bus.
async fn queue() -> Result<Vec<Infallible>, Failure> {
    try_join_all((0..TASKS).map(|_| async {
        let mut bus = I2c::open("bus")?;
        loop {
            bus.write(0x2a_u8, &[0; 10]).await?;
        }
    }))
    .await
}

/// Waits for each of the edges that another task makes, a hundred thousand in a second.
async fn storm() -> Result<(Infallible, Infallible), Failure> {
    let (mut button, mut finger) = (InputPin::open("BUTTON")?, IoPin::open("FINGER")?);
    let waits = async {
        loop {
            button.wait_for_any_edge().await?;
        }
    };
    let makes = async {
        loop {
            finger.toggle()?;
            Delay.delay_us(10).await;
        }
    };
    try_join(waits, makes).await
}
