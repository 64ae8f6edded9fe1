//! Transactions that tasks wait for: the same acts on the wires and the same faults, and the time between them passes beside
//! everything else.

use alloc::vec;
use alloc::vec::Vec;
use core::mem;

use embedded_hal::i2c::Operation;

use super::bus::{Line, bit_ns, check};
use super::{Ack, Address, Direction, I2cBusId, I2cError};
use crate::fault::i2c::Plan;
use crate::queue::Task;
use crate::signal::Signal;
use crate::trace::I2cEvent;
use crate::world::World;

/// One operation of a transaction that a task waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum I2cStep {
    /// Reads so many bytes.
    Read(usize),
    /// Writes so many bytes.
    Write(usize),
}

/// Adjacent operations of one direction.
#[derive(Clone, Copy)]
struct Group {
    direction: Direction,
    len: usize,
}

/// What is done next.
enum Next {
    /// Finds the faults that strike.
    Plan,
    /// Has those that struck act from now on.
    Begin,
    Start,
    BeforeAddress,
    Address,
    /// What comes before the byte of this index in the group.
    BeforeByte(usize),
    Byte(usize),
    Stop,
    End,
}

/// A transaction that a task waits for.
pub(super) struct Job {
    number: u64,
    line: Line,
    address: Address,
    /// The groups, the last first.
    groups: Vec<Group>,
    bytes: vec::IntoIter<u8>,
    read: Vec<u8>,
    result: Result<(), I2cError>,
    started: bool,
    next: Next,
    /// What becomes of it, while others act.
    plan: Plan,
    signal: Signal<Result<Vec<u8>, I2cError>>,
}

impl World {
    /// Puts a transaction into the queue of its bus, and returns its number.
    pub(crate) fn i2c_start_job(
        &mut self,
        id: I2cBusId,
        frequency_hz: Option<u32>,
        address: Address,
        steps: Vec<I2cStep>,
        bytes: Vec<u8>,
        signal: Signal<Result<Vec<u8>, I2cError>>,
    ) -> u64 {
        let number = self.env.number();
        let Some(bus) = self.i2c.get_mut(id.0) else {
            signal.give(Err(I2cError::NoSuchBus));
            return number;
        };
        let line = Line { id, bit_ns: frequency_hz.map_or(bus.bit_ns, bit_ns) };
        match groups(address, &steps) {
            Err(error) => signal.give(Err(error)),
            Ok(groups) if groups.is_empty() => signal.give(Ok(Vec::new())),
            Ok(groups) => {
                let (bytes, read, result) = (bytes.into_iter(), Vec::new(), Ok(()));
                let (started, next, plan) = (false, Next::Plan, Plan::default());
                let job = Job { number, line, address, groups, bytes, read, result, started, next, plan, signal };
                bus.jobs.push_back(job);
                if bus.jobs.len() == 1 {
                    self.settle();
                    self.i2c_continue(id.0);
                    self.settle();
                }
            }
        }
        number
    }

    /// Takes a transaction out of the queue, unless it is on the wires.
    pub(crate) fn i2c_forget_job(&mut self, bus: usize, number: u64) {
        if let Some(bus) = self.i2c.get_mut(bus) {
            let mut at = 0;
            bus.jobs.retain(|job| {
                at += 1;
                at == 1 || job.number != number
            });
        }
    }

    /// Lets time pass until no task has a transaction on the bus: for a caller that has all of the controller's time.
    pub(super) fn i2c_wait_turn(&mut self, id: I2cBusId) {
        while cfg!(feature = "tasks")
            && self.i2c.get(id.0).is_some_and(|bus| !bus.jobs.is_empty())
            && let Some(next_ns) = self.env.next_ns()
        {
            self.run_until(next_ns);
        }
    }

    /// Returns whether a task has a transaction on a bus.
    pub(crate) fn i2c_is_busy(&self) -> bool {
        self.i2c.iter().any(|bus| !bus.jobs.is_empty())
    }

    /// Does what is next on a bus, until time must pass.
    pub(crate) fn i2c_continue(&mut self, bus: usize) {
        while let Some(mut job) = self.i2c.get_mut(bus).and_then(|bus| bus.jobs.pop_front()) {
            match self.i2c_act_as_planned(&mut job) {
                Some(ns) => {
                    self.env.push(self.env.now_ns.saturating_add(ns), Task::I2c(bus));
                    if let Some(bus) = self.i2c.get_mut(bus) {
                        bus.jobs.push_front(job);
                    }
                    return;
                }
                None => job.signal.give(job.result.map(|()| job.read)),
            }
        }
    }

    /// Acts under the plan of this transaction: others may be under way on other buses, each with its own.
    fn i2c_act_as_planned(&mut self, job: &mut Job) -> Option<u64> {
        if self.env.faults.none() {
            return self.i2c_act(job);
        }
        mem::swap(&mut self.env.faults.i2c, &mut job.plan);
        let ns = self.i2c_act(job);
        mem::swap(&mut self.env.faults.i2c, &mut job.plan);
        ns
    }

