//! The wires of a bus, and the parts on it.

use alloc::vec::Vec;
use core::ops::RangeInclusive;

use super::{Ack, Address, Direction, I2cBusId, I2cError, I2cTarget};
use crate::board_state::BoardState;
use crate::circuit::PartView;
use crate::part::Board;
use crate::trace::{EventKind, I2cEvent};
use crate::turns::Turns;

const NS_PER_S: u64 = 1_000_000_000;

/// The bits of a byte and its acknowledge.
const BYTE_BITS: u64 = 9;

/// What a bus carries when nothing pulls it low.
const IDLE: u8 = 0xff;

/// Returns the length of a bit, rounded up.
pub(crate) fn bit_ns(frequency_hz: u32) -> u64 {
    NS_PER_S.div_ceil(u64::from(frequency_hz.max(1)))
}

/// How many addresses of seven bits there are, and the index of one that no part names.
const SEVEN_BIT: usize = 0x80;
const NOBODY: u8 = u8::MAX;

/// A part that acknowledged an address of the transaction, and so is told of its end.
struct Engaged {
    part: usize,
    /// Whether it acknowledged the last address, and so takes part in the bytes.
    listening: bool,
}

pub(crate) struct I2cBus {
    pub(crate) parts: Vec<usize>,
    /// The parts that may acknowledge an address, for each address of seven bits that has some.
    named: Vec<Vec<usize>>,
    /// The index in `named` of an address, and one for those that nobody names.
    index: [u8; SEVEN_BIT],
    /// The parts that may acknowledge any.
    unnamed: Vec<usize>,
    engaged: Vec<Engaged>,
    pub(super) bit_ns: u64,
    pub(crate) turns: Turns,
}

impl I2cBus {
    pub(crate) fn new(frequency_hz: u32) -> I2cBus {
        I2cBus {
            parts: Vec::new(),
            named: Vec::new(),
            index: [NOBODY; SEVEN_BIT],
            unnamed: Vec::new(),
            engaged: Vec::new(),
            bit_ns: bit_ns(frequency_hz),
            turns: Turns::default(),
        }
    }

    /// Puts a part on the bus that acknowledges these addresses at most.
    pub(crate) fn place(&mut self, part: usize, addresses: Option<RangeInclusive<u8>>) {
        self.parts.push(part);
        let Some(addresses) = addresses else {
            self.unnamed.push(part);
            return;
        };
        for address in addresses {
            let Some(index) = self.index.get_mut(usize::from(address)) else { continue };
            if let Some(parts) = self.named.get_mut(usize::from(*index)) {
                parts.push(part);
            } else if let Ok(next) = u8::try_from(self.named.len()) {
                *index = next;
                self.named.push(alloc::vec![part]);
            }
        }
    }

    /// Takes a part out of the transaction under way.
    pub(crate) fn disengage(&mut self, part: usize) {
        self.engaged.retain(|engaged| engaged.part != part);
    }
}

/// A bus in a transaction.
#[derive(Clone, Copy)]
pub(crate) struct Line {
    pub(crate) id: I2cBusId,
    pub(crate) bit_ns: u64,
}

impl Line {
    pub(crate) fn event(self, event: I2cEvent) -> EventKind {
        EventKind::I2c { bus: self.id, bit_ns: self.bit_ns, event }
    }

    pub(crate) fn byte_ns(self) -> u64 {
        BYTE_BITS.saturating_mul(self.bit_ns)
    }
}

/// What happens on the wires. Its time is still to pass.
impl BoardState {
    /// Returns a bus for a transaction, at the frequency of the bus unless `bit_ns` says otherwise.
    pub(super) fn i2c_line(&self, id: I2cBusId, bit_ns: Option<u64>) -> Result<Line, I2cError> {
        let bus = self.i2c.get(id.0).ok_or(I2cError::NoSuchBus)?;
        Ok(Line { id, bit_ns: bit_ns.unwrap_or(bus.bit_ns) })
    }

    /// Ends the part that targets take in a transaction.
    pub(crate) fn i2c_disengage(&mut self, id: I2cBusId) {
        if let Some(bus) = self.i2c.get_mut(id.0) {
            bus.engaged.clear();
        }
    }

