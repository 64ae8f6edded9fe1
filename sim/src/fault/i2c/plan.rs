//! What becomes of the I2C transaction under way.

use alloc::vec::Vec;

use embedded_hal::i2c::Operation;

use super::{BUS_CLEAR_CLOCKS, I2cFailure, I2cFault, STRETCH_LIMIT_NS};
use crate::fault::{Armed, Fault};
use crate::i2c::bus::Line;
use crate::i2c::{Ack, Address, Direction, I2cError};
use crate::part::PartId;
use crate::trace::{I2cEvent, I2cLine};
use crate::world::World;

/// The address that a target sees after a START of noise: the released line.
const RELEASED: Address = Address::SevenBit(0x7f);

/// The faults of the transaction under way, and how far it is.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    active: bool,
    faults: Vec<I2cFault>,
    /// The parts that lose their supply, with the byte.
    brown_outs: Vec<(usize, u32)>,
    /// How many bytes went over the wires, and of data how many each way.
    bytes: u32,
    written: u32,
    read: u32,
    /// A STOP that was not the controller's ended the transaction.
    stopped: bool,
}

/// What the wires and the controller make of the acknowledge bit of an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Seen {
    /// What the targets do.
    Answer,
    /// Nobody hears the address.
    Nobody,
    /// Nobody hears the address, and the controller takes it for acknowledged.
    Ignored,
    /// Something besides the targets acknowledges.
    Acknowledged,
}

impl Plan {
    /// Returns whether a fault struck this transaction.
    #[inline]
    pub(crate) fn is_active(&self) -> bool {
        cfg!(feature = "faults") && self.active
    }

    /// Returns the faults that struck this transaction.
    #[inline]
    fn faults(&self) -> &[I2cFault] {
        if self.is_active() { &self.faults } else { &[] }
    }

    /// Returns whether the transaction has ended already, and forgets it.
    pub(crate) fn end(&mut self) -> bool {
        let stopped = self.stopped;
        if self.is_active() {
            self.faults.clear();
            self.brown_outs.clear();
            (self.active, self.stopped) = (false, false);
            (self.bytes, self.written, self.read) = (0, 0, 0);
        }
        stopped
    }

    /// Returns what becomes of an address.
    pub(crate) fn address(&self, repeated: bool) -> Seen {
        let seen = self.faults().iter().find_map(|fault| match fault {
            I2cFault::NackAddress if !repeated => Some(Seen::Nobody),
            I2cFault::NackRepeatedStart if repeated => Some(Seen::Nobody),
            I2cFault::IgnoredNack => Some(Seen::Ignored),
            I2cFault::Duplicate { .. } | I2cFault::ReadAs { .. } => Some(Seen::Acknowledged),
            _ => None,
        });
        seen.unwrap_or(Seen::Answer)
    }

    /// Returns a byte as the targets hear it.
    pub(crate) fn heard(&self, byte: u8) -> u8 {
        self.faults().iter().fold(byte, |byte, fault| match fault {
            I2cFault::FlipWrite(flip) => flip.seen(self.written, byte),
            _ => byte,
        })
    }

    /// Returns the acknowledge bit of a byte that is written, and what the controller makes of it.
    pub(crate) fn acknowledged(&mut self, ack: Ack) -> (Ack, Ack) {
        if !self.is_active() {
            return (ack, ack);
        }
        let index = self.written;
        self.written = index.saturating_add(1);
        self.faults().iter().fold((ack, ack), |(wire, seen), fault| match fault {
            I2cFault::NackData { written } if *written == index => (Ack::Nack, Ack::Nack),
            I2cFault::IgnoredNack => (wire, Ack::Ack),
            I2cFault::Duplicate { .. } | I2cFault::ReadAs { .. } => (Ack::Ack, Ack::Ack),
            _ => (wire, seen),
        })
    }

    /// Returns a byte as the controller reads it.
    pub(crate) fn seen(&mut self, byte: u8) -> u8 {
        if !self.is_active() {
            return byte;
        }
        let index = self.read;
        self.read = index.saturating_add(1);
        self.faults().iter().fold(byte, |byte, fault| match fault {
            I2cFault::FlipRead(flip) => flip.seen(index, byte),
            I2cFault::ReadAs { value } => *value,
            I2cFault::Duplicate { value } => byte & value,
            _ => byte,
        })
    }

    /// Fails if the controller reads no further.
    pub(crate) fn before_read(&self) -> Result<(), I2cError> {
        let short = |fault: &I2cFault| matches!(fault, I2cFault::ShortRead { read } if *read == self.read);
        if self.faults().iter().any(short) { Err(I2cError::Bus) } else { Ok(()) }
    }
}

impl World {
    /// Finds the faults that strike a transaction, and does what happens before its START.
    #[inline]
    pub(crate) fn i2c_plan(&mut self, line: Line, address: Address) -> Result<(), I2cError> {
        if self.env.faults.none() { Ok(()) } else { self.i2c_strike(line, address) }
    }

