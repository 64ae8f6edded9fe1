//! What goes over the wires of a bus.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::slice;

use embedded_hal::i2c::Operation;

use super::job::Job;
use super::{Ack, Address, Direction, I2cBusId, I2cError, I2cTarget};
use crate::env::PartView;
use crate::fault::i2c::Seen;
use crate::part::Board;
use crate::trace::{EventKind, I2cEvent};
use crate::world::World;

const NS_PER_S: u64 = 1_000_000_000;
const MAX_SEVEN_BIT: u8 = 0x7f;
const MAX_TEN_BIT: u16 = 0x3ff;

/// The bits of a byte and its acknowledge.
const BYTE_BITS: u64 = 9;

/// What a bus carries when nothing pulls it low.
const IDLE: u8 = 0xff;

/// Returns the length of a bit, rounded up.
pub(crate) fn bit_ns(frequency_hz: u32) -> u64 {
    NS_PER_S.div_ceil(u64::from(frequency_hz.max(1)))
}

/// A part that acknowledged an address of the transaction, and so is told of its end.
pub(super) struct Engaged {
    part: usize,
    /// Whether it acknowledged the last address, and so takes part in the bytes.
    listening: bool,
}

pub(crate) struct I2cBus {
    pub(crate) parts: Vec<usize>,
    pub(super) engaged: Vec<Engaged>,
    pub(super) bit_ns: u64,
    /// Transactions that tasks wait for: the first is on the wires, the others wait for their turn.
    pub(super) jobs: VecDeque<Job>,
}

