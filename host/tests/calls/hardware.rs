//! Devices that record what reaches them, and fail as they are told to.

use std::sync::{Arc, Mutex};

use embedded_hal::{i2c as hal_i2c, spi as hal_spi};
use wasm_embedded_host::clock::Clock;
use wasm_embedded_host::delay::Delay;
use wasm_embedded_host::digital::{self, Level};
use wasm_embedded_host::{Completion, Interrupt, Reason, Refusal, adc, i2c, log, pwm, spi, uart};

/// How the next calls of the devices end.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    pub(crate) i2c: Option<i2c::Error>,
    pub(crate) spi: Option<spi::Error>,
    pub(crate) digital: Option<digital::Error>,
    pub(crate) pwm: Option<pwm::Error>,
    pub(crate) uart: Option<uart::Error>,
    pub(crate) adc: Option<adc::Error>,
    /// Whether nothing is ever ready; whoever waits sees an interrupt come.
    pub(crate) never_ready: bool,
}

/// What all devices of a guest share: what reached them, what was refused, and how they fail.
#[derive(Clone, Default)]
pub(crate) struct Hardware {
    wires: Arc<Mutex<Vec<String>>>,
    refusals: Arc<Mutex<Vec<String>>>,
    faults: Arc<Mutex<Faults>>,
    pub(crate) interrupt: Interrupt,
}

impl Hardware {
    /// Takes what reached the devices.
    pub(crate) fn take_wires(&self) -> Vec<String> {
        std::mem::take(&mut *self.wires.lock().expect("nobody panicked"))
    }

    /// Takes what the log was told of.
    pub(crate) fn take_refusals(&self) -> Vec<String> {
        std::mem::take(&mut *self.refusals.lock().expect("nobody panicked"))
    }

    /// Has the devices fail from now on.
    pub(crate) fn fail(&self, faults: Faults) {
        *self.faults.lock().expect("nobody panicked") = faults;
    }

    fn reached<E>(&self, what: impl Into<String>, fault: fn(&Faults) -> Option<E>) -> Result<(), E> {
        self.wires.lock().expect("nobody panicked").push(what.into());
        let faults = *self.faults.lock().expect("nobody panicked");
        if faults.never_ready {
            self.interrupt.request(Reason::Timeout);
        }
        fault(&faults).map_or(Ok(()), Err)
    }

    fn is_ready(&self) -> bool {
        !self.faults.lock().expect("nobody panicked").never_ready
    }
}

impl i2c::Bus for Hardware {
    fn transaction(
        &mut self,
        address: i2c::Address,
        operations: &mut [hal_i2c::Operation<'_>],
    ) -> Result<(), i2c::Error> {
        let parts = operations.iter().map(|operation| match operation {
            hal_i2c::Operation::Read(buffer) => format!(" r{}", buffer.len()),
            hal_i2c::Operation::Write(bytes) => format!(" w{}", bytes.len()),
        });
        self.reached(format!("{address}{}", parts.collect::<String>()), |faults| faults.i2c)
    }
}

impl spi::Bus for Hardware {
    fn run(&mut self, operations: &mut [hal_spi::Operation<'_, u8>]) -> Result<(), spi::Error> {
        let parts = operations.iter().map(|operation| match operation {
            hal_spi::Operation::Read(buffer) => format!(" r{}", buffer.len()),
            hal_spi::Operation::Write(bytes) => format!(" w{}", bytes.len()),
            hal_spi::Operation::Transfer(buffer, bytes) => format!(" w{}r{}", bytes.len(), buffer.len()),
            hal_spi::Operation::TransferInPlace(buffer) => format!(" x{}", buffer.len()),
            hal_spi::Operation::DelayNs(ns) => format!(" d{ns}"),
        });
        self.reached(format!("spi{}", parts.collect::<String>()), |faults| faults.spi)
    }

    fn flush(&mut self) -> Result<(), spi::Error> {
        self.reached("spi flush", |faults| faults.spi)
    }
}

impl digital::Output for Hardware {
    fn set(&mut self, level: Level) -> Result<(), digital::Error> {
        self.reached(format!("set {level:?}"), |faults| faults.digital)
    }
}

impl digital::Input for Hardware {
    fn level(&mut self) -> Result<Level, digital::Error> {
        self.reached("level", |faults| faults.digital)?;
        Ok(Level::High)
    }

    fn start_wait(&mut self, condition: digital::Condition) -> Completion<Result<(), digital::Error>> {
        Completion::Ready(self.reached(format!("wait {condition:?}"), |faults| faults.digital))
    }

    fn watch(&mut self) -> Result<(), digital::Error> {
        self.reached("watch", |faults| faults.digital)
    }

