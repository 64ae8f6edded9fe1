//! What becomes of an I2C transaction.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::{BUS_CLEAR_CLOCKS, I2cFailure, I2cFault, STRETCH_LIMIT_NS};
use crate::board_state::BoardState;
use crate::fault::{Armed, Fault};
use crate::i2c::bus::Line;
use crate::i2c::{Ack, Address, Direction, I2cError};
use crate::part::PartId;
use crate::trace::{I2cEvent, I2cLine};

/// The address that a target sees after a START of noise: the released line.
const RELEASED: Address = Address::SevenBit(0x7f);

/// What becomes of a transaction: nothing out of the ordinary, unless faults struck it.
#[derive(Debug, Default)]
pub(crate) struct Plan(Option<Box<Struck>>);

/// The faults of a transaction, and how far it is.
#[derive(Debug, Default)]
struct Struck {
    /// Whether they act on what the controller does.
    active: bool,
    faults: Vec<I2cFault>,
    /// The parts that lose their supply, with the byte.
    brown_outs: Vec<(usize, u32)>,
    /// How many bytes went over the wires, and of data how many each way.
    bytes: u32,
    written: u32,
    read: u32,
    /// Whether what happens before the next byte has been found.
    byte_struck: bool,
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
    /// Returns the faults that struck, if any did.
    #[inline]
    fn struck(&self) -> Option<&Struck> {
        if cfg!(feature = "faults") { self.0.as_deref() } else { None }
    }

    #[inline]
    fn struck_mut(&mut self) -> Option<&mut Struck> {
        if cfg!(feature = "faults") { self.0.as_deref_mut() } else { None }
    }

    /// Returns the faults that act on what the controller does.
    #[inline]
    fn active(&mut self) -> Option<&mut Struck> {
        self.struck_mut().filter(|struck| struck.active)
    }

    fn faults(&self) -> &[I2cFault] {
        self.struck().filter(|struck| struck.active).map_or(&[], |struck| &struck.faults)
    }

    /// Returns whether a fault struck this transaction.
    #[inline]
    pub(crate) fn is_active(&self) -> bool {
        self.struck().is_some()
    }

    /// Returns whether the faults do something on the wires before the controller goes on.
    #[inline]
    pub(crate) fn has_deeds(&self) -> bool {
        self.struck().is_some_and(|struck| !struck.deeds.is_empty())
    }

    /// Has the faults that struck act on what the controller does from now on.
    #[inline]
    pub(crate) fn begin(&mut self) {
        if let Some(struck) = self.struck_mut() {
            struck.active = true;
        }
    }

    /// Returns whether a STOP that was not the controller's ended the transaction.
    #[inline]
    pub(crate) fn has_stopped(&self) -> bool {
        self.struck().is_some_and(|struck| struck.stopped)
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
    pub(crate) fn heard(&mut self, byte: u8) -> u8 {
        let Some(struck) = self.active() else { return byte };
        struck.faults.iter().fold(byte, |byte, fault| match fault {
            I2cFault::FlipWrite(flip) => flip.seen(struck.written, byte),
            _ => byte,
        })
    }

    /// Returns the acknowledge bit of a byte that is written, and what the controller makes of it.
    pub(crate) fn acknowledged(&mut self, ack: Ack) -> (Ack, Ack) {
        let Some(struck) = self.active() else { return (ack, ack) };
        let index = struck.written;
        struck.written = index.saturating_add(1);
        struck.faults.iter().fold((ack, ack), |(wire, seen), fault| match fault {
            I2cFault::NackData { written } if *written == index => (Ack::Nack, Ack::Nack),
            I2cFault::IgnoredNack => (wire, Ack::Ack),
            I2cFault::Duplicate { .. } | I2cFault::ReadAs { .. } => (Ack::Ack, Ack::Ack),
            _ => (wire, seen),
        })
    }

    /// Returns a byte as the controller reads it.
    pub(crate) fn seen(&mut self, byte: u8) -> u8 {
        let Some(struck) = self.active() else { return byte };
        let index = struck.read;
        struck.read = index.saturating_add(1);
        struck.faults.iter().fold(byte, |byte, fault| match fault {
            I2cFault::FlipRead(flip) => flip.seen(index, byte),
            I2cFault::ReadAs { value } => *value,
            I2cFault::Duplicate { value } => byte & value,
            _ => byte,
        })
    }

    /// Returns whether the controller reads no further.
    #[inline]
    pub(crate) fn ends_read(&mut self) -> bool {
        self.active().is_some_and(|struck| {
            let at = struck.read;
            struck.faults.iter().any(|fault| matches!(fault, I2cFault::ShortRead { read } if *read == at))
        })
    }

    /// Finds what happens before a byte, addresses included: it is the next deeds. Returns whether it had yet to be found.
    #[inline]
    pub(crate) fn strikes_byte(&mut self, board_state: &mut BoardState) -> bool {
        self.active().is_some_and(|struck| struck.strikes_byte(board_state))
    }

    /// Does the next deed of the faults, and returns how long it takes.
    ///
    /// # Errors
    ///
    /// The controller fails.
    pub(crate) fn act(&mut self, board_state: &mut BoardState, line: Line) -> Result<u64, I2cError> {
        self.struck_mut().map_or(Ok(0), |struck| struck.act(board_state, line))
    }
}

impl BoardState {
    /// Finds the faults that strike a transaction. What they do before its START is the next deeds, and then the plan begins.
    #[inline]
    pub(crate) fn i2c_plan(&mut self, line: Line, address: Address) -> Plan {
        if self.circuit.faults.none() { Plan::default() } else { Plan(self.i2c_strike(line, address)) }
    }

