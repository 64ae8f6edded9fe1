//! The bench's parts on simulated wires.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use embedded_hal::spi::Mode;
use wasm_embedded_sim::{Ack, Address, Board, Direction, I2cTarget, Part, SpiTarget, UartPeer};

use crate::bench::{I2cPart, SpiPart};
use crate::case::{Millis, Peer};

/// A target on an I2C bus.
#[derive(Debug)]
pub struct OnI2c(pub I2cPart);

/// A part behind a select line, in its mode.
#[derive(Debug)]
pub struct OnSpi(pub SpiPart, pub Mode);

impl Part for OnI2c {
    fn i2c(&mut self) -> Option<&mut dyn I2cTarget> {
        Some(self)
    }
}

fn ack(acknowledged: bool) -> Ack {
    if acknowledged { Ack::Ack } else { Ack::Nack }
}

impl I2cTarget for OnI2c {
    fn start(&mut self, address: Address, _direction: Direction, _board: &mut dyn Board) -> Ack {
        ack(match address {
            Address::SevenBit(address) => self.0.start(address.into(), false),
            Address::TenBit(address) => self.0.start(address, true),
        })
    }

    fn write(&mut self, byte: u8, _board: &mut dyn Board) -> Ack {
        ack(self.0.write(byte))
    }

    fn read(&mut self, _board: &mut dyn Board) -> u8 {
        self.0.read()
    }

    fn stop(&mut self, _board: &mut dyn Board) {}
}

impl Part for OnSpi {
    fn spi(&mut self) -> Option<&mut dyn SpiTarget> {
        Some(self)
    }
}

impl SpiTarget for OnSpi {
    fn accepts(&self, mode: Mode) -> bool {
        mode == self.1
    }

    fn select(&mut self, _board: &mut dyn Board) {
        self.0.select();
    }

    fn transfer(&mut self, mosi: u8, _board: &mut dyn Board) -> u8 {
        self.0.exchange(mosi)
    }

    fn deselect(&mut self, _board: &mut dyn Board) {}
}

/// When the guest began, in nanoseconds of the simulation's time: what the other end of a serial port does is told from then on.
#[derive(Clone, Debug)]
pub struct Begin(Arc<AtomicU64>);

/// The other end of a serial port.
#[derive(Debug)]
pub struct OnUart {
    begin: Begin,
    /// What is still to be done.
    plan: VecDeque<(Millis, Peer)>,
    sending: VecDeque<u8>,
    is_gone: bool,
}

const NS_PER_MS: u64 = 1_000_000;

impl Begin {
    /// The guest begins with the simulation's time.
    #[must_use]
    pub fn at_once() -> Begin {
        Begin(Arc::new(AtomicU64::new(0)))
    }

    /// The guest begins when [`Begin::now`] says so: a board starts first.
    #[must_use]
    pub fn later() -> Begin {
        Begin(Arc::new(AtomicU64::new(u64::MAX)))
    }

    /// Tells that the guest begins, unless that was told.
    pub fn now(&self, now_ns: u64) {
        self.0.fetch_min(now_ns, Ordering::Relaxed);
    }

    fn ns(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|at_ns| *at_ns != u64::MAX)
    }
}

impl OnUart {
    /// Creates the other end, which does what a case plans.
    #[must_use]
    pub fn new(plan: &[(Millis, Peer)], begin: &Begin) -> OnUart {
        let plan = plan.iter().copied().collect();
        OnUart { begin: begin.clone(), plan, sending: VecDeque::new(), is_gone: false }
    }

    /// Does what is due, and asks to be woken for what comes next.
    fn go_on(&mut self, board: &mut dyn Board) {
        while let Some((at_ms, peer)) = self.plan.front().copied() {
            let Some(begin_ns) = self.begin.ns() else {
                board.wake_at(board.now_ns() + NS_PER_MS);
                break;
            };
            let at_ns = begin_ns + at_ms * NS_PER_MS;
            if at_ns > board.now_ns() {
                board.wake_at(at_ns);
                break;
            }
            self.plan.pop_front();
            match peer {
                Peer::Sends(bytes) => self.sending.extend(bytes),
                Peer::Returns => self.is_gone = false,
                _ => self.is_gone = true,
            }
        }
    }
}

impl Part for OnUart {
    fn uart(&mut self) -> Option<&mut dyn UartPeer> {
        Some(self)
    }

    fn power_on(&mut self, board: &mut dyn Board) {
        self.go_on(board);
    }

    fn wake(&mut self, board: &mut dyn Board) {
        self.go_on(board);
    }
}

impl UartPeer for OnUart {
    fn receive(&mut self, _byte: u8, _board: &mut dyn Board) {}

    fn transmit(&mut self, _board: &mut dyn Board) -> Option<u8> {
        self.sending.pop_front()
    }

    fn is_gone(&self) -> bool {
        self.is_gone
    }
}
