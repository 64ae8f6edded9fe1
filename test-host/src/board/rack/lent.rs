//! One device under the same label of several guests.

use std::sync::{Arc, Mutex, PoisonError};

use embedded_hal::i2c::Operation as I2cOperation;
use embedded_hal::spi::Operation as SpiOperation;
use wasm_embedded_host::{Progress, adc, digital, i2c, pwm, spi, uart};

use crate::turns::Turn;

/// A device as a guest has it: its own, or one that several guests have.
pub(super) struct Lent<D>(Whose<D>);

enum Whose<D> {
    Own(D),
    /// In virtual time, others have their turns at the end of every call.
    Shared {
        device: Arc<Mutex<D>>,
        turn: Option<Turn>,
    },
}

impl<D> Lent<D> {
    /// Returns the device of the only guest.
    pub(super) fn alone(device: D) -> Lent<D> {
        Lent(Whose::Own(device))
    }

    /// Returns a device for one of several guests, with its turns.
    pub(super) fn shared(device: Arc<Mutex<D>>, turn: Option<Turn>) -> Lent<D> {
        Lent(Whose::Shared { device, turn })
    }

    fn with<R>(&mut self, act: impl FnOnce(&mut D) -> R) -> R {
        match &mut self.0 {
            Whose::Own(device) => act(device),
            Whose::Shared { device, turn } => {
                let result = act(&mut device.lock().unwrap_or_else(PoisonError::into_inner));
                if let Some(turn) = turn {
                    turn.pass();
                }
                result
            }
        }
    }
}

impl<D: i2c::Bus> i2c::Bus for Lent<D> {
    fn transaction(&mut self, address: i2c::Address, operations: &mut [I2cOperation<'_>]) -> Result<(), i2c::Error> {
        self.with(|bus| bus.transaction(address, operations))
    }

    fn start(&mut self, transaction: i2c::Transaction) -> Progress<i2c::Outcome> {
        self.with(|bus| bus.start(transaction))
    }
}

impl<D: spi::Clocked> spi::Clocked for Lent<D> {
    fn run(&mut self, operations: &mut [SpiOperation<'_, u8>]) -> Result<(), spi::Error> {
        self.with(|device| device.run(operations))
    }

    fn flush(&mut self) -> Result<(), spi::Error> {
        self.with(|device| device.flush())
    }

    fn start(&mut self, exchange: spi::Exchange) -> Progress<spi::Outcome> {
        self.with(|device| device.start(exchange))
    }

    fn start_flush(&mut self) -> Progress<Result<(), spi::Error>> {
        self.with(|device| device.start_flush())
    }
}

impl<D: digital::Output> digital::Output for Lent<D> {
    fn set(&mut self, level: digital::Level) -> Result<(), digital::Error> {
        self.with(|pin| pin.set(level))
    }
}

impl<D: digital::Input> digital::Input for Lent<D> {
    fn level(&mut self) -> Result<digital::Level, digital::Error> {
        self.with(|pin| pin.level())
    }

    fn start_wait(&mut self, condition: digital::Condition) -> Progress<Result<(), digital::Error>> {
        self.with(|pin| pin.start_wait(condition))
    }
}

impl<D: digital::Io> digital::Io for Lent<D> {}

impl<D: pwm::Output> pwm::Output for Lent<D> {
    fn max_duty(&mut self) -> u16 {
        // It takes no time, and is asked while the board is built.
        match &mut self.0 {
            Whose::Own(output) => output.max_duty(),
            Whose::Shared { device, .. } => device.lock().unwrap_or_else(PoisonError::into_inner).max_duty(),
        }
    }

    fn set_duty(&mut self, duty: u16) -> Result<(), pwm::Error> {
        self.with(|output| output.set_duty(duty))
    }
}

impl<D: uart::Port> uart::Port for Lent<D> {
    fn read(&mut self, buffer: &mut [u8], wait_ns: u64) -> Result<Option<usize>, uart::Error> {
        self.with(|port| port.read(buffer, wait_ns))
    }

    fn write(&mut self, bytes: &[u8], wait_ns: u64) -> Result<Option<usize>, uart::Error> {
        self.with(|port| port.write(bytes, wait_ns))
    }

    fn flush(&mut self, wait_ns: u64) -> Result<bool, uart::Error> {
        self.with(|port| port.flush(wait_ns))
    }

    fn read_ready(&mut self) -> Result<bool, uart::Error> {
        self.with(|port| port.read_ready())
    }

    fn write_ready(&mut self) -> Result<bool, uart::Error> {
        self.with(|port| port.write_ready())
    }

    fn start_wait(&mut self, ready: uart::Ready) -> Progress<Result<(), uart::Error>> {
        self.with(|port| port.start_wait(ready))
    }
}

impl<D: adc::Input> adc::Input for Lent<D> {
    fn resolution_bits(&mut self) -> u8 {
        self.with(|input| input.resolution_bits())
    }

    fn read_raw(&mut self) -> Result<i32, adc::Error> {
        self.with(|input| input.read_raw())
    }

    fn read_microvolts(&mut self) -> Result<i32, adc::Error> {
        self.with(|input| input.read_microvolts())
    }
}
