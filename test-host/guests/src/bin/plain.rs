//! `block_on` in a guest with a plain `main`: what never waits for the host runs, what waits for nobody says so.

use std::pin::pin;

use embassy_futures::join::join;
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embassy_sync::channel::Channel;
use embedded_hal::digital::OutputPin as _;
use wasm_embedded_hal::{OutputPin, block_on};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut led = OutputPin::open("LED")?;
    block_on(async { led.set_high() })?;
    let channel = Channel::<NoopRawMutex, u32, 1>::new();
    let sent = async {
        for number in 1..=10 {
            channel.send(number).await;
        }
    };
    let received = async {
        let mut sum = 0;
        for _ in 0..10 {
            sum += channel.receive().await;
        }
        sum
    };
    println!("sum {}", block_on(join(sent, received)).1);
    if std::env::args().nth(1).as_deref() == Some("nobody") {
        block_on(pin!(channel.receive()));
    }
    led.set_low()?;
    Ok(())
}