impl I2cBus {
    pub(crate) fn new(frequency_hz: u32) -> I2cBus {
        I2cBus { parts: Vec::new(), engaged: Vec::new(), bit_ns: bit_ns(frequency_hz), jobs: VecDeque::new() }
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

impl World {
    /// Runs a transaction, at the frequency of the bus unless `bit_ns` says otherwise.
    pub(crate) fn i2c_transaction(
        &mut self,
        id: I2cBusId,
        bit_ns: Option<u64>,
        address: Address,
        operations: &mut [Operation<'_>],
    ) -> Result<(), I2cError> {
        let bus = self.i2c.get_mut(id.0).ok_or(I2cError::NoSuchBus)?;
        check(address, operations)?;
        if operations.is_empty() {
            return Ok(());
        }
        let line = Line { id, bit_ns: bit_ns.unwrap_or(bus.bit_ns) };
        self.i2c_wait_turn(id);
        self.settle();
        self.i2c_run(line, address, operations)
    }

    /// Runs a transaction whose turn it is, with the faults that strike it.
    fn i2c_run(&mut self, line: Line, address: Address, operations: &mut [Operation<'_>]) -> Result<(), I2cError> {
        self.i2c_disengage(line.id);
        self.i2c_plan(line, address)?;
        let result = self.i2c_groups(line, address, operations);
        if !self.env.faults.i2c.end() {
            self.i2c_stop(line);
        }
        result
    }

    /// Ends the part that targets take in a transaction.
    pub(crate) fn i2c_disengage(&mut self, id: I2cBusId) {
        if let Some(bus) = self.i2c.get_mut(id.0) {
            bus.engaged.clear();
        }
    }

    /// Runs the operations by groups of one direction.
    fn i2c_groups(
        &mut self,
        line: Line,
        address: Address,
        mut operations: &mut [Operation<'_>],
    ) -> Result<(), I2cError> {
        let mut start = I2cEvent::Start;
        while let Some(direction) = operations.first().map(direction) {
            let (group, rest) = operations.split_at_mut(group_len(operations));
            operations = rest;
            // A ten-bit address is only complete in a write: a read that begins a transaction is preceded by an empty one.
            if start == I2cEvent::Start && direction == Direction::Read && matches!(address, Address::TenBit(_)) {
                self.i2c_start(line, start, address, Direction::Write)?;
                start = I2cEvent::RepeatedStart;
            }
            self.i2c_start(line, start, address, direction)?;
            start = I2cEvent::RepeatedStart;
            let mut left = read_len(group);
            for operation in group {
                match operation {
                    Operation::Write(bytes) => self.i2c_write(line, bytes)?,
                    Operation::Read(buffer) => {
                        left = left.saturating_sub(buffer.len());
                        self.i2c_read(line, buffer, left == 0)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Sends a START or repeated START and the address.
    fn i2c_start(
        &mut self,
        line: Line,
        start: I2cEvent,
        address: Address,
        direction: Direction,
    ) -> Result<(), I2cError> {
        self.env.trace(line.event(start));
        self.advance(start.duration_ns(line.bit_ns));
        self.i2c_before_byte(line)?;
        let (ns, called) = self.i2c_call(line, start == I2cEvent::RepeatedStart, address, direction);
        self.advance(ns);
        called
    }

    /// Sends an address, and returns how long that takes, which is still to pass, and whether the transaction goes on.
    #[inline]
    pub(super) fn i2c_call(
        &mut self,
        line: Line,
        repeated: bool,
        address: Address,
        direction: Direction,
    ) -> (u64, Result<(), I2cError>) {
        let seen = self.env.faults.i2c.address(repeated);
        let ack = match seen {
            Seen::Answer | Seen::Acknowledged => self.i2c_address(line.id, address, direction),
            Seen::Nobody | Seen::Ignored => self.i2c_unheard(line.id),
        };
        let ack = if seen == Seen::Acknowledged { Ack::Ack } else { ack };
        let event = I2cEvent::Address { address, direction, ack };
        self.env.trace(line.event(event));
        let heard = ack == Ack::Ack || seen == Seen::Ignored;
        (event.duration_ns(line.bit_ns), if heard { Ok(()) } else { Err(I2cError::NoAcknowledgeAddress) })
    }

    /// Lets nobody listen to what follows.
    fn i2c_unheard(&mut self, id: I2cBusId) -> Ack {
        for engaged in self.i2c.get_mut(id.0).into_iter().flat_map(|bus| &mut bus.engaged) {
            engaged.listening = false;
        }
        Ack::Nack
    }

    /// Asks every part on the bus whether it is meant.
    pub(crate) fn i2c_address(&mut self, id: I2cBusId, address: Address, direction: Direction) -> Ack {
        let World { env, parts, i2c, .. } = self;
        let Some(bus) = i2c.get_mut(id.0) else { return Ack::Nack };
        let mut answer = Ack::Nack;
        for &part in &bus.parts {
            if env.faults.conditions.is_absent(part) {
                continue;
            }
            let Some(target) = parts.get_mut(part).and_then(|part| part.i2c()) else { continue };
            let ack = target.start(address, direction, &mut PartView { env, part });
            let listening = ack == Ack::Ack;
            if listening {
                answer = Ack::Ack;
            }
            match bus.engaged.iter_mut().find(|engaged| engaged.part == part) {
                Some(engaged) => engaged.listening = listening,
                None if listening => bus.engaged.push(Engaged { part, listening }),
                None => {}
            }
        }
        answer
    }

    fn i2c_write(&mut self, line: Line, bytes: &[u8]) -> Result<(), I2cError> {
        let mut bytes = bytes.iter();
        while bytes.len() > 0 {
            let ack = match self.i2c_sole(line.id) {
                Some(part) => self.i2c_write_run(line, part, &mut bytes),
                None => self.i2c_write_byte(line, &mut bytes)?,
            };
            if ack == Ack::Nack {
                return Err(I2cError::NoAcknowledgeData);
            }
        }
        Ok(())
    }

    fn i2c_read(&mut self, line: Line, buffer: &mut [u8], last: bool) -> Result<(), I2cError> {
        let mut slots = buffer.iter_mut();
        while slots.len() > 0 {
            match self.i2c_sole(line.id) {
                Some(part) => self.i2c_read_run(line, part, &mut slots),
                None => self.i2c_read_byte(line, &mut slots, last)?,
            }
        }
        Ok(())
    }

    /// Returns the part that listens, if it is the only one, and nobody watches or disturbs the bus.
    fn i2c_sole(&self, id: I2cBusId) -> Option<usize> {
        if self.env.traced() || self.env.faults.i2c.is_active() {
            return None;
        }
        let mut listening = self.i2c.get(id.0)?.engaged.iter().filter(|engaged| engaged.listening);
        let sole = listening.next()?.part;
        if listening.next().is_none() { Some(sole) } else { None }
    }

    /// Writes to the only part that listens, until something else is due.
    fn i2c_write_run(&mut self, line: Line, part: usize, bytes: &mut slice::Iter<'_, u8>) -> Ack {
        let byte_ns = line.byte_ns();
        let World { env, parts, .. } = self;
        let Some(target) = parts.get_mut(part).and_then(|part| part.i2c()) else { return Ack::Nack };
        let mut board = PartView { env, part };
        let mut ack = Ack::Ack;
        let mut owed_ns = 0;
        for &byte in bytes {
            ack = target.write(byte, &mut board);
            owed_ns = board.env.pass(byte_ns);
            if owed_ns > 0 || ack == Ack::Nack {
                break;
            }
        }
        self.advance(owed_ns);
        ack
    }

    /// Reads from the only part that listens, until something else is due.
    fn i2c_read_run(&mut self, line: Line, part: usize, slots: &mut slice::IterMut<'_, u8>) {
        let byte_ns = line.byte_ns();
        let World { env, parts, .. } = self;
        let mut target = parts.get_mut(part).and_then(|part| part.i2c());
        let mut board = PartView { env, part };
        let mut owed_ns = 0;
        for slot in slots {
            *slot = target.as_mut().map_or(IDLE, |target| target.read(&mut board));
            owed_ns = board.env.pass(byte_ns);
            if owed_ns > 0 {
                break;
            }
        }
        self.advance(owed_ns);
    }

    /// Writes one byte to all parts that listen. One acknowledge is enough, since it pulls the line low.
    fn i2c_write_byte(&mut self, line: Line, bytes: &mut slice::Iter<'_, u8>) -> Result<Ack, I2cError> {
        let Some(&byte) = bytes.next() else { return Ok(Ack::Ack) };
        self.i2c_before_byte(line)?;
        let ack = self.i2c_put(line, byte);
        self.advance(line.byte_ns());
        Ok(ack)
    }

    /// Has a byte heard by all parts that listen; its time is still to pass.
    pub(crate) fn i2c_put(&mut self, line: Line, byte: u8) -> Ack {
        let byte = self.env.faults.i2c.heard(byte);
        let mut ack = Ack::Nack;
        self.i2c_listening(line.id, |target, board| {
            if target.write(byte, board) == Ack::Ack {
                ack = Ack::Ack;
            }
        });
        let (ack, seen) = self.env.faults.i2c.acknowledged(ack);
        self.env.trace(line.event(I2cEvent::Byte { byte, direction: Direction::Write, ack }));
        seen
    }

    /// Reads one byte from all parts that listen. Zeros win, since they pull the line low.
    fn i2c_read_byte(&mut self, line: Line, slots: &mut slice::IterMut<'_, u8>, last: bool) -> Result<(), I2cError> {
        let Some(slot) = slots.next() else { return Ok(()) };
        self.env.faults.i2c.before_read()?;
        self.i2c_before_byte(line)?;
        *slot = self.i2c_get(line, last && slots.len() == 0);
        self.advance(line.byte_ns());
        Ok(())
    }

    /// Hears a byte from all parts that listen; its time is still to pass.
    pub(super) fn i2c_get(&mut self, line: Line, last: bool) -> u8 {
        let byte = self.i2c_hear(line.id);
        let byte = self.env.faults.i2c.seen(byte);
        let ack = if last { Ack::Nack } else { Ack::Ack };
        self.env.trace(line.event(I2cEvent::Byte { byte, direction: Direction::Read, ack }));
        byte
    }

    /// Has all parts that listen put a byte on the wires.
    pub(crate) fn i2c_hear(&mut self, id: I2cBusId) -> u8 {
        let mut byte = IDLE;
        self.i2c_listening(id, |target, board| byte &= target.read(board));
        byte
    }

    fn i2c_listening(&mut self, id: I2cBusId, mut f: impl FnMut(&mut dyn I2cTarget, &mut dyn Board)) {
        let World { env, parts, i2c, .. } = self;
        let engaged = i2c.get(id.0).into_iter().flat_map(|bus| &bus.engaged);
        for &Engaged { part, .. } in engaged.filter(|engaged| engaged.listening) {
            if let Some(target) = parts.get_mut(part).and_then(|part| part.i2c()) {
                f(target, &mut PartView { env, part });
            }
        }
    }

    /// Sends a STOP.
    fn i2c_stop(&mut self, line: Line) {
        self.i2c_end(line);
        self.advance(I2cEvent::Stop.duration_ns(line.bit_ns));
    }

    /// Tells the parts that acknowledged something of a STOP; its time is still to pass.
    pub(crate) fn i2c_end(&mut self, line: Line) {
        let World { env, parts, i2c, .. } = self;
        for &Engaged { part, .. } in i2c.get(line.id.0).into_iter().flat_map(|bus| &bus.engaged) {
            if let Some(target) = parts.get_mut(part).and_then(|part| part.i2c()) {
                target.stop(&mut PartView { env, part });
            }
        }
        self.env.trace(line.event(I2cEvent::Stop));
    }
}

/// Refuses what must not reach the wires.
pub(super) fn check(address: Address, operations: &[Operation<'_>]) -> Result<(), I2cError> {
    let valid = match address {
        Address::SevenBit(address) => address <= MAX_SEVEN_BIT,
        Address::TenBit(address) => address <= MAX_TEN_BIT,
    };
    if !valid {
        return Err(I2cError::InvalidAddress);
    }
    let mut rest = operations;
    while let Some(first) = rest.first() {
        let (group, others) = rest.split_at(group_len(rest));
        if direction(first) == Direction::Read && read_len(group) == 0 {
            return Err(I2cError::Unsupported);
        }
        rest = others;
    }
    Ok(())
}

fn direction(operation: &Operation<'_>) -> Direction {
    match operation {
        Operation::Read(_) => Direction::Read,
        Operation::Write(_) => Direction::Write,
    }
}

/// Returns how many operations from the first on have its direction.
fn group_len(operations: &[Operation<'_>]) -> usize {
    let first = operations.first().map(direction);
    operations.iter().take_while(|operation| Some(direction(operation)) == first).count()
}

/// Returns how many bytes a group reads.
fn read_len(group: &[Operation<'_>]) -> usize {
    let len = |operation: &Operation<'_>| match operation {
        Operation::Read(buffer) => buffer.len(),
        Operation::Write(_) => 0,
    };
    group.iter().map(len).fold(0, usize::saturating_add)
}
