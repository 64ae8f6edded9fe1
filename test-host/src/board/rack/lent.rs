//! One device under the same label of several guests.

use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use embedded_hal::i2c::Operation as I2cOperation;
use embedded_hal::spi::Operation as SpiOperation;
use wasm_embedded_host::{Progress, adc, digital, i2c, pwm, spi, uart};

use super::Exit;
use crate::turns::Turn;

/// A device that several guests have. In virtual time, others have their turns at the end of every call.
pub(super) struct Lent<D: ?Sized> {
    device: Arc<Mutex<Box<D>>>,
    turn: Option<Turn>,
}

impl<D: ?Sized> Lent<D> {
    pub(super) fn new(device: Box<D>) -> Lent<D> {
        Lent { device: Arc::new(Mutex::new(device)), turn: None }
    }

    /// Returns the same device for a guest with turns.
    pub(super) fn to(&self, turn: Option<Turn>) -> Lent<D> {
        Lent { device: self.device.clone(), turn }
    }

    /// Returns how the device is left, by `act`, beside whoever has it. One that is gone was left so before.
    pub(super) fn exit(&self, act: impl Fn(&mut Box<D>) + Send + Sync + 'static) -> Exit
    where
        D: Send + 'static,
    {
        let device = Arc::downgrade(&self.device);
        Exit::new(move || {
            let Some(device) = device.upgrade() else { return true };
            match device.try_lock() {
                Ok(mut device) => act(&mut device),
                // Whoever panicked with it has it no more.
                Err(TryLockError::Poisoned(device)) => act(&mut device.into_inner()),
                Err(TryLockError::WouldBlock) => return false,
            }
            true
        })
    }

    fn with<R>(&self, act: impl FnOnce(&mut D) -> R) -> R {
        let result = act(&mut self.device.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(turn) = &self.turn {
            turn.pass();
        }
        result
    }
}

impl i2c::Bus for Lent<dyn i2c::Bus> {
    fn transaction(&mut self, address: i2c::Address, operations: &mut [I2cOperation<'_>]) -> Result<(), i2c::Error> {
        self.with(|bus| bus.transaction(address, operations))
    }

    fn start(&mut self, transaction: i2c::Transaction) -> Progress<i2c::Outcome> {
        self.with(|bus| bus.start(transaction))
    }
}

impl spi::Clocked for Lent<dyn spi::Clocked> {
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

impl digital::Output for Lent<dyn digital::Output> {
    fn set(&mut self, level: digital::Level) -> Result<(), digital::Error> {
        self.with(|pin| pin.set(level))
    }
}

impl digital::Input for Lent<dyn digital::Input> {
    fn level(&mut self) -> Result<digital::Level, digital::Error> {
        self.with(|pin| pin.level())
    }

    fn start_wait(&mut self, condition: digital::Condition) -> Progress<Result<(), digital::Error>> {
        self.with(|pin| pin.start_wait(condition))
    }
}

impl digital::Output for Lent<dyn digital::Io> {
    fn set(&mut self, level: digital::Level) -> Result<(), digital::Error> {
        self.with(|pin| pin.set(level))
    }
}

impl digital::Input for Lent<dyn digital::Io> {
    fn level(&mut self) -> Result<digital::Level, digital::Error> {
        self.with(|pin| pin.level())
    }

    fn start_wait(&mut self, condition: digital::Condition) -> Progress<Result<(), digital::Error>> {
        self.with(|pin| pin.start_wait(condition))
    }
}

impl digital::Io for Lent<dyn digital::Io> {}

impl pwm::Output for Lent<dyn pwm::Output> {
    fn max_duty(&mut self) -> u16 {
        // It takes no time, and is asked while the board is built.
        self.device.lock().unwrap_or_else(PoisonError::into_inner).max_duty()
    }

    fn set_duty(&mut self, duty: u16) -> Result<(), pwm::Error> {
        self.with(|output| output.set_duty(duty))
    }
}

impl uart::Port for Lent<dyn uart::Port> {
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

impl adc::Input for Lent<dyn adc::Input> {
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
