//! What becomes of the I2C transaction under way.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

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
    /// What the faults still do on the wires before the controller goes on.
    deeds: VecDeque<Deed>,
}

/// One thing that a fault does on the wires. Time may pass after each, so that the rest of the board goes on meanwhile.
#[derive(Clone, Copy, Debug)]
enum Deed {
    /// The lines change, which no target takes for anything.
    Event(I2cEvent),
    /// The targets hear an address that the controller did not send.
    Address(Address, Direction),
    /// The targets hear a byte that another controller writes, unless what came before it was not acknowledged.
    Byte(u8),
    /// The targets hear a STOP that the controller did not send.
    Stop,
    /// The controller fails.
    Fail(I2cError),
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
            self.deeds.clear();
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
    ///
    /// # Errors
    ///
    /// The transaction fails without a START.
    #[inline]
    pub(crate) fn i2c_plan(&mut self, line: Line, address: Address) -> Result<(), I2cError> {
        if self.env.faults.none() { Ok(()) } else { self.i2c_strike_all(line, address) }
    }

    #[cold]
    fn i2c_strike_all(&mut self, line: Line, address: Address) -> Result<(), I2cError> {
        self.i2c_strike(line, address);
        self.i2c_do_deeds(line)?;
        self.env.faults.i2c.begin();
        Ok(())
    }

    /// Finds the faults that strike a transaction. What they do before its START is the next deeds, and then the plan begins.
    #[cold]
    pub(crate) fn i2c_strike(&mut self, line: Line, address: Address) {
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
        let plan = &mut self.env.faults.i2c;
        struck.iter().for_each(|fault| plan.before(line, fault));
        (plan.faults, plan.brown_outs) = (struck, brown_outs);
    }

    /// Does what happens before a byte, addresses included.
    ///
    /// # Errors
    ///
    /// The controller fails.
    #[inline]
    pub(crate) fn i2c_before_byte(&mut self, line: Line) -> Result<(), I2cError> {
        if !self.env.faults.i2c.is_active() {
            return Ok(());
        }
        self.i2c_byte_struck();
        self.i2c_do_deeds(line)
    }

    /// Finds what happens before a byte, addresses included: it is the next deeds.
    #[cold]
    pub(crate) fn i2c_byte_struck(&mut self) {
        let plan = &mut self.env.faults.i2c;
        let at = plan.bytes;
        plan.bytes = at.saturating_add(1);
        let lost: Vec<usize> = plan.brown_outs.iter().filter(|(_, byte)| *byte == at).map(|(part, _)| *part).collect();
        lost.into_iter().for_each(|part| self.brown_out(part));
        self.env.faults.i2c.within(at);
    }

    /// Does all deeds, and lets their time pass.
    #[cold]
    fn i2c_do_deeds(&mut self, line: Line) -> Result<(), I2cError> {
        while let Some(ns) = self.i2c_deed(line)? {
            self.advance(ns);
        }
        Ok(())
    }

    /// Does the next deed of the faults, and returns how long it takes, or nothing if there is none left.
    ///
    /// # Errors
    ///
    /// The controller fails.
    #[cold]
    pub(crate) fn i2c_deed(&mut self, line: Line) -> Result<Option<u64>, I2cError> {
        let Some(deed) = self.env.faults.i2c.deeds.pop_front() else { return Ok(None) };
        let event = match deed {
            Deed::Event(event) => {
                self.env.trace(line.event(event));
                event
            }
            Deed::Address(address, direction) => {
                let ack = self.i2c_address(line.id, address, direction);
                self.env.faults.i2c.foreign(ack);
                let event = I2cEvent::Address { address, direction, ack };
                self.env.trace(line.event(event));
                event
            }
            Deed::Byte(byte) => {
                let ack = self.i2c_put(line, byte);
                self.env.faults.i2c.foreign(ack);
                return Ok(Some(line.byte_ns()));
            }
            Deed::Stop => {
                self.i2c_end(line);
                self.i2c_disengage(line.id);
                self.env.faults.i2c.stopped = self.env.faults.i2c.active;
                I2cEvent::Stop
            }
            Deed::Fail(error) => {
                self.env.faults.i2c.deeds.clear();
                return Err(error);
            }
        };
        Ok(Some(match event {
            // SDA is seen low for one bit before the first clock; the clocks are events of their own.
            I2cEvent::Hold { line: I2cLine::Sda, .. } => line.bit_ns,
            event => event.duration_ns(line.bit_ns),
        }))
    }
}

