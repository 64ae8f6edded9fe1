//! Waits for a button without blocking a thread, and measures with the LM75 at each press, asynchronously too.
//!
//! Wiring on a Raspberry Pi: a button from pin 13 (GPIO27) to ground, and the thermometer of the example `lm75`.
//!
//! `cargo run --example button -- GPIO27 /dev/i2c-1` prints `press 1: 23.5 degC` up to press 3. The futures need no particular
//! executor: `pollster` polls them here.

use std::sync::Arc;

use embedded_hal_async::digital::Wait;
use embedded_hal_async::i2c::I2c;
use wasm_embedded_linux::{Bias, I2cSettings, LineChoice, LineSettings, Linux, PrintErrors, Queued};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "GPIO27".to_owned());
    let path = arguments.next().unwrap_or_else(|| "/dev/i2c-1".to_owned());
    let linux = Linux::new(Arc::new(PrintErrors)).with_consumer("button");
    let settings = LineSettings { bias: Some(Bias::PullUp), ..LineSettings::new(LineChoice::Name(name)) };
    let mut button = linux.line("button", &settings)?;
    let mut bus = Queued::from(linux.i2c("thermometer", &I2cSettings::new(path))?);
    println!("press the button");
    pollster::block_on(async {
        for press in 1..=3 {
            button.wait_for_falling_edge().await?;
            println!("press {press}: {:.1} degC", temperature(&mut bus).await?);
        }
        Ok(())
    })
}

/// Reads an LM75 at address 0x48 over any asynchronous bus. LM75 data sheet, section 7.3: nine bits, in steps of 0.5 degrees.
async fn temperature<B: I2c>(bus: &mut B) -> Result<f32, B::Error> {
    let mut register = [0; 2];
    bus.write_read(0x48, &[0], &mut register).await?;
    Ok(f32::from(i16::from_be_bytes(register) >> 7) / 2.0)
}
