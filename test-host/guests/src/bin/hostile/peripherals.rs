//! H37, H38, H46 and H47: serial ports, PWM and analogue inputs.

use std::hint::black_box;

use embedded_hal::pwm::SetDutyCycle as _;
use embedded_io::{Read as _, Write as _};
use wasm_embedded_hal::adc::AdcChannel as _;
use wasm_embedded_hal::{AdcInput, PwmOutput, Uart};

use crate::{Failure, typed};

pub(crate) fn run(what: &str) -> Result<bool, Failure> {
    match what {
        "serial-read" => serial_read()?,
        "serial-write" => serial_write()?,
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
