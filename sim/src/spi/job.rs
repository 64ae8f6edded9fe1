//! Transactions that tasks wait for: the same acts on the wires, and the time between them passes beside everything else.

use alloc::vec;
use alloc::vec::Vec;
use core::mem;

use embedded_hal::spi::Operation;

use super::bus::Clocking;
use super::controller::FILLER;
use super::{SpiBusId, SpiError, SpiSelectId};
use crate::net::Level;
use crate::queue::Task;
use crate::signal::Signal;
use crate::world::World;

/// One operation of a transaction that a task waits for: the greater of the lengths is clocked, zeros after what is written, and
/// then comes the delay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SpiStep {
    /// How many bytes are written.
    pub write_len: usize,
    /// How many bytes are kept.
    pub read_len: usize,
    /// How long to wait then, in nanoseconds.
    pub delay_ns: u64,
}

/// Where words are clocked.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    /// Under a select line.
    Select(SpiSelectId),
    /// On a bus, without touching one.
    Bus(SpiBusId, Clocking),
}

/// What is done next.
enum Next {
    /// Waits until the select lines of the bus have been inactive for long enough.
    Ready,
    Idle,
    Select,
    Setup,
    /// The word of this index in the step.
    Word(usize),
    Delay,
    Hold,
    Deselect,
    End,
}

/// A transaction that a task waits for.
pub(super) struct Job {
    number: u64,
    bus: SpiBusId,
    clocking: Clocking,
    select: Option<SpiSelectId>,
    /// The steps, the last first.
    steps: Vec<SpiStep>,
    bytes: vec::IntoIter<u8>,
    read: Vec<u8>,
    result: Result<(), SpiError>,
    next: Next,
    signal: Signal<Result<Vec<u8>, SpiError>>,
}

impl World {
    /// Puts a transaction into the queue of its bus, and returns the bus and the number.
    pub(crate) fn spi_start_job(
        &mut self,
        place: Place,
        mut steps: Vec<SpiStep>,
        bytes: Vec<u8>,
        signal: Signal<Result<Vec<u8>, SpiError>>,
    ) -> (usize, u64) {
        let number = self.env.number();
        let (found, select) = match place {
            Place::Select(id) => (self.selects.get(id.0).map(|select| (select.bus, select.clocking)), Some(id)),
            Place::Bus(bus, clocking) => (Some((bus, clocking)), None),
        };
        let Some((id, clocking)) = found else {
            signal.give(Err(SpiError::NoSuchBus));
            return (0, number);
        };
        let Some(bus) = self.spi.get_mut(id.0) else {
            signal.give(Err(SpiError::NoSuchBus));
            return (id.0, number);
        };
        steps.reverse();
        let next = match (steps.as_slice(), select) {
            // Only the turn is waited for, as for a flush.
            ([], _) => Next::End,
            (_, Some(_)) => Next::Ready,
            (_, None) => Next::Idle,
        };
        let bytes = bytes.into_iter();
        let (read, result) = (Vec::new(), Ok(()));
        bus.jobs.push_back(Job { number, bus: id, clocking, select, steps, bytes, read, result, next, signal });
        if bus.jobs.len() == 1 {
            self.settle();
            self.spi_continue(id.0);
            self.settle();
        }
        (id.0, number)
    }

    /// Takes a transaction out of the queue, unless it is on the wires.
    pub(crate) fn spi_forget_job(&mut self, bus: usize, number: u64) {
        if let Some(bus) = self.spi.get_mut(bus) {
            let mut at = 0;
            bus.jobs.retain(|job| {
                at += 1;
                at == 1 || job.number != number
            });
        }
    }

    /// Lets time pass until no task has a transaction on the bus: for a caller that has all of the controller's time.
    pub(super) fn spi_wait_turn(&mut self, id: SpiBusId) {
        while cfg!(feature = "tasks")
            && self.spi.get(id.0).is_some_and(|bus| !bus.jobs.is_empty())
            && let Some(next_ns) = self.env.next_ns()
        {
            self.run_until(next_ns);
        }
    }

    /// Lets time pass until no task has a transaction on any bus.
    pub(crate) fn spi_finish(&mut self) {
        for bus in 0..self.spi.len() {
            self.spi_wait_turn(SpiBusId(bus));
        }
    }

