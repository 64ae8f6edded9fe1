//! A transaction on the wires of a bus, act by act, with the faults that strike it.

use embedded_hal::i2c::Operation;

use super::bus::Line;
use super::{Ack, Address, Direction, I2cBusId, I2cError};
use crate::board_state::BoardState;
use crate::circuit::PartView;
use crate::fault::i2c::{Plan, Seen};
use crate::trace::{I2cEvent, Run, RunKind};
use crate::turns::Bus;

const MAX_SEVEN_BIT: u8 = 0x7f;
const MAX_TEN_BIT: u16 = 0x3ff;

/// The operations of a transaction.
pub(super) trait Operations {
    /// Returns the direction and the number of bytes of an operation.
    fn shape(&self, index: usize) -> Option<(Direction, usize)>;

    /// Returns an operation.
    fn operation(&mut self, index: usize) -> Option<Operation<'_>>;
}

impl Operations for [Operation<'_>] {
    fn shape(&self, index: usize) -> Option<(Direction, usize)> {
        Some(match self.get(index)? {
            Operation::Read(buffer) => (Direction::Read, buffer.len()),
            Operation::Write(bytes) => (Direction::Write, bytes.len()),
        })
    }

    fn operation(&mut self, index: usize) -> Option<Operation<'_>> {
        Some(match self.get_mut(index)? {
            Operation::Read(buffer) => Operation::Read(buffer),
            Operation::Write(bytes) => Operation::Write(bytes),
        })
    }
}

/// What is done next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// Finds the faults that strike.
    Plan,
    /// Has those that struck act from now on.
    Begin,
    Start,
    Address,
    Byte,
    Stop,
    End,
}

/// A transaction, and how far it is. The operations stay with the caller.
pub(super) struct Transaction {
    line: Line,
    address: Address,
    next: Next,
    /// Whether the START has been sent.
    started: bool,
    /// The direction of the group under way: of adjacent operations of one direction, which are sent as one.
    direction: Direction,
    /// How many bytes the group still has.
    left: usize,
    /// The first operation after the group.
    group_end: usize,
    /// The operation under way, and the next of its bytes.
    operation: usize,
    byte: usize,
    plan: Plan,
    result: Result<(), I2cError>,
}

impl Transaction {
    /// Returns a transaction that is still to begin. What must not reach the wires is [refused](check) before.
    #[inline]
    pub(super) fn new(line: Line, address: Address) -> Transaction {
        Transaction {
            line,
            address,
            next: Next::Plan,
            started: false,
            direction: Direction::Write,
            left: 0,
            group_end: 0,
            operation: 0,
            byte: 0,
            plan: Plan::default(),
            result: Ok(()),
        }
    }

    /// Returns the bus that it has its turn on.
    pub(super) fn bus(&self) -> Bus {
        Bus::I2c(self.line.id.0)
    }

    /// Returns what became of a transaction that is over.
    pub(super) fn result(&self) -> Result<(), I2cError> {
        self.result
    }

    /// Does things on the wires until time must pass. Returns how much, or `None` when the transaction is over. If it is `ALONE`, so
    /// that nobody else acts meanwhile, time in which nothing is due passes in here.
    #[inline]
    pub(super) fn act<const ALONE: bool>(
        &mut self,
        board_state: &mut BoardState,
        operations: &mut (impl Operations + ?Sized),
    ) -> Option<u64> {
        loop {
            let ns = self.step::<ALONE>(board_state, operations)?;
            if !ALONE || !board_state.circuit.pass(ns) {
                return Some(ns);
            }
        }
    }

    /// Does the next thing on the wires, and returns how long it takes, or `None` when the transaction is over.
    #[inline]
    fn step<const ALONE: bool>(
        &mut self,
        board_state: &mut BoardState,
        operations: &mut (impl Operations + ?Sized),
    ) -> Option<u64> {
        let line = self.line;
        loop {
            if self.plan.has_deeds() {
                match self.plan.act(board_state, line) {
                    Ok(ns) => return Some(ns),
                    Err(error) => self.fail(error),
                }
            }
            match self.next {
                Next::Plan => {
                    board_state.i2c_disengage(line.id);
                    self.plan = board_state.i2c_plan(line, self.address);
                    self.next = if self.plan.is_active() { Next::Begin } else { Next::Start };
                }
                Next::Begin => {
                    self.next = Next::Start;
                    self.plan.begin();
                }
                Next::Start => {
                    if !self.begin_group(operations) {
                        self.next = Next::Stop;
                        continue;
                    }
                    self.next = Next::Address;
                    let start = if self.started { I2cEvent::RepeatedStart } else { I2cEvent::Start };
                    board_state.circuit.trace(line.event(start));
                    return Some(start.duration_ns(line.bit_ns));
                }
                Next::Address if self.plan.strikes_byte(board_state) => {}
                Next::Address => return Some(self.call(board_state)),
                Next::Byte if self.left == 0 => {
                    self.next = Next::Start;
                    (self.operation, self.byte) = (self.group_end, 0);
                }
                Next::Byte if self.direction == Direction::Read && self.plan.ends_read() => self.fail(I2cError::Bus),
                Next::Byte if self.plan.strikes_byte(board_state) => {}
                Next::Byte => match if ALONE { self.sole(board_state) } else { None } {
                    Some(part) if self.hurry(board_state, part, operations) => {}
                    Some(_) => return Some(line.byte_ns()),
                    None => {
                        self.exchange(board_state, operations);
                        return Some(line.byte_ns());
                    }
                },
                Next::Stop => {
                    self.next = Next::End;
                    if !self.plan.has_stopped() {
                        board_state.i2c_stop(line);
                        return Some(I2cEvent::Stop.duration_ns(line.bit_ns));
                    }
                }
                Next::End => return None,
            }
        }
    }

