//! One device under a label of several guests.

use embedded_hal::i2c::Operation as I2cOperation;
use embedded_hal::spi::Operation as SpiOperation;

use crate::completion::Completion;
use crate::{adc, digital, i2c, pwm, spi, uart};

/// How one of those who share a device comes to use it: each has a value of its own, and all of them stand for the same device.
///
/// A lock is enough where nothing else depends on the order. `no_std` has none, and what a turn is differs: so it is the embedder's.
pub trait Turns: Send {
    /// The device.
    type Device;

    /// Uses the device in the call, when nobody else does, and lets the others have it then.
    fn at_turn<R>(&mut self, act: impl FnOnce(&mut Self::Device) -> R) -> R;

    /// Asks the device for what takes no time. The host does so while a context is built, when turns may not have begun.
    fn ask<R>(&mut self, act: impl FnOnce(&mut Self::Device) -> R) -> R {
        self.at_turn(act)
    }
}

/// A device that several guests have under a label, each in a context of its own, and use one after the other.
///
/// A call is one turn: a transaction is carried out to its end before anybody else's begins. What a device begins for an asynchronous
/// call goes on after the turn, in the device's own order.
///
/// ```
/// use std::sync::{Arc, Mutex, PoisonError};
/// use wasm_embedded_host::{EmbeddedHal, HalCtx, PinGrant, Shared, Turns};
/// # use embedded_hal::digital::{ErrorType, OutputPin};
/// # struct Led;
/// # impl ErrorType for Led { type Error = core::convert::Infallible; }
/// # impl OutputPin for Led {
/// #     fn set_low(&mut self) -> Result<(), Self::Error> { Ok(()) }
/// #     fn set_high(&mut self) -> Result<(), Self::Error> { Ok(()) }
/// # }
///
/// struct Locked<D>(Arc<Mutex<D>>);
///
/// impl<D: Send> Turns for Locked<D> {
///     type Device = D;
///
///     fn at_turn<R>(&mut self, act: impl FnOnce(&mut D) -> R) -> R {
///         act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
///     }
/// }
///
/// let led = Arc::new(Mutex::new(EmbeddedHal(Led)));
/// let [mut first, mut second] = [HalCtx::builder(), HalCtx::builder()];
/// for guest in [&mut first, &mut second] {
///     guest.output("LED", Shared(Locked(led.clone())), PinGrant::default());
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Shared<T>(pub T);

impl<T: Turns<Device: i2c::Bus>> i2c::Bus for Shared<T> {
    fn transaction(&mut self, address: i2c::Address, operations: &mut [I2cOperation<'_>]) -> Result<(), i2c::Error> {
        self.0.at_turn(|bus| bus.transaction(address, operations))
    }

    fn start(&mut self, transaction: i2c::Transaction) -> Completion<i2c::Outcome> {
        self.0.at_turn(|bus| bus.start(transaction))
    }
}

impl<T: Turns<Device: spi::Bus>> spi::Bus for Shared<T> {
    fn run(&mut self, operations: &mut [SpiOperation<'_, u8>]) -> Result<(), spi::Error> {
        self.0.at_turn(|device| device.run(operations))
    }

    fn flush(&mut self) -> Result<(), spi::Error> {
        self.0.at_turn(spi::Bus::flush)
    }

    fn start(&mut self, exchange: spi::Transaction) -> Completion<spi::Outcome> {
        self.0.at_turn(|device| device.start(exchange))
    }

    fn start_flush(&mut self) -> Completion<Result<(), spi::Error>> {
        self.0.at_turn(spi::Bus::start_flush)
    }
}

impl<T: Turns<Device: digital::Output>> digital::Output for Shared<T> {
    fn set(&mut self, level: digital::Level) -> Result<(), digital::Error> {
        self.0.at_turn(|pin| pin.set(level))
    }
}

impl<T: Turns<Device: digital::Input>> digital::Input for Shared<T> {
    fn level(&mut self) -> Result<digital::Level, digital::Error> {
        self.0.at_turn(digital::Input::level)
    }

    fn start_wait(&mut self, condition: digital::Condition) -> Completion<Result<(), digital::Error>> {
        self.0.at_turn(|pin| pin.start_wait(condition))
    }

    fn watch(&mut self) -> Result<(), digital::Error> {
        self.0.at_turn(digital::Input::watch)
    }

    fn take_edge(&mut self) -> Result<Option<digital::Edge>, digital::Error> {
        self.0.at_turn(digital::Input::take_edge)
    }

    fn start_edge_wait(&mut self) -> Completion<Result<(), digital::Error>> {
        self.0.at_turn(digital::Input::start_edge_wait)
    }
}

impl<T: Turns<Device: digital::Io>> digital::Io for Shared<T> {}

impl<T: Turns<Device: pwm::Output>> pwm::Output for Shared<T> {
    fn max_duty(&mut self) -> u16 {
        self.0.ask(pwm::Output::max_duty)
    }

    fn set_duty(&mut self, duty: u16) -> Result<(), pwm::Error> {
        self.0.at_turn(|output| output.set_duty(duty))
    }
}

impl<T: Turns<Device: uart::Port>> uart::Port for Shared<T> {
    fn read(&mut self, buffer: &mut [u8], wait_ns: u64) -> Result<Option<usize>, uart::Error> {
        self.0.at_turn(|port| port.read(buffer, wait_ns))
    }

    fn write(&mut self, bytes: &[u8], wait_ns: u64) -> Result<Option<usize>, uart::Error> {
        self.0.at_turn(|port| port.write(bytes, wait_ns))
    }

    fn flush(&mut self, wait_ns: u64) -> Result<bool, uart::Error> {
        self.0.at_turn(|port| port.flush(wait_ns))
    }

    fn read_ready(&mut self) -> Result<bool, uart::Error> {
        self.0.at_turn(uart::Port::read_ready)
    }

    fn write_ready(&mut self) -> Result<bool, uart::Error> {
        self.0.at_turn(uart::Port::write_ready)
    }

    fn start_wait(&mut self, ready: uart::Ready) -> Completion<Result<(), uart::Error>> {
        self.0.at_turn(|port| port.start_wait(ready))
    }
}

impl<T: Turns<Device: adc::Input>> adc::Input for Shared<T> {
    fn resolution_bits(&mut self) -> u8 {
        self.0.at_turn(adc::Input::resolution_bits)
    }

    fn read_raw(&mut self) -> Result<i32, adc::Error> {
        self.0.at_turn(adc::Input::read_raw)
    }

    fn read_microvolts(&mut self) -> Result<i32, adc::Error> {
        self.0.at_turn(adc::Input::read_microvolts)
    }
}
