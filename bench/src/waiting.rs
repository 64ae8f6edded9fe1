//! What is waited for: parts whose calls end later, and delays.

use core::convert::Infallible;
use core::future::poll_fn;
use core::task::Poll;

use bench_guest::{ADDRESS, Call, Failed, Until};
use embedded_hal::delay::DelayNs as _;
use embedded_hal::i2c::{self as hal_i2c, I2c as _};
use embedded_hal::spi::{self as hal_spi, SpiDevice as _};
use embedded_hal_async::{delay, i2c::I2c, spi::SpiDevice};
use wasm_embedded_host::{Completion, Interrupt, i2c, spi};
use wasm_embedded_sim::i2c::OwnedTransaction;
use wasm_embedded_sim::{Address, Sim, SimI2c};

use crate::parts::{I2cLoopback, SpiLoopback};

/// A part whose calls end when they are looked at for the second time.
#[derive(Debug)]
pub(crate) struct Later<P>(pub(crate) P);

/// A part whose calls are over at once.
struct Now<P>(P);

/// A delay that is over at once if it is one of no time, and else when it is looked at for the second time.
#[derive(Debug)]
pub(crate) struct Waits(pub(crate) Sim);

/// A simulated bus whose transactions take their time beside other things.
#[derive(Debug)]
pub(crate) struct OnWires(pub(crate) SimI2c);

/// Ends when it is looked at for the second time.
async fn later() {
    let mut seen = false;
    poll_fn(|cx| {
        if seen {
            return Poll::Ready(());
        }
        seen = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl spi::Bus for Later<SpiLoopback> {
    fn run(&mut self, operations: &mut [hal_spi::Operation<'_, u8>]) -> Result<(), spi::Error> {
        let Ok(()) = self.0.transaction(operations);
        Ok(())
    }

    fn start(&mut self, exchange: spi::Transaction) -> Completion<spi::Outcome> {
        let outcome = exchange.run(|operations| self.run(operations));
        Completion::pending(async {
            later().await;
            outcome
        })
    }
}

impl i2c::Bus for Later<I2cLoopback> {
    fn transaction(&mut self, _: i2c::Address, operations: &mut [hal_i2c::Operation<'_>]) -> Result<(), i2c::Error> {
        let Ok(()) = self.0.transaction(ADDRESS, operations);
        Ok(())
    }

    fn start(&mut self, transaction: i2c::Transaction) -> Completion<i2c::Outcome> {
        let outcome = transaction.run(|address, operations| i2c::Bus::transaction(self, address, operations));
        Completion::pending(async {
            later().await;
            outcome
        })
    }
}

impl i2c::Bus for OnWires {
    fn transaction(&mut self, _: i2c::Address, _: &mut [hal_i2c::Operation<'_>]) -> Result<(), i2c::Error> {
        Err(i2c::Error::Unsupported)
    }

    fn start(&mut self, transaction: i2c::Transaction) -> Completion<i2c::Outcome> {
        let mut bytes = transaction.bytes();
        let begun = OwnedTransaction::new(Address::SevenBit(ADDRESS));
        let owned = transaction.steps().iter().fold(begun, |owned, step| match *step {
            i2c::Step::Read(len) => owned.read(len),
            i2c::Step::Write(len) => owned.write(bytes.split_off(..len).unwrap_or_default()),
        });
        let started = self.0.start(owned);
        Completion::pending(async move { started.await.map_err(|error| hal_i2c::Error::kind(&error).into()) })
    }
}

impl wasm_embedded_host::delay::Delay for Waits {
    fn delay_ns(&mut self, ns: u64, _: &Interrupt) {
        self.0.advance_ns(ns);
    }

    fn start(&mut self, ns: u64, _: &Interrupt) -> Completion<()> {
        if ns == 0 { Completion::Ready(()) } else { Completion::pending(later()) }
    }
}

/// Runs a job natively.
pub(crate) fn run(until: Until, call: Call, rounds: u32, sim: &Sim, bus: &mut SimI2c) -> Result<u64, Failed> {
    let job = async {
        match (until, call) {
            (Until::Ready, Call::Spi(call)) => bench_guest::spi_waiting(call, rounds, &mut Now(SpiLoopback)).await,
            (Until::Ready, Call::I2c(call)) => bench_guest::i2c_waiting(call, rounds, &mut Now(I2cLoopback)).await,
            (_, Call::Spi(call)) => bench_guest::spi_waiting(call, rounds, &mut Later(SpiLoopback)).await,
            (Until::Pending, Call::I2c(call)) => bench_guest::i2c_waiting(call, rounds, &mut Later(I2cLoopback)).await,
            (Until::Simulated, Call::I2c(call)) => bench_guest::i2c_waiting(call, rounds, bus).await,
            (_, Call::Delay) => Ok(bench_guest::delay_waiting(until.delay_ns(), rounds, &mut Waits(sim.clone())).await),
        }
    };
    sim.block_on(job).ok_or_else(|| Failed::new("it waits for what never comes"))?
}

/// Both traits of embedded-hal-async for a kind of part.
macro_rules! implement {
    ($kind:ident) => {
        impl<P: hal_spi::ErrorType> hal_spi::ErrorType for $kind<P> {
            type Error = P::Error;
        }

        impl SpiDevice for $kind<SpiLoopback> {
            async fn transaction(&mut self, operations: &mut [hal_spi::Operation<'_, u8>]) -> Result<(), Infallible> {
                $kind::<()>::wait().await;
                self.0.transaction(operations)
            }
        }

        impl hal_i2c::ErrorType for $kind<I2cLoopback> {
            type Error = Infallible;
        }

        impl I2c for $kind<I2cLoopback> {
            async fn transaction(
                &mut self,
                address: u8,
                operations: &mut [hal_i2c::Operation<'_>],
            ) -> Result<(), Infallible> {
                $kind::<()>::wait().await;
                self.0.transaction(address, operations)
            }
        }
    };
}

implement!(Now);
implement!(Later);

impl Now<()> {
    async fn wait() {}
}

impl Later<()> {
    async fn wait() {
        later().await;
    }
}

impl delay::DelayNs for Waits {
    async fn delay_ns(&mut self, ns: u32) {
        match ns {
            0 => self.0.delay().delay_ns(0),
            _ => later().await,
        }
    }
}
