//! Logs a temperature every 200 ms, and between measurements whoever presses a button, at once: neither waits for the other.
//!
//! Wiring: an LM75 at address 0x48 of the I2C bus with label `thermometer`; label `BUTTON`, an input that is high while the button
//! is pressed.
//!
//! ```text
//! $ cargo run --example logger_async
//! -18.5 °C
//! -18.5 °C
//! -18.5 °C
//! the button was pressed
//! ```

use std::pin::pin;

use embedded_hal_async::delay::DelayNs;
use embedded_hal_async::digital::Wait;
use embedded_hal_async::i2c::I2c;
use futures::future::{Either, select};
use wasm_embedded_hal::{Delay, Error, InputPin};

/// The thermometer, and its register with the temperature.
const LM75: u8 = 0x48;
const TEMPERATURE: u8 = 0;

#[wasm_embedded_hal::main]
async fn main() -> Result<(), Error> {
    let mut bus = wasm_embedded_hal::I2c::open("thermometer")?;
    let mut button = InputPin::open("BUTTON")?;
    let (logging, watching) = (pin!(log(&mut bus, Delay)), pin!(watch(&mut button, Delay)));
    match select(logging, watching).await {
        // Whoever ends first ends the program; the other one is dropped in the middle of its wait.
        Either::Left((result, _)) => Ok(result?),
        Either::Right((result, _)) => Ok(result?),
    }
}

/// Measures eight times.
async fn log<B: I2c>(bus: &mut B, mut delay: impl DelayNs) -> Result<(), B::Error> {
    for _ in 0..8 {
        let mut temperature = [0; 2];
        bus.write_read(LM75, &[TEMPERATURE], &mut temperature).await?;
        // Half degrees, in the upper nine bits.
        println!("{:.1} °C", f32::from(i16::from_be_bytes(temperature) >> 7) / 2.0);
        delay.delay_ms(200).await;
    }
    Ok(())
}

/// Tells of every press.
async fn watch<P: Wait>(button: &mut P, mut delay: impl DelayNs) -> Result<(), P::Error> {
    loop {
        button.wait_for_rising_edge().await?;
        println!("the button was pressed");
        // The contact bounces, when it closes and when it opens.
        delay.delay_ms(5).await;
        button.wait_for_low().await?;
        delay.delay_ms(5).await;
    }
}