    /// Goes on to the next group, and returns whether there is one.
    fn begin_group(&mut self, operations: &(impl Operations + ?Sized)) -> bool {
        let Some((direction, _)) = operations.shape(self.operation) else { return false };
        // A ten-bit address is only complete in a write: a read that begins a transaction is preceded by an empty one.
        if !self.started && direction == Direction::Read && matches!(self.address, Address::TenBit(_)) {
            return true;
        }
        self.direction = direction;
        (self.group_end, self.left) = group(operations, self.operation, direction);
        true
    }

    /// Sends the address, and returns how long that takes.
    #[inline]
    fn call(&mut self, board_state: &mut BoardState) -> u64 {
        let (line, address, direction) = (self.line, self.address, self.direction);
        let seen = self.plan.address(self.started);
        let ack = match seen {
            Seen::Answer | Seen::Acknowledged => board_state.i2c_address(line.id, address, direction),
            Seen::Nobody | Seen::Ignored => board_state.i2c_unheard(line.id),
        };
        let ack = if seen == Seen::Acknowledged { Ack::Ack } else { ack };
        let event = I2cEvent::Address { address, direction, ack };
        board_state.circuit.trace(line.event(event));
        (self.started, self.next) = (true, Next::Byte);
        if ack == Ack::Nack && seen != Seen::Ignored {
            self.fail(I2cError::NoAcknowledgeAddress);
        }
        event.duration_ns(line.bit_ns)
    }

    /// Has the next byte of the group go over the wires.
    fn exchange(&mut self, board_state: &mut BoardState, operations: &mut (impl Operations + ?Sized)) {
        let (line, direction) = (self.line, self.direction);
        let is_last = self.left == 1;
        let (byte, ack) = match self.rest(operations) {
            Some(Operation::Write([byte, ..])) => {
                let byte = self.plan.heard(*byte);
                let (ack, seen) = self.plan.acknowledged(board_state.i2c_write(line.id, byte));
                if seen == Ack::Nack {
                    self.fail(I2cError::NoAcknowledgeData);
                }
                (byte, ack)
            }
            Some(Operation::Read([slot, ..])) => {
                *slot = self.plan.seen(board_state.i2c_read(line.id));
                (*slot, if is_last { Ack::Nack } else { Ack::Ack })
            }
            _ => return self.left = 0,
        };
        self.skip(1);
        board_state.circuit.trace(line.event(I2cEvent::Byte { byte, direction, ack }));
    }

