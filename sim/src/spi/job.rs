//! Transactions that tasks wait for: the same acts on the wires and the same faults, and the time between them passes beside
//! everything else.

use alloc::vec;
use alloc::vec::Vec;
use core::mem;

use super::bus::Clocking;
use super::controller::FILLER;
use super::{SpiBusId, SpiError, SpiSelectId};
use crate::fault::spi::Plan;
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
    /// Finds the faults that strike, and waits while one of them holds the bus.
    Plan,
    Idle,
    /// Makes a select line inactive that a fault left active.
    Unstick,
    Select,
    Setup,
    /// The word of this index in the step.
    Word(usize),
    Delay,
    Hold,
    /// Holds a select line for a moment that nothing else held.
    Pulse,
    /// Waits until the controller can let go of the select line.
    LetGo,
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
    /// When the select line became active.
    selected_ns: u64,
    /// What becomes of it, while others act.
    plan: Plan,
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
            ([], None) => Next::End,
            (_, Some(_)) => Next::Ready,
            (_, None) => Next::Plan,
        };
        let bytes = bytes.into_iter();
        let (read, result, selected_ns, plan) = (Vec::new(), Ok(()), 0, Plan::default());
        let job =
            Job { number, bus: id, clocking, select, steps, bytes, read, result, next, selected_ns, plan, signal };
        bus.jobs.push_back(job);
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

    /// Returns whether a task has a transaction on a bus.
    pub(crate) fn spi_is_busy(&self) -> bool {
        self.spi.iter().any(|bus| !bus.jobs.is_empty())
    }

    /// Does what is next on a bus, until time must pass.
    pub(crate) fn spi_continue(&mut self, bus: usize) {
        while let Some(mut job) = self.spi.get_mut(bus).and_then(|bus| bus.jobs.pop_front()) {
            match self.spi_act_as_planned(&mut job) {
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

    /// Acts under the plan of this transaction: others may be under way on other buses, each with its own.
    fn spi_act_as_planned(&mut self, job: &mut Job) -> Option<u64> {
        if self.env.faults.none() {
            return self.spi_act(job);
        }
        mem::swap(&mut self.env.faults.spi, &mut job.plan);
        let ns = self.spi_act(job);
        mem::swap(&mut self.env.faults.spi, &mut job.plan);
        ns
    }

    /// Does things on the wires until time must pass, and returns how much, or nothing if all is done.
    fn spi_act(&mut self, job: &mut Job) -> Option<u64> {
        loop {
            match self.spi_next(job) {
                Some(0) => {}
                ns => return ns,
            }
        }
    }

    /// Does what is next, and returns how long it takes, or nothing if all is done.
    fn spi_next(&mut self, job: &mut Job) -> Option<u64> {
        let (bus, clocking) = (job.bus, job.clocking);
        match job.next {
            Next::Ready => {
                job.next = Next::Plan;
                let ready_ns = self.spi.get(bus.0).map_or(0, |bus| bus.ready_ns);
                return Some(ready_ns.saturating_sub(self.env.now_ns));
            }
            Next::Plan => {
                job.next = Next::Idle;
                if !self.env.faults.none() {
                    let (held_ns, had) = self.spi_strike(bus, job.select);
                    if had.is_err() {
                        (job.result, job.next) = (had, Next::End);
                    }
                    job.clocking.mode = self.env.faults.spi.mode().unwrap_or(clocking.mode);
                    return Some(held_ns);
                }
            }
            Next::Idle => {
                job.next = if job.select.is_some() { Next::Unstick } else { Next::Word(0) };
                return Some(self.idle_clock(bus, clocking));
            }
            Next::Unstick => {
                job.next = Next::Select;
                let stuck = self.env.faults.spi.select_stuck();
                if stuck != Some(Level::Low) && self.take_stuck(job.select?) {
                    self.spi_drive_select(job.select, Level::High);
                }
            }
            Next::Select => {
                job.next = Next::Setup;
                job.selected_ns = self.env.now_ns;
                if self.env.faults.spi.select_stuck() != Some(Level::High) {
                    self.spi_drive_select(job.select, Level::Low);
                }
            }
            Next::Setup => {
                job.next = Next::Word(0);
                return Some(self.selects.get(job.select?.0)?.settings.select_setup_ns);
            }
            Next::Word(index) => return Some(self.spi_word(job, index)),
            Next::Delay => {
                job.next = Next::Word(0);
                let ns = job.steps.pop().map_or(0, |step| step.delay_ns);
                return Some(if ns > 0 { self.overslept(ns) } else { 0 });
            }
            Next::Hold => {
                let Some(select) = job.select else {
                    self.env.faults.spi.end();
                    return None;
                };
                job.next = Next::Pulse;
                return Some(self.selects.get(select.0)?.settings.select_hold_ns);
            }
            Next::Pulse => {
                job.next = Next::LetGo;
                if self.env.now_ns == job.selected_ns {
                    return Some(clocking.pulse_ns());
                }
            }
            Next::LetGo => {
                job.next = Next::Deselect;
                if let Err(error) = self.env.faults.spi.deselect() {
                    // What failed first is reported.
                    job.result = job.result.and(Err(error));
                    return Some(clocking.byte_ns.div_ceil(8));
                }
            }
            Next::Deselect => {
                job.next = Next::End;
                if self.env.faults.spi.select_stuck() == Some(Level::Low) {
                    self.leave_stuck(job.select?);
                } else {
                    self.spi_drive_select(job.select, Level::High);
                }
                self.env.faults.spi.end();
                self.spi_deselected(bus, clocking);
            }
            Next::End => return None,
        }
        Some(0)
    }

    /// Clocks the word of this index in the step, and returns how long it takes; goes on if there is none.
    fn spi_word(&mut self, job: &mut Job, index: usize) -> u64 {
        let Some(step) = job.steps.last() else {
            job.next = Next::Hold;
            return 0;
        };
        if index == step.write_len.max(step.read_len) {
            job.next = Next::Delay;
            return 0;
        }
        if let Err(error) = self.spi_before_byte() {
            (job.result, job.next) = (Err(error), Next::Hold);
            return 0;
        }
        job.next = Next::Word(index + 1);
        // As many as the steps write; that was checked.
        let mosi = if index < step.write_len { job.bytes.next().unwrap_or(FILLER) } else { FILLER };
        let keeps = index < step.read_len;
        let miso = self.clock_byte(job.bus, job.clocking, mosi);
        if keeps {
            job.read.push(miso);
        }
        job.clocking.byte_ns
    }

    /// Drives a select line, and lets the parts follow.
    fn spi_drive_select(&mut self, select: Option<SpiSelectId>, level: Level) {
        if let Some(select) = select {
            self.drive_select(select, level);
            self.deliver();
        }
    }
}
