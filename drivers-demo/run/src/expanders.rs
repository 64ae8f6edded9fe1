//! More pins, with port-expander, whose pins are pins of embedded-hal.

use embedded_hal::delay::DelayNs as _;
use embedded_hal::digital::InputPin as _;
use port_expander::{Mcp23x17, Pca9555, Pcf8574};
use wasm_embedded_hal::{Delay, InputPin, SpiDevice};

use crate::{Outcome, i2c, uses};

uses! {
    "mcp230xx" mcp230xx,
    "pcf857x" pcf857x,
    "port-expander-mcp23017" mcp23017,
    "port-expander-mcp23017-high" mcp23017_high,
    "port-expander-mcp23s17" mcp23s17,
    "port-expander-pca9555" pca9555,
    "port-expander-pcf8574" pcf8574,
}

fn pcf857x() -> Outcome {
    use pcf857x::OutputPin as _;

    let expander = pcf857x::Pcf8574::new(i2c("expanders")?, pcf857x::SlaveAddr::default());
    expander.split().p0.set_low().map_err(|_| "the PCF8574 does not answer")?;
    println!("done");
    Ok(())
}

/// The first pin drives the last one, with a driver for embedded-hal 0.2.
fn mcp230xx() -> Outcome {
    use embedded_hal_compat::ReverseCompat as _;
    use mcp230xx::{Direction, Level, Mcp230xx, Mcp23017};

    let mut expander = Mcp230xx::<_, Mcp23017>::new(i2c("expanders")?.reverse(), 0x21)?;
    expander.set_direction(Mcp23017::A0, Direction::Output)?;
    for level in [Level::High, Level::Low] {
        expander.set_gpio(Mcp23017::A0, level)?;
        println!("set {level:?}: {:?}", expander.gpio(Mcp23017::B7)?);
    }
    Ok(())
}

/// The first pin drives the last one.
fn mcp23017() -> Outcome {
    let mut expander = Mcp23x17::new_mcp23017(i2c("expanders")?, true, false, false);
    let pins = expander.split();
    let input = pins.gpb7.into_input()?;
    let mut output = pins.gpa0.into_output()?;
    println!("high at the start: {}", input.is_high()?);
    output.set_high()?;
    println!("set high: {}", input.is_high()?);
    output.set_low()?;
    println!("set low: {}", input.is_high()?);
    Ok(())
}

fn mcp23s17() -> Outcome {
    let mut expander = Mcp23x17::new_mcp23s17(SpiDevice::open("expander-spi")?);
    let pins = expander.split();
    let input = pins.gpb7.into_input()?;
    let mut output = pins.gpa0.into_output()?;
    output.set_high()?;
    println!("set high: {}", input.is_high()?);
    output.set_low()?;
    println!("set low: {}", input.is_high()?);
    Ok(())
}

fn mcp23017_high() -> Outcome {
    let mut expander = Mcp23x17::new_mcp23017(i2c("expanders")?, true, false, false);
    let pins = expander.split();
    let input = pins.gpb7.into_input()?;
    let _output = pins.gpa0.into_output_high()?;
    println!("high: {}", input.is_high()?);
    Ok(())
}

fn pca9555() -> Outcome {
    let mut expander = Pca9555::new(i2c("expanders")?, false, true, false);
    let pins = expander.split();
    let mut output = pins.io0_0.into_output()?;
    let input = pins.io1_7;
    println!("high at the start: {}", input.is_high()?);
    output.set_high()?;
    println!("set high: {}", input.is_high()?);
    Ok(())
}

/// Pulls an LED low, and looks at a button that the policy presses.
fn pcf8574() -> Outcome {
    let mut delay = Delay::new();
    let mut interrupt = InputPin::open("PCF-INT")?;
    let mut expander = Pcf8574::new(i2c("expanders")?, false, false, false);
    let mut pins = expander.split();
    pins.p0.set_low()?;
    println!("interrupt: {}, pressed: {}", interrupt.is_low()?, pins.p7.is_low()?);
    delay.delay_ms(20);
    println!("interrupt: {}, pressed: {}", interrupt.is_low()?, pins.p7.is_low()?);
    println!("interrupt: {}", interrupt.is_low()?);
    Ok(())
}
