//! Puts the guest's PWM outputs, serial ports and analogue inputs on the simulated board.

use embedded_hal::pwm::SetDutyCycle as _;
use embedded_io::{Error as _, ReadReady as _, WriteReady as _};
use wasm_embedded_board::Labels;
use wasm_embedded_host::{Completion, adc, pwm, uart};
use wasm_embedded_sim::{SimAdc, SimPwm, SimUart, UartError, pwm::MAX_DUTY, uart::Ready};

use super::contexts::GuestContexts;
use super::exits;
use crate::policy::{AdcLabel, PwmLabel, UartLabel};

pub(super) fn add_pwm(wires: &mut Labels, contexts: &mut GuestContexts, labels: &[PwmLabel]) {
    for label in labels {
        // The others are of hardware, here and below.
        let Ok(output) = wires.pwm(&label.label) else { continue };
        if let Some(part) = label.on_exit {
            contexts.add_exit(exits::of_pwm(output.remote(), part.of(MAX_DUTY)));
        }
        contexts.pwm(&label.label, PwmOutput(output), (&label.settings).into());
    }
}

pub(super) fn add_adc(wires: &mut Labels, contexts: &mut GuestContexts, labels: &[AdcLabel]) {
    for label in labels {
        if let Ok(input) = wires.adc(&label.label) {
            contexts.adc(&label.label, AdcInput(input));
        }
    }
}

pub(super) fn add_uart(wires: &mut Labels, contexts: &mut GuestContexts, labels: &[UartLabel]) {
    for label in labels {
        if let Ok(port) = wires.uart(&label.label) {
            contexts.uart(&label.label, UartPort(port), label.access);
        }
    }
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

    fn start_wait(&mut self, ready: uart::Ready) -> Completion<Result<(), uart::Error>> {
        let wait = self.0.start_wait(match ready {
            uart::Ready::Read => Ready::Read,
            uart::Ready::Write => Ready::Write,
            uart::Ready::Sent => Ready::Sent,
        });
        Completion::pending(async move {
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