    /// Does things on the wires until time must pass, and returns how much, or nothing if all is done.
    fn i2c_act(&mut self, job: &mut Job) -> Option<u64> {
        loop {
            if !self.env.faults.none() {
                match self.i2c_deed(job.line) {
                    Ok(None) => {}
                    Ok(Some(0)) => continue,
                    Ok(Some(ns)) => return Some(ns),
                    Err(error) => job.fail(error),
                }
            }
            match self.i2c_next(job) {
                Some(0) => {}
                ns => return ns,
            }
        }
    }

    /// Does what is next, and returns how long it takes, or nothing if all is done.
    fn i2c_next(&mut self, job: &mut Job) -> Option<u64> {
        let line = job.line;
        match job.next {
            Next::Plan => {
                job.next = Next::Begin;
                self.i2c_disengage(line.id);
                if !self.env.faults.none() {
                    self.i2c_strike(line, job.address);
                }
            }
            Next::Begin => {
                job.next = Next::Start;
                self.env.faults.i2c.begin();
            }
            Next::Start if job.groups.is_empty() => job.next = Next::Stop,
            Next::Start => {
                let start = if job.started { I2cEvent::RepeatedStart } else { I2cEvent::Start };
                job.next = Next::BeforeAddress;
                self.env.trace(line.event(start));
                return Some(start.duration_ns(line.bit_ns));
            }
            Next::BeforeAddress => {
                job.next = Next::Address;
                if self.env.faults.i2c.is_active() {
                    self.i2c_byte_struck();
                }
            }
            Next::Address => {
                let direction = job.groups.last()?.direction;
                let (ns, called) = self.i2c_call(line, job.started, job.address, direction);
                (job.started, job.next) = (true, Next::BeforeByte(0));
                if let Err(error) = called {
                    job.fail(error);
                }
                return Some(ns);
            }
            Next::BeforeByte(index) => {
                let group = *job.groups.last()?;
                if index == group.len {
                    job.groups.pop();
                    job.next = Next::Start;
                } else if !self.env.faults.i2c.is_active() {
                    return Some(self.i2c_job_byte(job, group, index));
                } else if group.direction == Direction::Read
                    && let Err(error) = self.env.faults.i2c.before_read()
                {
                    job.fail(error);
                } else {
                    job.next = Next::Byte(index);
                    self.i2c_byte_struck();
                }
            }
            Next::Byte(index) => {
                let group = *job.groups.last()?;
                return Some(self.i2c_job_byte(job, group, index));
            }
            Next::Stop => {
                job.next = Next::End;
                if !self.env.faults.i2c.end() {
                    self.i2c_end(line);
                    return Some(I2cEvent::Stop.duration_ns(line.bit_ns));
                }
            }
            Next::End => return None,
        }
        Some(0)
    }

    /// Has a byte go over the wires, and returns how long it takes.
    fn i2c_job_byte(&mut self, job: &mut Job, group: Group, index: usize) -> u64 {
        let line = job.line;
        job.next = Next::BeforeByte(index + 1);
        match group.direction {
            Direction::Read => job.read.push(self.i2c_get(line, index + 1 == group.len)),
            Direction::Write => {
                // As many as the groups write; that was checked.
                if self.i2c_put(line, job.bytes.next().unwrap_or_default()) == Ack::Nack {
                    job.fail(I2cError::NoAcknowledgeData);
                }
            }
        }
        line.byte_ns()
    }
}

impl Job {
    /// Ends the transaction: with a STOP, unless it failed before its START.
    fn fail(&mut self, error: I2cError) {
        self.result = Err(error);
        self.next = if matches!(self.next, Next::Plan | Next::Begin) { Next::End } else { Next::Stop };
    }
}

/// Returns the groups of a transaction that may go out on the wires, the last first.
fn groups(address: Address, steps: &[I2cStep]) -> Result<Vec<Group>, I2cError> {
    let mut groups: Vec<Group> = Vec::new();
    for step in steps {
        let (direction, len) = match *step {
            I2cStep::Read(len) => (Direction::Read, len),
            I2cStep::Write(len) => (Direction::Write, len),
        };
        match groups.last_mut() {
            Some(last) if last.direction == direction => last.len = last.len.saturating_add(len),
            _ => groups.push(Group { direction, len }),
        }
    }
    if groups.iter().any(|group| group.direction == Direction::Read && group.len == 0) {
        check(address, &[])?;
        return Err(I2cError::Unsupported);
    }
    check(address, &[Operation::Write(&[])])?;
    // A ten-bit address is only complete in a write: a read that begins a transaction is preceded by an empty one.
    if matches!(address, Address::TenBit(_)) && groups.first().is_some_and(|first| first.direction == Direction::Read) {
        groups.insert(0, Group { direction: Direction::Write, len: 0 });
    }
    groups.reverse();
    Ok(groups)
}