    #[cold]
    fn i2c_strike(&mut self, line: Line, address: Address) -> Option<Box<Struck>> {
        let parts = self.i2c.get(line.id.0).map(|bus| bus.parts.clone()).unwrap_or_default();
        let is_on = |part: PartId, targets: crate::fault::Targets| parts.contains(&part.0) && targets.contains(address);
        let mut plan = Struck { brown_outs: self.strike_parts(is_on), ..Struck::default() };
        for index in 0..self.circuit.faults.armed.len() {
            let Some(Armed { fault: Fault::I2c { bus, targets, fault }, .. }) = self.circuit.faults.get(index) else {
                continue;
            };
            if *bus == line.id && targets.contains(address) {
                let fault = fault.clone();
                if self.circuit.faults.strike(index, self.circuit.now_ns) {
                    let event = self.circuit.faults.event(index);
                    self.circuit.trace(event);
                    plan.before(line, &fault);
                    plan.faults.push(fault);
                }
            }
        }
        (!plan.faults.is_empty() || !plan.brown_outs.is_empty()).then(|| Box::new(plan))
    }
}

impl Struck {
    #[cold]
    fn strikes_byte(&mut self, board_state: &mut BoardState) -> bool {
        self.byte_struck = !self.byte_struck;
        if self.byte_struck {
            let at = self.bytes;
            self.bytes = at.saturating_add(1);
            for (part, _) in self.brown_outs.iter().filter(|(_, byte)| *byte == at) {
                board_state.brown_out(*part);
            }
            self.within(at);
        }
        self.byte_struck
    }

    #[cold]
    fn act(&mut self, board_state: &mut BoardState, line: Line) -> Result<u64, I2cError> {
        let Some(deed) = self.deeds.pop_front() else { return Ok(0) };
        let event = match deed {
            Deed::Event(event) => {
                board_state.circuit.trace(line.event(event));
                event
            }
            Deed::Address(address, direction) => {
                let ack = board_state.i2c_address(line.id, address, direction);
                self.foreign(ack);
                let event = I2cEvent::Address { address, direction, ack };
                board_state.circuit.trace(line.event(event));
                event
            }
            Deed::Byte(byte) => {
                let ack = board_state.i2c_write(line.id, byte);
                self.foreign(ack);
                board_state.circuit.trace(line.event(I2cEvent::Byte { byte, direction: Direction::Write, ack }));
                return Ok(line.byte_ns());
            }
            Deed::Stop => {
                board_state.i2c_stop(line);
                board_state.i2c_disengage(line.id);
                self.stopped = self.active;
                I2cEvent::Stop
            }
            Deed::Fail(error) => {
                self.deeds.clear();
                return Err(error);
            }
        };
        Ok(match event {
            // SDA is seen low for one bit before the first clock; the clocks are events of their own.
            I2cEvent::Hold { line: I2cLine::Sda, .. } => line.bit_ns,
            event => event.duration_ns(line.bit_ns),
        })
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