    /// Returns what the operation under way still has, which is at least a byte as long as its group has one.
    fn rest<'a>(&mut self, operations: &'a mut (impl Operations + ?Sized)) -> Option<Operation<'a>> {
        while operations.shape(self.operation)?.1 <= self.byte {
            self.operation += 1;
            self.byte = 0;
        }
        Some(match operations.operation(self.operation)? {
            Operation::Read(buffer) => Operation::Read(buffer.get_mut(self.byte..)?),
            Operation::Write(bytes) => Operation::Write(bytes.get(self.byte..)?),
        })
    }

    /// Goes on by so many bytes of the operation under way.
    fn skip(&mut self, bytes: usize) {
        self.byte += bytes;
        self.left = self.left.saturating_sub(bytes);
    }

    /// Ends the transaction: with a STOP, unless it failed before its START.
    fn fail(&mut self, error: I2cError) {
        self.result = Err(error);
        self.next = if matches!(self.next, Next::Plan | Next::Begin) { Next::End } else { Next::Stop };
    }

    /// Returns the part that listens, if it is the only one, nobody must hear of each byte at its time, and nothing disturbs the bus.
    fn sole(&self, board_state: &BoardState) -> Option<usize> {
        if board_state.circuit.is_watched_closely() || self.plan.is_active() {
            None
        } else {
            board_state.i2c_sole(self.line.id)
        }
    }

    /// Returns bytes that were exchanged just now, as the sinks of the trace hear of them.
    fn run<'a>(&self, at_ns: u64, bytes: &'a [u8]) -> Run<'a> {
        let (Line { id: bus, bit_ns }, direction) = (self.line, self.direction);
        let is_last = match direction {
            Direction::Read => self.left == 0,
            Direction::Write => self.next != Next::Byte,
        };
        let last = if is_last { Ack::Nack } else { Ack::Ack };
        Run { at_ns, kind: RunKind::I2c { bus, bit_ns, direction, bytes, last } }
    }

    /// Exchanges bytes of the group with the only part that listens, as long as nothing else is due, so that nobody can tell it from
    /// one act a byte. Returns `false` if the time of the last byte is still to pass.
    #[inline(always)]
    fn hurry(
        &mut self,
        board_state: &mut BoardState,
        part: usize,
        operations: &mut (impl Operations + ?Sized),
    ) -> bool {
        let byte_ns = self.line.byte_ns();
        let BoardState { circuit, parts, .. } = board_state;
        let mut target = parts.get_mut(part).and_then(|part| part.i2c());
        let mut board = PartView { circuit, part };
        let mut passes = true;
        while self.left > 0 && passes && self.next == Next::Byte {
            let (Some(target), Some(operation)) = (&mut target, self.rest(operations)) else {
                self.left = 0;
                break;
            };
            let run = board.circuit.begin_run();
            let (seen, done): (&[u8], usize) = match operation {
                Operation::Write(bytes) => {
                    let mut rest = bytes.iter();
                    for &byte in rest.by_ref() {
                        let ack = target.write(byte, &mut board);
                        passes = board.circuit.pass(byte_ns);
                        if ack == Ack::Nack {
                            self.fail(I2cError::NoAcknowledgeData);
                            break;
                        }
                        if !passes {
                            break;
                        }
                    }
                    (bytes, bytes.len() - rest.len())
                }
                Operation::Read(buffer) => {
                    let len = buffer.len();
                    let mut rest = buffer.iter_mut();
                    for slot in rest.by_ref() {
                        *slot = target.read(&mut board);
                        passes = board.circuit.pass(byte_ns);
                        if !passes {
                            break;
                        }
                    }
                    let done = len - rest.len();
                    (buffer, done)
                }
            };
            self.skip(done);
            if let Some(at_ns) = run {
                board.circuit.end_run(&self.run(at_ns, seen.get(..done).unwrap_or_default()));
            }
        }
        passes
    }
}

impl BoardState {
    /// Runs a transaction for a caller that waits for it, at the frequency of the bus unless `bit_ns` says otherwise.
    pub(super) fn i2c_transaction(
        &mut self,
        id: I2cBusId,
        bit_ns: Option<u64>,
        address: Address,
        operations: &mut [Operation<'_>],
    ) -> Result<(), I2cError> {
        let line = self.i2c_line(id, bit_ns)?;
        check(address, operations)?;
        if operations.is_empty() {
            return Ok(());
        }
        let mut transaction = Transaction::new(line, address);
        self.wait_turn(transaction.bus());
        self.settle();
        while let Some(ns) = transaction.act::<true>(self, operations) {
            self.advance(ns);
        }
        transaction.result
    }
}

/// Refuses what must not reach the wires.
///
/// # Errors
///
/// The address does not fit into its bits, or a group of reads has no bytes.
pub(super) fn check(address: Address, operations: &(impl Operations + ?Sized)) -> Result<(), I2cError> {
    let valid = match address {
        Address::SevenBit(address) => address <= MAX_SEVEN_BIT,
        Address::TenBit(address) => address <= MAX_TEN_BIT,
    };
    if !valid {
        return Err(I2cError::InvalidAddress);
    }
    let mut next = 0;
    while let Some((direction, _)) = operations.shape(next) {
        let (end, len) = group(operations, next, direction);
        if direction == Direction::Read && len == 0 {
            return Err(I2cError::Unsupported);
        }
        next = end;
    }
    Ok(())
}

/// Returns the first operation after those of one direction, and how many bytes these have.
fn group(operations: &(impl Operations + ?Sized), first: usize, direction: Direction) -> (usize, usize) {
    let (mut end, mut len) = (first, 0_usize);
    while let Some((other, bytes)) = operations.shape(end)
        && other == direction
    {
        end += 1;
        len = len.saturating_add(bytes);
    }
    (end, len)
}
