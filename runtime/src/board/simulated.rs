//! What the simulation has behind labels, with its asynchronous side.

use embedded_hal::digital::InputPin as _;
use embedded_hal::i2c::{Error as _, I2c as _, Operation as I2cOperation};
use embedded_hal::spi::{Error as _, Operation as SpiOperation, SpiBus as _, SpiDevice as _};
use wasm_embedded_host::{Completion, digital, i2c, spi};
use wasm_embedded_sim::i2c::OwnedTransaction as I2cTransaction;
use wasm_embedded_sim::spi::OwnedTransaction as SpiTransaction;
use wasm_embedded_sim::{
    Address, Awaited, I2cError, KeptEdge, Level, SimEdges, SimI2c, SimInput, SimIoPin, SimOutput, SimSpiBus,
    SimSpiDevice, SpiError,
};

use super::unanswered::Calls;

/// An I2C bus.
#[derive(Debug)]
pub(super) struct Bus {
    pub(super) bus: SimI2c,
    pub(super) calls: Calls,
}

/// An SPI device.
#[derive(Debug)]
pub(super) struct Device(pub(super) SimSpiDevice);

/// An SPI bus without select.
#[derive(Debug)]
pub(super) struct Wires(pub(super) SimSpiBus);

/// An output.
#[derive(Debug)]
pub(super) struct Output(pub(super) SimOutput);

/// An input.
#[derive(Debug)]
pub(super) struct Input {
    pin: SimInput,
    /// Its edges, once somebody watches it.
    edges: Option<SimEdges>,
}

/// An open-drain pin.
#[derive(Debug)]
pub(super) struct Io {
    pin: SimIoPin,
    edges: Option<SimEdges>,
}

impl From<SimInput> for Input {
    fn from(pin: SimInput) -> Input {
        Input { pin, edges: None }
    }
}

impl From<SimIoPin> for Io {
    fn from(pin: SimIoPin) -> Io {
        Io { pin, edges: None }
    }
}

