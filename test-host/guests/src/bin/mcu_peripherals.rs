//! Turns a lamp up, talks to itself over a serial port, and looks at a voltage that rises: PWM, UART and ADC in one guest.
#![no_std]
#![no_main]

use embedded_hal::delay::DelayNs as _;
use embedded_hal::pwm::SetDutyCycle as _;
use embedded_io::{Read as _, ReadReady as _, Write as _};
use wasm_embedded_hal::adc::AdcChannel as _;
use wasm_embedded_hal::{AdcInput, Delay, OpenError, PwmOutput, Uart, entry, log};

/// The duties of the lamp.
const PERCENTS: [u8; 4] = [0, 25, 100, 40];

/// Goes out over the wires, and comes back.
const TEXT: &[u8] = b"the wires are tied together";

entry!(main);

fn main() -> Result<(), OpenError> {
    log::init();
    let (mut lamp, mut port, mut pot) = (PwmOutput::open("LAMP")?, Uart::open("SERIAL")?, AdcInput::open("POT")?);
    ::log::info!("converter: {} bits", pot.resolution_bits());
    for percent in PERCENTS {
        let set = lamp.set_duty_cycle_percent(percent);
        let (raw, microvolts) = (pot.read_raw(), pot.read_microvolts());
        ::log::info!("lamp at {percent} %: {set:?}; converter: {raw:?}, {microvolts:?} uV");
        Delay::new().delay_ms(100);
    }
    let (sent, flushed) = (port.write_all(TEXT), port.flush());
    let mut echo = [0; TEXT.len()];
    let received = port.read_exact(&mut echo);
    ::log::info!("sent: {sent:?}, {flushed:?}; received: {received:?}, the same: {}", echo == TEXT);
    ::log::info!("more to read: {:?}", port.read_ready());
    Ok(())
}
