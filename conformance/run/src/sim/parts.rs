//! The bench's parts on simulated wires.

use std::collections::VecDeque;

use embedded_hal::spi::Mode;
use wasm_embedded_conformance::bench::{I2cPart, SpiPart};
use wasm_embedded_conformance::{Millis, Peer};
use wasm_embedded_sim::{Ack, Address, Board, Direction, I2cTarget, Part, SpiTarget, UartPeer};

/// A target on an I2C bus.
pub(super) struct OnI2c(pub(super) I2cPart);

/// A part behind a select line, in its mode.
pub(super) struct OnSpi(pub(super) SpiPart, pub(super) Mode);

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

/// The other end of a serial port.
pub(super) struct OnUart {
    /// What is still to be done.
    plan: VecDeque<(Millis, Peer)>,
    sending: VecDeque<u8>,
    is_gone: bool,
}

impl OnUart {
    pub(super) fn new(plan: &[(Millis, Peer)]) -> OnUart {
        OnUart { plan: plan.iter().copied().collect(), sending: VecDeque::new(), is_gone: false }
    }

    /// Does what is due, and asks to be woken for what comes next.
    fn go_on(&mut self, board: &mut dyn Board) {
        while let Some((at_ms, peer)) = self.plan.front().copied() {
            let at_ns = at_ms * 1_000_000;
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
