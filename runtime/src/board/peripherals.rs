//! Puts the guest's PWM outputs, serial ports and analogue inputs on the simulated board.

use embedded_hal::pwm::SetDutyCycle as _;
use embedded_io::{Error as _, ReadReady as _, WriteReady as _};
use wasm_embedded_host::{Progress, PwmGrant, adc, pwm, uart};
use wasm_embedded_sim::model::Labels;
use wasm_embedded_sim::{
    AdcSettings, PwmSettings, Sim, SimAdc, SimPwm, SimUart, UartError, UartId, UartSettings, pwm::MAX_DUTY, uart::Ready,
};

use super::exits;
use super::rack::Rack;
use crate::policy::{AdcLabel, BusBackend, PwmLabel, UartLabel};

pub(super) fn add_pwm(sim: &Sim, rack: &mut Rack, labels: &[PwmLabel]) {
    for label in labels {
        let Some(net) = label.backend.net() else { continue };
        let settings = PwmSettings { frequency_hz: label.frequency_hz, inverted: label.active_low };
        let output = sim.pwm(sim.net(net), settings, label.initial.of(MAX_DUTY));
        if let Some(part) = label.on_exit {
            rack.add_exit(exits::of_pwm(output.remote(), part.of(MAX_DUTY)));
        }
        rack.pwm(&label.label, PwmOutput(output), PwmGrant { on_exit: label.on_exit });
    }
}

pub(super) fn add_adc(sim: &Sim, rack: &mut Rack, labels: &[AdcLabel]) {
    for label in labels {
        let Some(net) = label.backend.net() else { continue };
        let settings = AdcSettings {
            resolution_bits: label.resolution_bits.unwrap_or(AdcSettings::default().resolution_bits),
            reference_uv: label.reference_mv.saturating_mul(1_000),
        };
        rack.adc(&label.label, AdcInput(sim.adc(sim.net(net), settings)));
    }
}

/// Returns the ports, by label, for the parts at their other ends.
pub(super) fn add_uart<'p>(sim: &Sim, rack: &mut Rack, labels: &'p [UartLabel]) -> Labels<'p, UartId> {
    let simulated = labels.iter().filter_map(|label| {
        let BusBackend::Sim(name) = &label.backend else { return None };
        let settings = UartSettings {
            baud: label.baud,
            parity: label.parity,
            stop_bits: label.stop_bits,
            receive_bytes: label.receive_bytes,
        };
        let port = sim.uart_port(name, settings);
        rack.uart(&label.label, UartPort(sim.uart(port)), label.access);
        Some((label.label.as_str(), port))
    });
    simulated.collect()
}

/// A simulated PWM output, as the host needs it.
struct PwmOutput(SimPwm);

impl pwm::Output for PwmOutput {
    fn max_duty(&mut self) -> u16 {
        self.0.max_duty_cycle()
    }

    fn set_duty(&mut self, duty: u16) -> Result<(), pwm::Error> {
        self.0.set_duty_cycle(duty).map_err(|_| pwm::Error::Other)
    }
}

/// A simulated input, as the host needs it.
struct AdcInput(SimAdc);

impl adc::Input for AdcInput {
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

/// A simulated port, as the host needs it.
struct UartPort(SimUart);

impl uart::Port for UartPort {
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

    fn start_wait(&mut self, ready: uart::Ready) -> Progress<Result<(), uart::Error>> {
        let wait = self.0.start_wait(match ready {
            uart::Ready::Read => Ready::Read,
            uart::Ready::Write => Ready::Write,
            uart::Ready::Sent => Ready::Sent,
        });
        Progress::pending(async move {
            wait.await;
            Ok(())
        })
    }
}

fn from_sim(error: UartError) -> uart::Error {
    match error {
        UartError::Overrun => uart::Error::Overrun,
        UartError::Framing => uart::Error::Framing,
        UartError::Parity => uart::Error::Parity,
        UartError::LineBreak => uart::Error::Break,
        error => uart::Error::Io(error.kind()),
    }
}
