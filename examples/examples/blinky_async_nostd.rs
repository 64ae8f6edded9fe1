//! `blinky_async` without std: the component imports nothing but the pins, the delay and the log, and needs no allocator.
//!
//! ```text
//! $ cargo run --example blinky_async_nostd
//! ```
#![no_std]
#![no_main]

use embassy_futures::join::join;
use embedded_hal::digital::StatefulOutputPin;
use embedded_hal_async::delay::DelayNs;
use wasm_embedded_hal::print::println;
use wasm_embedded_hal::{Delay, Error, OutputPin};

wasm_embedded_hal::async_entry!(main);

async fn main() -> Result<(), Error> {
    let mut led = OutputPin::open("LED")?;
    join(blink(&mut led, Delay), count(Delay)).await.0?;
    println!("done");
    Ok(())
}

/// Toggles a pin six times, every 250 ms.
async fn blink<P: StatefulOutputPin>(led: &mut P, mut delay: impl DelayNs) -> Result<(), P::Error> {
    for _ in 0..6 {
        led.toggle()?;
        println!("the LED is {}", if led.is_set_high()? { "on" } else { "off" });
        delay.delay_ms(250).await;
    }
    Ok(())
}

/// Counts every 400 ms.
async fn count(mut delay: impl DelayNs) {
    for number in ["one", "two", "three"] {
        delay.delay_ms(400).await;
        println!("{number}");
    }
}