impl i2c::Bus for Bus {
    fn transaction(&mut self, address: i2c::Address, operations: &mut [I2cOperation<'_>]) -> Result<(), i2c::Error> {
        let result = match address {
            i2c::Address::SevenBit(address) => self.bus.transaction(address, operations),
            i2c::Address::TenBit(address) => self.bus.transaction(address, operations),
        };
        let result = result.map_err(i2c_error);
        self.calls.note(address, &result);
        result
    }

    fn start(&mut self, transaction: i2c::Transaction) -> Completion<i2c::Outcome> {
        let (called, calls) = (transaction.address(), self.calls.clone());
        let address = match called {
            i2c::Address::SevenBit(address) => Address::SevenBit(address),
            i2c::Address::TenBit(address) => Address::TenBit(address),
        };
        let mut bytes = transaction.bytes();
        let begun = I2cTransaction::new(address);
        let owned = transaction.steps().iter().fold(begun, |owned, step| match *step {
            i2c::Step::Read(len) => owned.read(len),
            i2c::Step::Write(len) => owned.write(bytes.split_off(..len).unwrap_or_default()),
        });
        let started = self.bus.start(owned);
        Completion::pending(async move {
            let result = started.await.map_err(i2c_error);
            calls.note(called, &result);
            result
        })
    }
}

fn i2c_error(error: I2cError) -> i2c::Error {
    error.kind().into()
}

impl spi::Bus for Device {
    fn run(&mut self, operations: &mut [SpiOperation<'_, u8>]) -> Result<(), spi::Error> {
        self.0.transaction(operations).map_err(spi_error)
    }

    fn start(&mut self, exchange: spi::Transaction) -> Completion<spi::Outcome> {
        let started = self.0.start(owned(&exchange));
        Completion::pending(async move { started.await.map_err(spi_error) })
    }
}

impl spi::Bus for Wires {
    fn run(&mut self, operations: &mut [SpiOperation<'_, u8>]) -> Result<(), spi::Error> {
        for operation in operations {
            match operation {
                SpiOperation::Read(buffer) => self.0.read(buffer),
                SpiOperation::Write(bytes) => self.0.write(bytes),
                SpiOperation::Transfer(buffer, bytes) => self.0.transfer(buffer, bytes),
                SpiOperation::TransferInPlace(buffer) => self.0.transfer_in_place(buffer),
                // The interface has no delays on a bus.
                SpiOperation::DelayNs(_) => return Err(spi::Error::Unsupported),
            }
            .map_err(spi_error)?;
        }
        Ok(())
    }

    fn start(&mut self, exchange: spi::Transaction) -> Completion<spi::Outcome> {
        let started = self.0.start(owned(&exchange));
        Completion::pending(async move { started.await.map_err(spi_error) })
    }

    fn start_flush(&mut self) -> Completion<Result<(), spi::Error>> {
        let started = self.0.start(SpiTransaction::new());
        Completion::pending(async move { started.await.map(drop).map_err(spi_error) })
    }
}

fn owned(exchange: &spi::Transaction) -> SpiTransaction {
    let size = |len: u32| usize::try_from(len).unwrap_or(usize::MAX);
    let mut bytes = exchange.bytes();
    exchange.steps().iter().fold(SpiTransaction::new(), |owned, step| {
        let written = bytes.split_off(..size(step.write_len)).unwrap_or_default();
        let owned = owned.transfer(written, size(step.read_len));
        if step.delay_ns > 0 { owned.delay_ns(step.delay_ns) } else { owned }
    })
}

fn spi_error(error: SpiError) -> spi::Error {
    match error {
        // The kinds of embedded-hal have no word for it.
        SpiError::Busy => spi::Error::Busy,
        error => error.kind().into(),
    }
}

impl digital::Output for Output {
    fn set(&mut self, level: digital::Level) -> Result<(), digital::Error> {
        let Ok(()) = embedded_hal::digital::OutputPin::set_state(&mut self.0, level.into());
        Ok(())
    }
}

/// A pin that is read, of either kind.
macro_rules! read {
    ($pin:ty) => {
        impl digital::Input for $pin {
            fn level(&mut self) -> Result<digital::Level, digital::Error> {
                let Ok(high) = self.pin.is_high();
                Ok(level(if high { Level::High } else { Level::Low }))
            }

            fn start_wait(&mut self, condition: digital::Condition) -> Completion<Result<(), digital::Error>> {
                let wait = self.pin.start_wait(awaited(condition));
                Completion::pending(async move {
                    wait.await;
                    Ok(())
                })
            }

            fn watch(&mut self) -> Result<(), digital::Error> {
                self.edges = Some(self.pin.watch());
                Ok(())
            }

            fn take_edge(&mut self) -> Result<Option<digital::Edge>, digital::Error> {
                let edges = self.edges.as_mut().ok_or(digital::Error::Unsupported)?;
                Ok(edges.take().map(|KeptEdge { at_ns, level: to, missed }| digital::Edge {
                    at_ns,
                    level: level(to),
                    missed,
                }))
            }

            fn start_edge_wait(&mut self) -> Completion<Result<(), digital::Error>> {
                let Some(edges) = &self.edges else { return Completion::Ready(Err(digital::Error::Unsupported)) };
                // Before the look at what is kept: an edge in between ends the wait.
                let wait = edges.start_wait();
                if !edges.is_empty() {
                    return Completion::Ready(Ok(()));
                }
                Completion::pending(async move {
                    wait.await;
                    Ok(())
                })
            }
        }
    };
}
read!(Input);
read!(Io);

impl digital::Output for Io {
    fn set(&mut self, level: digital::Level) -> Result<(), digital::Error> {
        let Ok(()) = embedded_hal::digital::OutputPin::set_state(&mut self.pin, level.into());
        Ok(())
    }
}

impl digital::Io for Io {}

fn level(level: Level) -> digital::Level {
    match level {
        Level::Low => digital::Level::Low,
        Level::High => digital::Level::High,
    }
}

fn awaited(condition: digital::Condition) -> Awaited {
    let level = |level| match level {
        digital::Level::Low => Level::Low,
        digital::Level::High => Level::High,
    };
    match condition {
        digital::Condition::Level(to) => Awaited::Level(level(to)),
        digital::Condition::Edge(to) => Awaited::Edge(level(to)),
        digital::Condition::AnyEdge => Awaited::AnyEdge,
    }
}
