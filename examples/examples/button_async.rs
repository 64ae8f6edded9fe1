//! Toggles an LED whenever a button is pressed, three times, without polling: the guest sleeps until the contact closes.
//!
//! Wiring: label `BUTTON`, an input with a pull-up and a button to ground; the policy makes it `active-low`, so that the guest
//! sees a rising edge when the button is pressed. Label `LED`, an output. In `board.toml` the button presses itself, and bounces.
//!
//! ```text
//! $ cargo run --example button_async
//! press 1: the LED is on
//! press 2: the LED is off
//! press 3: the LED is on
//! ```

use std::error::Error;
use std::pin::pin;

use embedded_hal::digital::StatefulOutputPin;
use embedded_hal_async::delay::DelayNs;
use embedded_hal_async::digital::Wait;
use futures::future::{Either, select};
use wasm_embedded_hal::{Delay, InputPin, OutputPin};

/// For how long a level must last to count: contacts bounce for less than 5 ms.
const STEADY_MS: u32 = 5;

#[wasm_embedded_hal::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut button = InputPin::open("BUTTON")?;
    let mut led = OutputPin::open("LED")?;
    for press in 1..=3 {
        button.wait_for_high().await?;
        settle(&mut button, Delay).await?;
        led.toggle()?;
        println!("press {press}: the LED is {}", if led.is_set_high()? { "on" } else { "off" });
        button.wait_for_low().await?;
        settle(&mut button, Delay).await?;
    }
    Ok(())
}

/// Waits until a pin has not changed for long enough.
async fn settle<P: Wait>(pin: &mut P, mut delay: impl DelayNs) -> Result<(), P::Error> {
    loop {
        match select(pin!(pin.wait_for_any_edge()), pin!(delay.delay_ms(STEADY_MS))).await {
            Either::Left((edge, _)) => edge?,
            Either::Right(_) => return Ok(()),
        }
    }
}
