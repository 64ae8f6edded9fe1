//! Runs the corners of the contract over all kinds of labels.

use wasm_embedded_hal::{AdcInput, Delay, I2c, IoPin, OutputPin, PwmOutput, SpiBus, SpiDevice, Uart};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = String::new();
    let mut bus = I2c::open("bus")?;
    test_guests::i2c(&mut bus, &mut out)?;
    test_guests::i2c_ten_bit(&mut bus, &mut out)?;
    test_guests::spi(&mut SpiDevice::open("device")?, &mut out)?;
    test_guests::spi_bus(&mut SpiBus::open("strip")?, &mut out)?;
    test_guests::pins(&mut OutputPin::open("OUT")?, &mut IoPin::open("IO")?, &mut Delay, &mut out)?;
    test_guests::pwm(&mut PwmOutput::open("FAN")?, &mut Delay, &mut out)?;
    test_guests::uart(&mut Uart::open("SERIAL")?, &mut Delay, &mut out)?;
    test_guests::adc(&mut AdcInput::open("POT")?, &mut Delay, &mut out)?;
    print!("{out}");
    Ok(())
}