    /// Does what is next on a bus, until time must pass.
    pub(crate) fn spi_continue(&mut self, bus: usize) {
        while let Some(mut job) = self.spi.get_mut(bus).and_then(|bus| bus.jobs.pop_front()) {
            match self.spi_act(&mut job) {
                Some(ns) => {
                    self.env.push(self.env.now_ns.saturating_add(ns), Task::Spi(bus));
                    if let Some(bus) = self.spi.get_mut(bus) {
                        bus.jobs.push_front(job);
                    }
                    return;
                }
                None => job.signal.give(job.result.map(|()| job.read)),
            }
        }
    }

    /// Does things on the wires until time must pass, and returns how much, or nothing if all is done.
    fn spi_act(&mut self, job: &mut Job) -> Option<u64> {
        let (bus, clocking) = (job.bus, job.clocking);
        loop {
            let ns = match job.next {
                Next::Ready | Next::Idle if !self.env.faults.none() => {
                    self.spi_run_job(job);
                    return None;
                }
                Next::Ready => {
                    job.next = Next::Idle;
                    let ready_ns = self.spi.get(bus.0).map_or(0, |bus| bus.ready_ns);
                    ready_ns.saturating_sub(self.env.now_ns)
                }
                Next::Idle => {
                    job.next = if job.select.is_some() { Next::Select } else { Next::Word(0) };
                    self.idle_clock(bus, clocking)
                }
                Next::Select => {
                    job.next = Next::Setup;
                    self.spi_drive_select(job.select, Level::Low);
                    0
                }
                Next::Setup => {
                    job.next = Next::Word(0);
                    self.selects.get(job.select?.0)?.settings.select_setup_ns
                }
                Next::Word(index) => {
                    let Some(step) = job.steps.last() else {
                        job.next = Next::Hold;
                        continue;
                    };
                    if index == step.write_len.max(step.read_len) {
                        job.next = Next::Delay;
                        continue;
                    }
                    job.next = Next::Word(index + 1);
                    // As many as the steps write; that was checked.
                    let mosi = if index < step.write_len { job.bytes.next().unwrap_or(FILLER) } else { FILLER };
                    let keeps = index < step.read_len;
                    let miso = self.clock_byte(bus, clocking, mosi);
                    if keeps {
                        job.read.push(miso);
                    }
                    clocking.byte_ns
                }
                Next::Delay => {
                    job.next = Next::Word(0);
                    job.steps.pop().map_or(0, |step| step.delay_ns)
                }
                Next::Hold => match job.select {
                    Some(select) => {
                        job.next = Next::Deselect;
                        self.selects.get(select.0)?.settings.select_hold_ns
                    }
                    None => return None,
                },
                Next::Deselect => {
                    job.next = Next::End;
                    self.spi_drive_select(job.select, Level::High);
                    self.spi_deselected(bus, clocking);
                    0
                }
                Next::End => return None,
            };
            if ns > 0 {
                return Some(ns);
            }
        }
    }

    /// Drives a select line, and lets the parts follow.
    fn spi_drive_select(&mut self, select: Option<SpiSelectId>, level: Level) {
        if let Some(select) = select {
            self.drive_select(select, level);
            self.deliver();
        }
    }

    /// Runs a whole transaction, while time passes for everything else: on a board with faults, which are planned for one transaction
    /// at a time.
    fn spi_run_job(&mut self, job: &mut Job) {
        let mut read = vec![0; job.steps.iter().map(|step| step.read_len).sum()];
        let (mut written, mut room) = (job.bytes.as_slice(), read.as_mut_slice());
        let mut operations = Vec::with_capacity(job.steps.len());
        for step in job.steps.iter().rev() {
            let (sent, later) = written.split_at(step.write_len.min(written.len()));
            written = later;
            let (kept, later) = mem::take(&mut room).split_at_mut(step.read_len);
            room = later;
            if step.write_len.max(step.read_len) > 0 {
                operations.push(Operation::Transfer(kept, sent));
            }
            let mut delay_ns = step.delay_ns;
            while delay_ns > 0 {
                let part = u32::try_from(delay_ns).unwrap_or(u32::MAX);
                operations.push(Operation::DelayNs(part));
                delay_ns -= u64::from(part);
            }
        }
        job.result = match job.select {
            Some(select) => self.spi_run(select, &mut operations),
            None => self.spi_run_bare(job.bus, job.clocking, |world, clocking| {
                world.spi_operations(job.bus, clocking, &mut operations)
            }),
        };
        job.read = read;
    }
}
