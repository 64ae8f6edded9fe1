//! Every test of a bus, run in every way in which a transaction can go over its wires.

use std::cell::{Cell, RefCell};
use std::fmt::Debug;
use std::ops::{Deref, DerefMut};

use embedded_hal::{i2c, spi};
use embedded_hal_async::{i2c as async_i2c, spi as async_spi};
use wasm_embedded_sim::fault::{NetFault, When};
use wasm_embedded_sim::{Fault, Level, Sim};

/// How a transaction is run: by a caller that waits for it or by a task, whether faults are armed that never strike, and whether who
/// watches takes runs of bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Way {
    asynchronous: bool,
    dormant_faults: bool,
    runs: bool,
}

const BLOCKING: Way = Way { asynchronous: false, dormant_faults: false, runs: false };

thread_local! {
    static WAY: Cell<Way> = const { Cell::new(BLOCKING) };
    /// Every event of every board that the test looked at, in text with its time.
    static TRANSCRIPT: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Runs a test blocking, asynchronously, with faults armed that never strike, and watched by who takes runs: the traces are the same, byte
/// for byte.
pub(crate) fn in_every_way(test: impl Fn()) {
    let run = |way| {
        WAY.set(way);
        test();
        WAY.set(BLOCKING);
        TRANSCRIPT.take()
    };
    let blocking = run(BLOCKING);
    for bits in 1..8 {
        let way = Way { asynchronous: bits & 1 != 0, dormant_faults: bits & 2 != 0, runs: bits & 4 != 0 };
        assert_eq!(run(way), blocking, "{way:?}");
    }
}

/// Returns whether who watches takes runs of bytes.
pub(super) fn takes_runs() -> bool {
    WAY.get().runs
}

/// Notes an event of a board.
pub(super) fn note(line: &str) {
    TRANSCRIPT.with_borrow_mut(|transcript| transcript.push(line.to_owned()));
}

/// Makes a board; in some ways faults are armed on it that never strike.
pub(crate) fn board() -> Sim {
    super::limit::end_within_a_minute();
    let sim = Sim::new();
    if WAY.get().dormant_faults {
        sim.inject(Fault::Oversleep { factor: 9 }, When::always().after(u64::MAX));
        let net = sim.net("SPARE");
        let when = When { from_ns: 900_000_000_000, ..When::always() };
        sim.inject(Fault::Net { net, fault: NetFault::Stuck(Level::Low) }, when);
    }
    sim
}

/// A controller whose blocking calls are run in the way of the test.
#[derive(Debug)]
pub(crate) struct InWay<C> {
    sim: Sim,
    controller: C,
}

/// Has the blocking calls of a controller run in the way of the test.
pub(crate) fn in_way<C>(sim: &Sim, controller: C) -> InWay<C> {
    InWay { sim: sim.clone(), controller }
}

impl<C> Deref for InWay<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.controller
    }
}

impl<C> DerefMut for InWay<C> {
    fn deref_mut(&mut self) -> &mut C {
        &mut self.controller
    }
}

impl<C: i2c::ErrorType> i2c::ErrorType for InWay<C> {
    type Error = C::Error;
}

impl<A, C> i2c::I2c<A> for InWay<C>
where
    A: i2c::AddressMode + Copy,
    C: i2c::I2c<A> + async_i2c::I2c<A>,
{
    fn transaction(&mut self, address: A, operations: &mut [i2c::Operation<'_>]) -> Result<(), C::Error> {
        match WAY.get().asynchronous {
            false => i2c::I2c::transaction(&mut self.controller, address, operations),
            true => {
                let transaction = async_i2c::I2c::transaction(&mut self.controller, address, operations);
                self.sim.block_on(transaction).expect("the transaction ends")
            }
        }
    }
}

impl<C: spi::ErrorType> spi::ErrorType for InWay<C> {
    type Error = C::Error;
}

impl<C: spi::SpiDevice + async_spi::SpiDevice> spi::SpiDevice for InWay<C> {
    fn transaction(&mut self, operations: &mut [spi::Operation<'_, u8>]) -> Result<(), C::Error> {
        match WAY.get().asynchronous {
            false => spi::SpiDevice::transaction(&mut self.controller, operations),
            true => {
                let transaction = async_spi::SpiDevice::transaction(&mut self.controller, operations);
                self.sim.block_on(transaction).expect("the transaction ends")
            }
        }
    }
}

impl<C: spi::SpiBus + async_spi::SpiBus> spi::SpiBus for InWay<C> {
    fn read(&mut self, words: &mut [u8]) -> Result<(), C::Error> {
        match WAY.get().asynchronous {
            false => spi::SpiBus::read(&mut self.controller, words),
            true => self.sim.block_on(async_spi::SpiBus::read(&mut self.controller, words)).expect("an end"),
        }
    }

    fn write(&mut self, words: &[u8]) -> Result<(), C::Error> {
        match WAY.get().asynchronous {
            false => spi::SpiBus::write(&mut self.controller, words),
            true => self.sim.block_on(async_spi::SpiBus::write(&mut self.controller, words)).expect("an end"),
        }
    }

    fn transfer(&mut self, read: &mut [u8], write: &[u8]) -> Result<(), C::Error> {
        match WAY.get().asynchronous {
            false => spi::SpiBus::transfer(&mut self.controller, read, write),
            true => self.sim.block_on(async_spi::SpiBus::transfer(&mut self.controller, read, write)).expect("an end"),
        }
    }

    fn transfer_in_place(&mut self, words: &mut [u8]) -> Result<(), C::Error> {
        match WAY.get().asynchronous {
            false => spi::SpiBus::transfer_in_place(&mut self.controller, words),
            true => {
                self.sim.block_on(async_spi::SpiBus::transfer_in_place(&mut self.controller, words)).expect("an end")
            }
        }
    }

    fn flush(&mut self) -> Result<(), C::Error> {
        match WAY.get().asynchronous {
            false => spi::SpiBus::flush(&mut self.controller),
            true => self.sim.block_on(async_spi::SpiBus::flush(&mut self.controller)).expect("an end"),
        }
    }
}
