//! The whole board, and the passing of time on it.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::circuit::{Circuit, Driver, NetChange, PartView, Watcher};
use crate::controls::{ControlError, Followed};
#[cfg(feature = "reactions")]
use crate::fault::{Fault, FaultId, When};
use crate::i2c::I2cBusId;
use crate::i2c::bus::I2cBus;
#[cfg(feature = "reactions")]
use crate::model::Course;
use crate::model::Value;
use crate::net::{Drive, Level, Net};
use crate::part::{Board, Part, PartId};
#[cfg(feature = "reactions")]
use crate::pwm::PwmSignal;
use crate::queue::{Action, Task};
use crate::spi::SpiBusId;
use crate::spi::bus::{SpiBus, SpiSelect};
use crate::stimulus::StimulusContext;
use crate::uart::line::UartLine;

/// How many changes of nets may follow from each other without time passing. Parts that drive each other in a circle
/// without end would otherwise hang the simulation; the changes past this limit are not reported to watchers.
const MAX_NOTICES: u32 = 10_000;

pub(crate) struct BoardState {
    pub(crate) circuit: Circuit,
    pub(crate) parts: Vec<Box<dyn Part>>,
    pub(crate) i2c: Vec<I2cBus>,
    pub(crate) spi: Vec<SpiBus>,
    pub(crate) selects: Vec<SpiSelect>,
    pub(crate) uart: Vec<UartLine>,
    /// The controls that go over time.
    pub(crate) courses: Vec<Followed>,
}

impl BoardState {
    pub(crate) fn new() -> BoardState {
        BoardState {
            circuit: Circuit::new(),
            parts: Vec::new(),
            i2c: Vec::new(),
            spi: Vec::new(),
            selects: Vec::new(),
            uart: Vec::new(),
            courses: Vec::new(),
        }
    }

    /// Puts a part on the board.
    pub(crate) fn add(&mut self, part: impl Part) -> PartId {
        let id = PartId(self.parts.len());
        self.parts.push(Box::new(part));
        self.with(id.0, |part, board| part.power_on(board));
        self.settle();
        id
    }

    pub(crate) fn place_on_i2c(&mut self, bus: I2cBusId, part: PartId) {
        let addresses = self.parts.get_mut(part.0).and_then(|part| part.i2c()).and_then(|target| target.addresses());
        if let Some(bus) = self.i2c.get_mut(bus.0) {
            bus.place(part.0, addresses);
        }
    }

    /// Puts a part on an SPI bus where it is always selected.
    pub(crate) fn place_on_spi(&mut self, bus: SpiBusId, part: PartId) {
        if let Some(bus) = self.spi.get_mut(bus.0) {
            bus.always.push(part.0);
        }
        self.activate(bus, part.0);
    }

    /// Calls a part with its view of the board.
    pub(crate) fn with<R>(&mut self, index: usize, f: impl FnOnce(&mut dyn Part, &mut dyn Board) -> R) -> Option<R> {
        let part = self.parts.get_mut(index)?;
        Some(f(&mut **part, &mut PartView { circuit: &mut self.circuit, part: index }))
    }

    /// Returns how long a delay takes that begins now.
    pub(crate) fn overslept(&mut self, ns: u64) -> u64 {
        if self.circuit.faults.none() {
            return ns;
        }
        let (ns, event) = self.circuit.faults.overslept(self.circuit.now_ns, ns);
        if let Some(event) = event {
            self.circuit.trace(event);
        }
        ns
    }

    /// Returns by how many seconds the date is wrong for who looks at it now.
    pub(crate) fn date_error(&mut self) -> i64 {
        if self.circuit.faults.none() {
            return 0;
        }
        let (seconds, event) = self.circuit.faults.date_error(self.circuit.now_ns);
        if let Some(event) = event {
            self.circuit.trace(event);
        }
        seconds
    }

    /// Does all that is to be done at this time.
    #[inline]
    pub(crate) fn settle(&mut self) {
        if self.circuit.now_ns >= self.circuit.due_ns {
            self.run_until(self.circuit.now_ns);
        }
    }

    /// Lets time pass, with all that happens on the way.
    #[inline]
    pub(crate) fn advance(&mut self, ns: u64) {
        if !self.circuit.pass(ns) {
            self.run_until(self.circuit.now_ns.saturating_add(ns));
        }
    }

    /// Lets time pass up to a time, with all that happens on the way.
    #[cold]
    pub(crate) fn run_until(&mut self, target_ns: u64) {
        self.run_unless(target_ns, &mut || false);
    }

