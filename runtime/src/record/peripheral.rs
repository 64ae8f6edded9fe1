//! PWM outputs, analogue inputs and serial ports over a tape.

use embedded_io::ErrorKind;
use wasm_embedded_host::{Completion, adc, pwm, uart};

use super::{Tapped, bytes, done, hex};

fn pwm_error_name(error: &pwm::Error) -> String {
    match error {
        pwm::Error::Unsupported => "unsupported",
        pwm::Error::Busy => "busy",
        _ => "other",
    }
    .to_owned()
}

fn pwm_error(name: &str) -> pwm::Error {
    match name {
        "unsupported" => pwm::Error::Unsupported,
        "busy" => pwm::Error::Busy,
        _ => pwm::Error::Other,
    }
}

impl<O: pwm::Output> pwm::Output for Tapped<O> {
    fn max_duty(&mut self) -> u16 {
        let device = &mut self.device;
        let answer = self.tap.call("max-duty", || Ok(device.max_duty().to_string()));
        answer.ok().and_then(|answer| answer.parse().ok()).unwrap_or(u16::MAX)
    }

    fn set_duty(&mut self, duty: u16) -> Result<(), pwm::Error> {
        let device = &mut self.device;
        let answer = self.tap.call(&format!("duty {duty}"), || done(device.set_duty(duty), pwm_error_name));
        answer.map(drop).map_err(|name| pwm_error(&name))
    }
}

fn adc_error_name(error: &adc::Error) -> String {
    match error {
        adc::Error::Unsupported => "unsupported",
        adc::Error::Busy => "busy",
        adc::Error::TimedOut => "timed-out",
        _ => "other",
    }
    .to_owned()
}

fn adc_error(name: &str) -> adc::Error {
    match name {
        "unsupported" => adc::Error::Unsupported,
        "busy" => adc::Error::Busy,
        "timed-out" => adc::Error::TimedOut,
        _ => adc::Error::Other,
    }
}

impl<I: adc::Input> Tapped<I> {
    fn reading(&mut self, call: &str, read: impl FnOnce(&mut I) -> Result<i32, adc::Error>) -> Result<i32, adc::Error> {
        let device = &mut self.device;
        let answer =
            self.tap.call(call, || read(device).map(|value| value.to_string()).map_err(|error| adc_error_name(&error)));
        answer.map_err(|name| adc_error(&name))?.parse().map_err(|_| adc::Error::Other)
    }
}

impl<I: adc::Input> adc::Input for Tapped<I> {
    fn resolution_bits(&mut self) -> u8 {
        let device = &mut self.device;
        let answer = self.tap.call("bits", || Ok(device.resolution_bits().to_string()));
        answer.ok().and_then(|answer| answer.parse().ok()).unwrap_or(12)
    }

    fn read_raw(&mut self) -> Result<i32, adc::Error> {
        self.reading("raw", I::read_raw)
    }

    fn read_microvolts(&mut self) -> Result<i32, adc::Error> {
        self.reading("microvolts", I::read_microvolts)
    }
}

fn uart_error_name(error: &uart::Error) -> String {
    match error {
        uart::Error::Overrun => "overrun",
        uart::Error::Framing => "framing",
        uart::Error::Parity => "parity",
        uart::Error::Break => "break",
        uart::Error::TooLong => "too-long",
        uart::Error::Busy => "busy",
        uart::Error::Io(ErrorKind::Unsupported) => "unsupported",
        uart::Error::Io(ErrorKind::TimedOut) => "timed-out",
        _ => "other",
    }
    .to_owned()
}

fn uart_error(name: &str) -> uart::Error {
    match name {
        "overrun" => uart::Error::Overrun,
        "framing" => uart::Error::Framing,
        "parity" => uart::Error::Parity,
        "break" => uart::Error::Break,
        "too-long" => uart::Error::TooLong,
        "busy" => uart::Error::Busy,
        "unsupported" => uart::Error::Io(ErrorKind::Unsupported),
        "timed-out" => uart::Error::Io(ErrorKind::TimedOut),
        _ => uart::Error::Io(ErrorKind::Other),
    }
}

/// What a serial port did nothing for in its time.
const NOTHING: &str = "nothing yet";

impl<P: uart::Port> Tapped<P> {
    fn flag(&mut self, call: &str, ask: impl FnOnce(&mut P) -> Result<bool, uart::Error>) -> Result<bool, uart::Error> {
        let device = &mut self.device;
        let answer =
            self.tap.call(call, || ask(device).map(|is_so| is_so.to_string()).map_err(|error| uart_error_name(&error)));
        Ok(answer.map_err(|name| uart_error(&name))? == "true")
    }
}

impl<P: uart::Port> uart::Port for Tapped<P> {
    fn read(&mut self, buffer: &mut [u8], wait_ns: u64) -> Result<Option<usize>, uart::Error> {
        let device = &mut self.device;
        let answer = self.tap.call(&format!("read {}", buffer.len()), || {
            let read = device.read(buffer, wait_ns).map_err(|error| uart_error_name(&error))?;
            Ok(read.map_or(NOTHING.to_owned(), |read| hex(buffer.get(..read).unwrap_or_default())))
        });
        let answer = answer.map_err(|name| uart_error(&name))?;
        if answer == NOTHING {
            return Ok(None);
        }
        let read = bytes(&answer).ok_or(uart::Error::Io(ErrorKind::Other))?;
        buffer.get_mut(..read.len()).ok_or(uart::Error::Io(ErrorKind::Other))?.copy_from_slice(&read);
        Ok(Some(read.len()))
    }

    fn write(&mut self, bytes: &[u8], wait_ns: u64) -> Result<Option<usize>, uart::Error> {
        let device = &mut self.device;
        let answer = self.tap.call(&format!("write {}", hex(bytes)), || {
            let written = device.write(bytes, wait_ns).map_err(|error| uart_error_name(&error))?;
            Ok(written.map_or(NOTHING.to_owned(), |written| written.to_string()))
        });
        let answer = answer.map_err(|name| uart_error(&name))?;
        if answer == NOTHING {
            return Ok(None);
        }
        let written = answer.parse().ok().filter(|written| *written <= bytes.len());
        written.map(Some).ok_or(uart::Error::Io(ErrorKind::Other))
    }

    fn flush(&mut self, wait_ns: u64) -> Result<bool, uart::Error> {
        self.flag("flush", |port| port.flush(wait_ns))
    }

    fn read_ready(&mut self) -> Result<bool, uart::Error> {
        self.flag("read-ready", P::read_ready)
    }

    fn write_ready(&mut self) -> Result<bool, uart::Error> {
        self.flag("write-ready", P::write_ready)
    }

    fn start_wait(&mut self, ready: uart::Ready) -> Completion<Result<(), uart::Error>> {
        let call = match ready {
            uart::Ready::Read => "wait to read",
            uart::Ready::Write => "wait to write",
            uart::Ready::Sent => "wait to be sent",
        };
        if let Some(answer) = self.tap.recorded(call) {
            return Completion::Ready(answer.map(drop).map_err(|name| uart_error(&name)));
        }
        let (started, tap) = (self.device.start_wait(ready), self.tap.clone());
        Completion::pending(async move {
            let outcome = started.end().await;
            tap.keep("~", call, &done(outcome, uart_error_name));
            outcome
        })
    }
}
