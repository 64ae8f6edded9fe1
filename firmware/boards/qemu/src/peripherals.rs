//! Simulated PWM outputs, serial ports and analogue inputs.

use alloc::string::String;

use embedded_io::{Error as _, ReadReady as _, WriteReady as _};
use wasm_embedded_host::{EmbeddedHal, HalCtxBuilder, adc, uart};
use wasm_embedded_policy::chip::{ChipBus, ChipPin, UartPins};
use wasm_embedded_policy::{Adc, Label, Pwm, Uart};
use wasm_embedded_sim::pwm::MAX_DUTY;
use wasm_embedded_sim::{AdcSettings, PwmSettings, Sim, SimAdc, SimUart, UartError, UartId, UartSettings};

use crate::world::only_simulated;

pub(crate) fn add_pwm(sim: &Sim, label: &Label<Pwm, ChipPin>, hal: &mut HalCtxBuilder) -> Result<(), String> {
    let ChipPin::Sim(net) = &label.backend else { return Err(only_simulated(&label.label)) };
    let settings = PwmSettings { frequency_hz: label.frequency_hz, inverted: label.active_low };
    let output = sim.pwm(sim.net(net), settings, label.initial.of(MAX_DUTY));
    hal.pwm(&label.label, EmbeddedHal(output), (&label.settings).into());
    Ok(())
}

/// Adds a serial port, and returns it for the part at its other end.
pub(crate) fn add_uart(
    sim: &Sim,
    label: &Label<Uart, ChipBus<UartPins>>,
    hal: &mut HalCtxBuilder,
) -> Result<UartId, String> {
    let ChipBus::Sim(name) = &label.backend else { return Err(only_simulated(&label.label)) };
    let settings = UartSettings {
        baud: label.baud,
        parity: label.parity,
        stop_bits: label.stop_bits,
        receive_bytes: usize::try_from(label.receive_bytes).unwrap_or(usize::MAX),
    };
    let port = sim.uart_port(name, settings);
    hal.uart(&label.label, Port(sim.uart(port)), label.access);
    Ok(port)
}

pub(crate) fn add_adc(sim: &Sim, label: &Label<Adc, ChipPin>, hal: &mut HalCtxBuilder) -> Result<(), String> {
    let ChipPin::Sim(net) = &label.backend else { return Err(only_simulated(&label.label)) };
    let settings = AdcSettings {
        resolution_bits: label.resolution_bits.unwrap_or(AdcSettings::default().resolution_bits),
        reference_uv: label.reference_mv.saturating_mul(1_000),
    };
    hal.adc(&label.label, Input(sim.adc(sim.net(net), settings)));
    Ok(())
}

struct Input(SimAdc);

impl adc::Input for Input {
    fn resolution_bits(&mut self) -> u8 {
        self.0.resolution_bits()
    }

    fn read_raw(&mut self) -> Result<i32, adc::Error> {
        Ok(self.0.read_raw())
    }

    fn read_microvolts(&mut self) -> Result<i32, adc::Error> {
        Ok(self.0.read_microvolts())
    }
}

struct Port(SimUart);

impl uart::Port for Port {
    fn read(&mut self, buffer: &mut [u8], wait_ns: u64) -> Result<Option<usize>, uart::Error> {
        self.0.read_within(buffer, wait_ns).map_err(from_sim)
    }

    fn write(&mut self, bytes: &[u8], wait_ns: u64) -> Result<Option<usize>, uart::Error> {
        self.0.write_within(bytes, wait_ns).map_err(from_sim)
    }

    fn flush(&mut self, wait_ns: u64) -> Result<bool, uart::Error> {
        self.0.flush_within(wait_ns).map_err(from_sim)
    }

    fn read_ready(&mut self) -> Result<bool, uart::Error> {
        self.0.read_ready().map_err(from_sim)
    }

    fn write_ready(&mut self) -> Result<bool, uart::Error> {
        self.0.write_ready().map_err(from_sim)
    }
}

fn from_sim(error: UartError) -> uart::Error {
    match error {
        UartError::Overrun => uart::Error::Overrun,
        error => uart::Error::Io(error.kind()),
    }
}