    /// As [`BoardState::run_until`], but no further once `stop` says so, which is asked before each thing that happens. Returns whether
    /// the time has come.
    #[cold]
    pub(crate) fn run_unless(&mut self, target_ns: u64, stop: &mut dyn FnMut() -> bool) -> bool {
        // What a fault does to a part settles the board while timers are being run.
        let running = core::mem::replace(&mut self.circuit.running, true);
        self.deliver();
        let mut has_come = true;
        while self.circuit.queue.next_ns().is_some_and(|at_ns| at_ns <= target_ns) {
            if stop() {
                has_come = false;
                break;
            }
            let Some(timer) = self.circuit.queue.pop_due(target_ns) else { break };
            if timer.at_ns > self.circuit.now_ns {
                self.circuit.now_ns = timer.at_ns;
                self.circuit.call_hook();
            }
            match timer.task {
                Task::Act(action) => {
                    action(self);
                    self.listen_to_peers();
                }
                Task::Course(index) => self.course_due(index),
                Task::UartSent(port) if cfg!(feature = "uart") => self.uart_sent(port),
                Task::UartReceived(port) if cfg!(feature = "uart") => self.uart_received(port),
                Task::UartSent(_) | Task::UartReceived(_) => {}
                Task::Transaction(bus) if cfg!(feature = "tasks") => self.go_on(bus),
                Task::Transaction(_) => {}
                Task::Wake { part, own_ns } => {
                    match self.circuit.faults.conditions.due(part, own_ns, self.circuit.now_ns) {
                        Ok(()) => {
                            self.with(part, |part, board| part.wake(board));
                            self.listen_to_peers();
                        }
                        Err(Some(at_ns)) => self.circuit.push(at_ns, Task::Wake { part, own_ns }),
                        Err(None) => {}
                    }
                }
                Task::Fault(index) if cfg!(feature = "faults") => self.fault_due(index),
                Task::Force(net, level) if cfg!(feature = "faults") => self.circuit.force(net, level),
                Task::Fault(_) | Task::Force(..) => {}
            }
            self.deliver();
        }
        if has_come {
            self.circuit.now_ns = self.circuit.now_ns.max(target_ns);
        }
        self.circuit.running = running;
        self.circuit.wake_sleepers();
        self.circuit.refresh_due();
        has_come
    }

    /// Tells watchers about changes, and about those that follow from them.
    pub(crate) fn deliver(&mut self) {
        for _ in 0..MAX_NOTICES {
            let Some(notice) = self.circuit.notices.pop_front() else { return };
            match notice.watcher {
                Watcher::Part(part) if self.circuit.faults.conditions.is_absent(part) => {}
                Watcher::Part(part) => {
                    self.with(part, |part, board| match notice.change {
                        NetChange::Level(level) => part.net_changed(notice.net, level, board),
                        NetChange::Pwm(signal) => part.pwm_changed(notice.net, signal, board),
                    });
                }
                Watcher::Select(select) => self.select_changed(select),
            }
        }
        self.circuit.notices.clear();
    }
}

impl StimulusContext for BoardState {
    fn now_ns(&self) -> u64 {
        self.circuit.now_ns
    }

    fn level(&self, net: Net) -> Level {
        self.circuit.level(net)
    }

    fn drive(&mut self, net: Net, drive: Drive) {
        self.circuit.drive(net, Driver::StimulusContext, drive);
    }

    fn schedule(&mut self, at_ns: u64, action: Action) {
        self.circuit.push(at_ns, Task::Act(action));
    }

    fn visit(&mut self, id: PartId, visit: &mut dyn FnMut(&mut dyn Part, &mut dyn Board)) -> bool {
        self.with(id.0, |part, board| visit(part, board)).is_some()
    }

    fn set_value(&mut self, id: PartId, control: &str, value: &Value) -> Result<(), ControlError> {
        self.stop_course(id, control);
        self.set_control(id, control, value)
    }

    #[cfg(feature = "reactions")]
    fn follow_course(&mut self, id: PartId, control: &str, course: Course) -> Result<(), ControlError> {
        let value = Value::Number(course.at(self.circuit.now_ns));
        self.set_control(id, control, &value)?;
        self.follow(id, control, course);
        Ok(())
    }

    #[cfg(feature = "reactions")]
    fn pwm(&self, net: Net) -> Option<PwmSignal> {
        self.circuit.pwm(net)
    }

    #[cfg(feature = "reactions")]
    fn inject(&mut self, fault: Fault, when: When) -> FaultId {
        BoardState::inject(self, fault, when)
    }

    #[cfg(feature = "reactions")]
    fn withdraw(&mut self, fault: FaultId) {
        BoardState::withdraw(self, fault);
    }
}