    /// Asks the parts on the bus whether they are meant: those that may acknowledge the address, and those that take part in the
    /// transaction, for which an address of others is the end of theirs.
    pub(crate) fn i2c_address(&mut self, id: I2cBusId, address: Address, direction: Direction) -> Ack {
        let BoardState { circuit, parts, i2c, .. } = self;
        let Some(bus) = i2c.get_mut(id.0) else { return Ack::Nack };
        let I2cBus { parts: all, named, index, unnamed, engaged, .. } = bus;
        let index = match address {
            Address::SevenBit(address) => index.get(usize::from(address)),
            Address::TenBit(_) => None,
        };
        let named = index.and_then(|index| named.get(usize::from(*index))).map_or(&[][..], Vec::as_slice);
        let is_asked = |part: &usize, engaged: &[Engaged]| {
            named.contains(part) || unnamed.contains(part) || engaged.iter().any(|engaged| engaged.part == *part)
        };
        // Nearly always the parts of the address are all there are to ask.
        let are_all = unnamed.is_empty() && engaged.iter().all(|engaged| named.contains(&engaged.part));
        let mut answer = Ack::Nack;
        for &part in if are_all { named } else { all.as_slice() } {
            if !are_all && !is_asked(&part, engaged) {
                continue;
            }
            if circuit.faults.conditions.is_absent(part) {
                continue;
            }
            let Some(target) = parts.get_mut(part).and_then(|part| part.i2c()) else { continue };
            let ack = target.start(address, direction, &mut PartView { circuit, part });
            let listening = ack == Ack::Ack;
            if listening {
                answer = Ack::Ack;
            }
            match engaged.iter_mut().find(|engaged| engaged.part == part) {
                Some(engaged) => engaged.listening = listening,
                None if listening => engaged.push(Engaged { part, listening }),
                None => {}
            }
        }
        answer
    }

    /// Lets nobody listen to what follows.
    pub(super) fn i2c_unheard(&mut self, id: I2cBusId) -> Ack {
        for engaged in self.i2c.get_mut(id.0).into_iter().flat_map(|bus| &mut bus.engaged) {
            engaged.listening = false;
        }
        Ack::Nack
    }

    /// Returns the part that listens, if it is the only one.
    pub(super) fn i2c_sole(&self, id: I2cBusId) -> Option<usize> {
        let mut listening = self.i2c.get(id.0)?.engaged.iter().filter(|engaged| engaged.listening);
        let sole = listening.next()?.part;
        if listening.next().is_none() { Some(sole) } else { None }
    }

    /// Has a byte heard by all parts that listen. One acknowledge is enough, since it pulls the line low.
    pub(crate) fn i2c_write(&mut self, id: I2cBusId, byte: u8) -> Ack {
        let mut ack = Ack::Nack;
        self.i2c_listening(id, |target, board| {
            if target.write(byte, board) == Ack::Ack {
                ack = Ack::Ack;
            }
        });
        ack
    }

    /// Reads a byte from all parts that listen. Zeros win, since they pull the line low.
    pub(crate) fn i2c_read(&mut self, id: I2cBusId) -> u8 {
        let mut byte = IDLE;
        self.i2c_listening(id, |target, board| byte &= target.read(board));
        byte
    }

    fn i2c_listening(&mut self, id: I2cBusId, mut f: impl FnMut(&mut dyn I2cTarget, &mut dyn Board)) {
        let BoardState { circuit, parts, i2c, .. } = self;
        let engaged = i2c.get(id.0).into_iter().flat_map(|bus| &bus.engaged);
        for &Engaged { part, .. } in engaged.filter(|engaged| engaged.listening) {
            if let Some(target) = parts.get_mut(part).and_then(|part| part.i2c()) {
                f(target, &mut PartView { circuit, part });
            }
        }
    }

    /// Tells the parts that acknowledged something of a STOP.
    pub(crate) fn i2c_stop(&mut self, line: Line) {
        let BoardState { circuit, parts, i2c, .. } = self;
        for &Engaged { part, .. } in i2c.get(line.id.0).into_iter().flat_map(|bus| &bus.engaged) {
            if let Some(target) = parts.get_mut(part).and_then(|part| part.i2c()) {
                target.stop(&mut PartView { circuit, part });
            }
        }
        self.circuit.trace(line.event(I2cEvent::Stop));
    }
}
