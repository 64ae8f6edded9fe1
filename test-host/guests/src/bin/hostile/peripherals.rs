//! H37, H38, H46, H47 and H66: serial ports, PWM and analogue inputs.

use std::hint::black_box;

use embedded_hal::i2c::I2c as _;
use embedded_hal::pwm::SetDutyCycle as _;
use embedded_io::{Read as _, Write as _};
use wasm_embedded_hal::adc::AdcChannel as _;
use wasm_embedded_hal::{AdcInput, I2c, PwmOutput, Uart};

use crate::{Failure, typed};

pub(crate) fn run(what: &str) -> Result<bool, Failure> {
    match what {
        "serial-read" => serial_read()?,
        "serial-write" => serial_write()?,
        "serial-gone" => serial_gone(|port| port.read(&mut [0; 16]).is_ok_and(|count| count > 0))?,
        "serial-gone-writing" => serial_gone(|port| port.write(&[0x55; 16]).is_ok())?,
        "duties" => duties()?,
        "sample" => sample()?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// H37: what never comes.
fn serial_read() -> Result<(), Failure> {
    let mut port = Uart::open("SERIAL")?;
    println!("ready");
    let read = port.read(&mut [0; 16])?;
    Err(format!("{read} bytes came from nowhere").into())
}

/// H38: more than anybody takes.
fn serial_write() -> Result<(), Failure> {
    let mut port = Uart::open("SERIAL")?;
    println!("ready");
    loop {
        port.write_all(&[0x55; 256])?;
    }
}

/// H66: a port that is gone in the middle of a call, and stays so; everything else is there as before.
fn serial_gone(is_there: impl Fn(&mut Uart) -> bool) -> Result<(), Failure> {
    let (mut port, mut bus) = (Uart::open("SERIAL")?, I2c::open("bus")?);
    println!("ready");
    while is_there(&mut port) {}
    for _ in 0..100 {
        if is_there(&mut port) {
            return Err("the port is there again".into());
        }
    }
    if let Ok(count) = port.write(&[0x55]) {
        return Err(format!("a port that is gone took {count} bytes").into());
    }
    bus.write(0x2a_u8, &[])?;
    typed();
    Ok(())
}

/// H46: every duty that there is none of, and a million that there are.
fn duties() -> Result<(), Failure> {
    let mut output = PwmOutput::open("FAN")?;
    let max = output.max_duty_cycle();
    for duty in [max.saturating_add(1), u16::MAX].into_iter().filter(|duty| *duty > max) {
        match output.set_duty_cycle(duty) {
            Err(wasm_embedded_hal::pwm::Error::OutOfRange) => {}
            other => return Err(format!("a duty of {duty} where {max} is the greatest: {other:?}").into()),
        }
    }
    for number in 0..1_000_000_u32 {
        output.set_duty_cycle(if number % 2 == 0 { 0 } else { max })?;
    }
    typed();
    Ok(())
}

/// H47: as fast as it goes.
fn sample() -> Result<(), Failure> {
    let mut input = AdcInput::open("POT")?;
    for _ in 0..100_000 {
        black_box(input.read_raw()?);
    }
    Ok(())
}