    fn take_edge(&mut self) -> Result<Option<digital::Edge>, digital::Error> {
        self.reached("edge", |faults| faults.digital)?;
        Ok(self.is_ready().then_some(digital::Edge { at_ns: 7, level: Level::Low, missed: 2 }))
    }

    fn start_edge_wait(&mut self) -> Completion<Result<(), digital::Error>> {
        Completion::Ready(self.reached("wait for an edge", |faults| faults.digital))
    }
}

impl digital::Io for Hardware {}

impl pwm::Output for Hardware {
    fn max_duty(&mut self) -> u16 {
        1000
    }

    fn set_duty(&mut self, duty: u16) -> Result<(), pwm::Error> {
        self.reached(format!("duty {duty}"), |faults| faults.pwm)
    }
}

impl uart::Port for Hardware {
    fn read(&mut self, buffer: &mut [u8], _wait_ns: u64) -> Result<Option<usize>, uart::Error> {
        self.reached(format!("receive {}", buffer.len()), |faults| faults.uart)?;
        Ok(self.is_ready().then_some(buffer.len()))
    }

    fn write(&mut self, bytes: &[u8], _wait_ns: u64) -> Result<Option<usize>, uart::Error> {
        self.reached(format!("send {}", bytes.len()), |faults| faults.uart)?;
        Ok(self.is_ready().then_some(bytes.len()))
    }

    fn flush(&mut self, _wait_ns: u64) -> Result<bool, uart::Error> {
        self.reached("drain", |faults| faults.uart)?;
        Ok(self.is_ready())
    }

    fn read_ready(&mut self) -> Result<bool, uart::Error> {
        self.reached("readable", |faults| faults.uart)?;
        Ok(self.is_ready())
    }

    fn write_ready(&mut self) -> Result<bool, uart::Error> {
        self.reached("writable", |faults| faults.uart)?;
        Ok(self.is_ready())
    }

    fn start_wait(&mut self, ready: uart::Ready) -> Completion<Result<(), uart::Error>> {
        Completion::Ready(self.reached(format!("wait {ready:?}"), |faults| faults.uart))
    }
}

impl adc::Input for Hardware {
    fn resolution_bits(&mut self) -> u8 {
        12
    }

    fn read_raw(&mut self) -> Result<i32, adc::Error> {
        self.reached("raw", |faults| faults.adc)?;
        Ok(-5)
    }

    fn read_microvolts(&mut self) -> Result<i32, adc::Error> {
        self.reached("microvolts", |faults| faults.adc)?;
        Ok(-5000)
    }
}

impl Delay for Hardware {
    fn delay_ns(&mut self, ns: u64, _interrupt: &Interrupt) {
        let Ok(()) = self.reached(format!("delay {ns}"), |_| None::<std::convert::Infallible>);
    }
}

impl Clock for Hardware {
    fn now_ns(&mut self, _interrupt: &Interrupt) -> u64 {
        let Ok(()) = self.reached("now", |_| None::<std::convert::Infallible>);
        7
    }
}

impl log::Log for Hardware {
    fn max_level(&self) -> Option<log::Level> {
        Some(log::Level::Info)
    }

    fn log(&mut self, level: log::Level, target: &str, message: &str) {
        self.wires.lock().expect("nobody panicked").push(format!("{level:?} {target} {message}"));
    }

    fn panicked(&mut self, message: &str) {
        self.wires.lock().expect("nobody panicked").push(format!("panicked {message}"));
    }

    fn print(&mut self, text: &str) {
        self.wires.lock().expect("nobody panicked").push(format!("print {text}"));
    }

    /// Keeps what was refused and its numbers; how it is said is for other tests.
    fn refused(&mut self, refusal: &Refusal<'_>) {
        let text = match *refusal {
            Refusal::UnknownLabel { label } => format!("unknown {label}"),
            Refusal::WrongKind { label, is, wanted } => format!("{label} is {is}, not {wanted}"),
            Refusal::Held { label } => format!("{label} is held"),
            Refusal::HeldBy { label, holder } => format!("{label} is held by {holder}"),
            Refusal::Handles { limit } => format!("handles {limit}"),
            Refusal::Calls { limit } => format!("calls {limit}"),
            Refusal::Address { label, address, read_only, .. } => {
                format!("{label}: {address}{}", if read_only { " is read-only" } else { "" })
            }
            Refusal::PortReadOnly { label } => format!("{label} is read-only"),
            Refusal::TooLong { label, limit, asked, allowed, .. } => format!("{label}: {limit} {asked} > {allowed}"),
            Refusal::Malformed { label, named, carried } => format!("{label}: named {named}, carried {carried}"),
            ref other => format!("{other:?}"),
        };
        self.refusals.lock().expect("nobody panicked").push(text);
    }
}
