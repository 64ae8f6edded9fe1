//! The devices behind the labels of a policy.

use alloc::format;
use alloc::string::String;

use wasm_embedded_hal::{Delay, I2c, InputPin, IoPin, OutputPin, PwmOutput, SpiBus, SpiDevice, Uart};

use crate::Devices;

/// The labels of the policy.
#[derive(Debug)]
pub struct Labels;

fn word(error: wasm_embedded_hal::OpenError) -> String {
    format!("{:?}", error.kind())
}

impl Devices for Labels {
    type I2c = I2c;
    type SpiDevice = SpiDevice;
    type SpiBus = SpiBus;
    type Output = OutputPin;
    type Input = InputPin;
    type Io = IoPin;
    type Pwm = PwmOutput;
    type Uart = Uart;
    type Delay = Delay;

    fn i2c(&mut self, label: &str) -> Result<I2c, String> {
        I2c::open(label).map_err(word)
    }

    fn spi_device(&mut self, label: &str) -> Result<SpiDevice, String> {
        SpiDevice::open(label).map_err(word)
    }

    fn spi_bus(&mut self, label: &str) -> Result<SpiBus, String> {
        SpiBus::open(label).map_err(word)
    }

    fn output(&mut self, label: &str) -> Result<OutputPin, String> {
        OutputPin::open(label).map_err(word)
    }

    fn input(&mut self, label: &str) -> Result<InputPin, String> {
        InputPin::open(label).map_err(word)
    }

    fn io(&mut self, label: &str) -> Result<IoPin, String> {
        IoPin::open(label).map_err(word)
    }

    fn pwm(&mut self, label: &str) -> Result<PwmOutput, String> {
        PwmOutput::open(label).map_err(word)
    }

    fn uart(&mut self, label: &str) -> Result<Uart, String> {
        Uart::open(label).map_err(word)
    }

    fn delay(&mut self) -> Delay {
        Delay
    }
}