    #[cold]
    fn i2c_strike(&mut self, line: Line, address: Address) -> Result<(), I2cError> {
        let parts = self.i2c.get(line.id.0).map(|bus| bus.parts.clone()).unwrap_or_default();
        let is_on = |part: PartId, targets: crate::fault::Targets| parts.contains(&part.0) && targets.contains(address);
        let brown_outs = self.strike_parts(is_on);
        let mut struck = Vec::new();
        for index in 0..self.env.faults.armed.len() {
            let Some(Armed { fault: Fault::I2c { bus, targets, fault }, .. }) = self.env.faults.get(index) else {
                continue;
            };
            if *bus == line.id && targets.contains(address) {
                let fault = fault.clone();
                if self.env.faults.strike(index, self.env.now_ns) {
                    let event = self.env.faults.event(index);
                    self.env.trace(event);
                    struck.push(fault);
                }
            }
        }
        let before = struck.iter().try_for_each(|fault| self.i2c_before(line, fault));
        let plan = &mut self.env.faults.i2c;
        plan.active = !struck.is_empty() || !brown_outs.is_empty();
        (plan.faults, plan.brown_outs) = (struck, brown_outs);
        before.inspect_err(|_| {
            self.env.faults.i2c.end();
        })
    }

    /// Does what happens on the idle bus.
    fn i2c_before(&mut self, line: Line, fault: &I2cFault) -> Result<(), I2cError> {
        match fault {
            I2cFault::SdaStuck { clocks } => {
                let sent = clocks.map_or(BUS_CLEAR_CLOCKS, |clocks| clocks.min(BUS_CLEAR_CLOCKS));
                let ns = line.bit_ns.saturating_mul(u64::from(sent).saturating_add(1));
                self.env.trace(line.event(I2cEvent::Hold { line: I2cLine::Sda, ns }));
                self.advance(line.bit_ns);
                for _ in 0..sent {
                    self.i2c_event(line, I2cEvent::Clock);
                }
                if clocks.is_none_or(|clocks| clocks > BUS_CLEAR_CLOCKS) {
                    return Err(I2cError::Bus);
                }
                self.i2c_event(line, I2cEvent::Stop);
            }
            I2cFault::SclStuck => {
                self.i2c_event(line, I2cEvent::Hold { line: I2cLine::Scl, ns: STRETCH_LIMIT_NS });
                return Err(I2cError::Timeout);
            }
            I2cFault::OtherController { address, bytes } => {
                // How its transaction ends is the other controller's business.
                let _ = self.i2c_groups(line, *address, &mut [Operation::Write(bytes)]);
                self.i2c_stop(line);
                self.i2c_disengage(line.id);
            }
            _ => {}
        }
        Ok(())
    }

    /// Does what happens before a byte, addresses included.
    #[inline]
    pub(crate) fn i2c_before_byte(&mut self, line: Line) -> Result<(), I2cError> {
        if self.env.faults.i2c.is_active() { self.i2c_byte_struck(line) } else { Ok(()) }
    }

    #[cold]
    fn i2c_byte_struck(&mut self, line: Line) -> Result<(), I2cError> {
        let plan = &mut self.env.faults.i2c;
        let at = plan.bytes;
        plan.bytes = at.saturating_add(1);
        let lost: Vec<usize> = plan.brown_outs.iter().filter(|(_, byte)| *byte == at).map(|(part, _)| *part).collect();
        let faults = plan.faults.clone();
        lost.into_iter().for_each(|part| self.brown_out(part));
        faults.iter().try_for_each(|fault| self.i2c_within(line, fault, at))
    }

    /// Does what a fault does before byte `at`.
    fn i2c_within(&mut self, line: Line, fault: &I2cFault, at: u32) -> Result<(), I2cError> {
        match fault {
            I2cFault::Stretch { byte, ns } if byte.is_none_or(|byte| byte == at) => {
                self.i2c_event(line, I2cEvent::Hold { line: I2cLine::Scl, ns: (*ns).min(STRETCH_LIMIT_NS) });
                if *ns > STRETCH_LIMIT_NS { Err(I2cError::Timeout) } else { Ok(()) }
            }
            I2cFault::ArbitrationLoss { byte } if *byte == at => {
                self.i2c_event(line, I2cEvent::ArbitrationLost);
                Err(I2cError::ArbitrationLoss)
            }
            I2cFault::SpuriousStart { byte } if *byte == at => {
                self.i2c_event(line, I2cEvent::RepeatedStart);
                let (address, direction) = (RELEASED, Direction::Read);
                let ack = self.i2c_address(line.id, address, direction);
                self.i2c_event(line, I2cEvent::Address { address, direction, ack });
                Err(I2cError::Bus)
            }
            I2cFault::SpuriousStop { byte } if *byte == at => {
                self.i2c_stop(line);
                self.env.faults.i2c.stopped = true;
                Err(I2cError::Bus)
            }
            I2cFault::Fail { byte, error } if *byte == at => Err(match error {
                I2cFailure::Bus => I2cError::Bus,
                I2cFailure::Overrun => I2cError::Overrun,
                I2cFailure::Other => I2cError::Failed,
            }),
            _ => Ok(()),
        }
    }

    /// Traces an event and lets its time pass.
    fn i2c_event(&mut self, line: Line, event: I2cEvent) {
        self.env.trace(line.event(event));
        self.advance(event.duration_ns(line.bit_ns));
    }
}