impl Plan {
    /// Has the faults that struck act on what the controller does from now on.
    pub(crate) fn begin(&mut self) {
        self.active = !self.faults.is_empty() || !self.brown_outs.is_empty();
    }

    /// Notes whether what another controller sent was acknowledged: if not, it writes no more.
    fn foreign(&mut self, ack: Ack) {
        while ack == Ack::Nack && matches!(self.deeds.front(), Some(Deed::Byte(_))) {
            self.deeds.pop_front();
        }
    }

    fn events(&mut self, events: impl IntoIterator<Item = I2cEvent>) {
        self.deeds.extend(events.into_iter().map(Deed::Event));
    }

    /// Adds what a fault does on the idle bus.
    fn before(&mut self, line: Line, fault: &I2cFault) {
        match fault {
            I2cFault::SdaStuck { clocks } => {
                let sent = clocks.map_or(BUS_CLEAR_CLOCKS, |clocks| clocks.min(BUS_CLEAR_CLOCKS));
                let ns = line.bit_ns.saturating_mul(u64::from(sent).saturating_add(1));
                self.events([I2cEvent::Hold { line: I2cLine::Sda, ns }]);
                self.events((0..sent).map(|_| I2cEvent::Clock));
                self.deeds.push_back(match clocks {
                    Some(clocks) if *clocks <= BUS_CLEAR_CLOCKS => Deed::Event(I2cEvent::Stop),
                    _ => Deed::Fail(I2cError::Bus),
                });
            }
            I2cFault::SclStuck => {
                self.events([I2cEvent::Hold { line: I2cLine::Scl, ns: STRETCH_LIMIT_NS }]);
                self.deeds.push_back(Deed::Fail(I2cError::Timeout));
            }
            I2cFault::OtherController { address, bytes } => {
                self.events([I2cEvent::Start]);
                self.deeds.push_back(Deed::Address(*address, Direction::Write));
                self.deeds.extend(bytes.iter().copied().map(Deed::Byte));
                self.deeds.push_back(Deed::Stop);
            }
            _ => {}
        }
    }

    /// Adds what the faults do before byte `at`.
    fn within(&mut self, at: u32) {
        for fault in &self.faults {
            match fault {
                I2cFault::Stretch { byte, ns } if byte.is_none_or(|byte| byte == at) => {
                    let held_ns = (*ns).min(STRETCH_LIMIT_NS);
                    self.deeds.push_back(Deed::Event(I2cEvent::Hold { line: I2cLine::Scl, ns: held_ns }));
                    if *ns > STRETCH_LIMIT_NS {
                        self.deeds.push_back(Deed::Fail(I2cError::Timeout));
                    }
                }
                I2cFault::ArbitrationLoss { byte } if *byte == at => {
                    self.deeds.push_back(Deed::Event(I2cEvent::ArbitrationLost));
                    self.deeds.push_back(Deed::Fail(I2cError::ArbitrationLoss));
                }
                I2cFault::SpuriousStart { byte } if *byte == at => {
                    self.deeds.push_back(Deed::Event(I2cEvent::RepeatedStart));
                    self.deeds.push_back(Deed::Address(RELEASED, Direction::Read));
                    self.deeds.push_back(Deed::Fail(I2cError::Bus));
                }
                I2cFault::SpuriousStop { byte } if *byte == at => {
                    self.deeds.push_back(Deed::Stop);
                    self.deeds.push_back(Deed::Fail(I2cError::Bus));
                }
                I2cFault::Fail { byte, error } if *byte == at => self.deeds.push_back(Deed::Fail(match error {
                    I2cFailure::Bus => I2cError::Bus,
                    I2cFailure::Overrun => I2cError::Overrun,
                    I2cFailure::Other => I2cError::Failed,
                })),
                _ => {}
            }
        }
    }
}
