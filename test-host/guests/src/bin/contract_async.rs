//! `contract` by the asynchronous side of every type.

use test_guests::awaited::Awaited;
use wasm_embedded_hal::{AdcInput, Delay, I2c, IoPin, OutputPin, PwmOutput, SpiBus, SpiDevice, Uart};

#[wasm_embedded_hal::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = String::new();
    let mut bus = Awaited(I2c::open("bus")?);
    test_guests::i2c(&mut bus, &mut out)?;
    test_guests::i2c_ten_bit(&mut bus, &mut out)?;
    test_guests::spi(&mut Awaited(SpiDevice::open("device")?), &mut out)?;
    test_guests::spi_bus(&mut Awaited(SpiBus::open("strip")?), &mut out)?;
    test_guests::pins(&mut OutputPin::open("OUT")?, &mut IoPin::open("IO")?, &mut Awaited(Delay), &mut out)?;
    test_guests::pwm(&mut PwmOutput::open("FAN")?, &mut Awaited(Delay), &mut out)?;
    test_guests::uart(&mut Awaited(Uart::open("SERIAL")?), &mut Awaited(Delay), &mut out)?;
    test_guests::adc(&mut AdcInput::open("POT")?, &mut Awaited(Delay), &mut out)?;
    print!("{out}");
    Ok(())
}
