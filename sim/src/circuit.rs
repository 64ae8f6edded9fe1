//! The board without its parts: the clock, the timers, the nets and the trace.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::String;
use alloc::vec::Vec;
use core::task::Waker;

use crate::fault::Faults;
use crate::net::{Drive, Level, Net, Pull};
use crate::part::Board;
use crate::pwm::PwmSignal;
use crate::queue::{Queue, Task};
use crate::trace::{Event, EventKind, NetInfo, Topology, TraceSink};

mod edges;
#[cfg(not(feature = "runs"))]
#[path = "circuit/no_runs.rs"]
mod runs;
#[cfg(feature = "runs")]
mod runs;
mod waits;

pub(crate) use edges::Kept;
use edges::Watch;
pub use edges::{KEPT_EDGES, KeptEdge};
use runs::Runs;
pub use waits::Awaited;
use waits::Wait;

/// Called with the time after the clock moved.
pub(crate) type Hook = Box<dyn FnMut(u64) + Send>;

/// Who drives a net.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Driver {
    /// The part of this index.
    Part(usize),
    /// The handle of this number: one pin of the controller.
    Handle(usize),
    /// The select line of this index, while a device on it is talked to.
    Select(usize),
    /// A handle that is gone. Its pin keeps its level until the next handle on the net takes over.
    Gone,
    /// The stimuli.
    StimulusContext,
}

/// Who is told about the changes of a net.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Watcher {
    /// The part of this index.
    Part(usize),
    /// The select line of this index.
    Select(usize),
}

/// A change of a net that a watcher has not been told yet.
pub(crate) struct Notice {
    pub(crate) watcher: Watcher,
    pub(crate) net: Net,
    pub(crate) change: NetChange,
}

/// What changed on a net.
#[derive(Clone, Copy)]
pub(crate) enum NetChange {
    Level(Level),
    Pwm(PwmSignal),
}

#[derive(Default)]
struct NetState {
    pull: Pull,
    drivers: Vec<(Driver, Drive)>,
    watchers: Vec<Watcher>,
    waits: Vec<Wait>,
    watches: Vec<Watch>,
    contended: bool,
    microvolts: Option<i32>,
    /// What the drivers and the pull make of it.
    natural: Level,
    /// What a fault makes of it.
    forced: Option<Level>,
}

pub(crate) struct Circuit {
    pub(crate) now_ns: u64,
    /// When something is to be done: never later than the first timer, and 0 while notices wait.
    pub(crate) due_ns: u64,
    /// Whether timers are being run: then a new one must be in the future, or time would stand still for ever.
    pub(crate) running: bool,
    pub(crate) queue: Queue,
    pub(crate) notices: VecDeque<Notice>,
    pub(crate) hook: Option<Hook>,
    pub(crate) topology: Topology,
    pub(crate) contentions: u64,
    /// Tasks of the controller by the times that they sleep until, and by their numbers.
    pub(crate) sleepers: BTreeMap<(u64, u64), Waker>,
    /// How many waits and transactions of tasks there were.
    numbers: u64,
    pub(crate) faults: Faults,
    sinks: Vec<Box<dyn TraceSink>>,
    runs: Runs,
    nets: Vec<NetState>,
    handles: usize,
}

impl Circuit {
    pub(crate) fn new() -> Circuit {
        Circuit {
            now_ns: 0,
            due_ns: u64::MAX,
            running: false,
            queue: Queue::default(),
            notices: VecDeque::new(),
            hook: None,
            topology: Topology::default(),
            contentions: 0,
            sleepers: BTreeMap::new(),
            numbers: 0,
            faults: Faults::default(),
            sinks: Vec::new(),
            runs: Runs::default(),
            nets: Vec::new(),
            handles: 0,
        }
    }

    /// Asks for a task at `at_ns`, or as soon as possible if that is past.
    pub(crate) fn push(&mut self, at_ns: u64, task: Task) {
        let earliest_ns = if self.running { self.now_ns.saturating_add(1) } else { self.now_ns };
        // The end of time: a task that asks for itself again would run for ever.
        if self.now_ns < u64::MAX {
            let at_ns = at_ns.max(earliest_ns);
            self.queue.push(at_ns, task);
            self.due_ns = self.due_ns.min(at_ns);
        }
    }

    /// Makes `due_ns` exact again.
    pub(crate) fn refresh_due(&mut self) {
        self.due_ns = if self.notices.is_empty() { self.next_ns().unwrap_or(u64::MAX) } else { 0 };
    }

    /// Returns the time of the next thing that is to happen.
    pub(crate) fn next_ns(&self) -> Option<u64> {
        let sleeper_ns = self.sleepers.first_key_value().map(|((at_ns, _), _)| *at_ns);
        [self.queue.next_ns(), sleeper_ns].into_iter().flatten().min()
    }

    /// Lets time pass if nothing happens meanwhile, and returns whether it did. Otherwise none passes.
    #[inline]
    pub(crate) fn pass(&mut self, ns: u64) -> bool {
        let target_ns = self.now_ns.saturating_add(ns);
        let passes = target_ns < self.due_ns;
        if passes {
            self.now_ns = target_ns;
        }
        passes
    }

    pub(crate) fn new_handle(&mut self) -> usize {
        self.handles = self.handles.wrapping_add(1);
        self.handles
    }

    /// Finds or makes a net.
    pub(crate) fn net(&mut self, name: &str) -> Net {
        if let Some(index) = self.topology.nets.iter().position(|net| net.name == name) {
            return Net(index);
        }
        self.nets.push(NetState::default());
        self.topology.nets.push(NetInfo { name: String::from(name), level: Level::Low, pwm: None });
        self.topology_changed();
        Net(self.topology.nets.len() - 1)
    }

    pub(crate) fn level(&self, net: Net) -> Level {
        match (self.nets.get(net.0).and_then(|state| state.forced), self.pwm(net)) {
            (Some(forced), _) => forced,
            (None, Some(signal)) => signal.level(self.now_ns),
            (None, None) => self.topology.nets.get(net.0).map_or(Level::Low, |net| net.level),
        }
    }

    /// Returns how a net is modulated, if it is.
    pub(crate) fn pwm(&self, net: Net) -> Option<PwmSignal> {
        self.topology.nets.get(net.0)?.pwm
    }

    /// Modulates a net from now on; a part of none or of all of a period is a level.
    pub(crate) fn modulate(&mut self, net: Net, driver: Driver, signal: PwmSignal) {
        let level = Level::from(signal.high_ns > 0);
        let steady = signal.high_ns == 0 || signal.high_ns >= signal.period_ns;
        let Some(info) = self.topology.nets.get_mut(net.0) else { return };
        // The same duty again starts no new period, as in a timer that is told its compare value twice.
        if info.pwm.is_some_and(|now| (now.period_ns, now.high_ns) == (signal.period_ns, signal.high_ns)) {
            return;
        }
        info.pwm = (!steady).then_some(signal);
        self.trace(EventKind::Pwm { net, signal });
        self.drive(net, driver, Drive::from(level));
        let Some(state) = self.nets.get(net.0) else { return };
        for &watcher in &state.watchers {
            self.notices.push_back(Notice { watcher, net, change: NetChange::Pwm(signal) });
            self.due_ns = 0;
        }
    }

    /// Returns the voltage on a net, if it has one.
    pub(crate) fn microvolts(&self, net: Net) -> Option<i32> {
        self.nets.get(net.0)?.microvolts
    }

    pub(crate) fn set_voltage(&mut self, net: Net, microvolts: Option<i32>) {
        let Some(state) = self.nets.get_mut(net.0) else { return };
        if state.microvolts != microvolts {
            state.microvolts = microvolts;
            if let Some(microvolts) = microvolts {
                self.trace(EventKind::Voltage { net, microvolts });
            }
        }
    }

    pub(crate) fn set_pull(&mut self, net: Net, pull: Pull) {
        if let Some(state) = self.nets.get_mut(net.0) {
            state.pull = pull;
            self.resolve(net);
        }
    }

    pub(crate) fn drive(&mut self, net: Net, driver: Driver, drive: Drive) {
        let Some(state) = self.nets.get_mut(net.0) else { return };
        match state.drivers.iter_mut().find(|(who, _)| *who == driver) {
            Some((_, before)) if *before == drive => return,
            Some((_, before)) => *before = drive,
            None => state.drivers.push((driver, drive)),
        }
        self.resolve(net);
    }

    /// Returns whether somebody drives a net, or has it released.
    pub(crate) fn is_driven_by(&self, net: Net, driver: Driver) -> bool {
        self.nets.get(net.0).is_some_and(|state| state.drivers.iter().any(|(who, _)| *who == driver))
    }

    /// Puts a new handle on a net, in the place of those that are gone, without a glitch.
    pub(crate) fn take_over(&mut self, net: Net, driver: Driver, drive: Drive) {
        if let Some(state) = self.nets.get_mut(net.0) {
            state.drivers.retain(|(who, _)| *who != Driver::Gone);
            state.drivers.push((driver, drive));
            self.resolve(net);
        }
    }

    /// Leaves a handle's level on the net for the next handle to take over.
    pub(crate) fn leave(&mut self, net: Net, driver: Driver) {
        let drivers = self.nets.get_mut(net.0).map(|state| state.drivers.iter_mut());
        for (who, _) in drivers.into_iter().flatten() {
            if *who == driver {
                *who = Driver::Gone;
            }
        }
    }

    pub(crate) fn watch(&mut self, net: Net, watcher: Watcher) {
        if let Some(state) = self.nets.get_mut(net.0)
            && !state.watchers.contains(&watcher)
        {
            state.watchers.push(watcher);
        }
    }

    /// Works out the level of a net, and tells those who watch it if it changed.
    fn resolve(&mut self, net: Net) {
        let Some(state) = self.nets.get_mut(net.0) else { return };
        let any = |drive| state.drivers.iter().any(|(_, d)| *d == drive);
        let (low, high) = (any(Drive::Low), any(Drive::High));
        let natural = Level::from(!low && (high || state.pull == Pull::Up));
        if state.natural != natural {
            state.natural = natural;
            if !self.faults.none() {
                self.strike_net(net, natural);
            }
        }
        let (Some(state), Some(info)) = (self.nets.get_mut(net.0), self.topology.nets.get_mut(net.0)) else { return };
        let level = state.forced.unwrap_or(natural);
        let contended = low && high;
        let clash = contended && !state.contended;
        state.contended = contended;
        if info.level != level {
            info.level = level;
            for &watcher in &state.watchers {
                self.notices.push_back(Notice { watcher, net, change: NetChange::Level(level) });
                self.due_ns = 0;
            }
            if cfg!(feature = "tasks") {
                state.keep_edge(self.now_ns, level);
            }
            state.tell_waits(level);
            self.trace(EventKind::Net { net, level });
        }
        if clash {
            self.contentions = self.contentions.saturating_add(1);
            self.trace(EventKind::Contention { net });
        }
    }

    /// Has a net carry a level whoever drives it, or what they make of it again.
    pub(crate) fn force(&mut self, net: Net, level: Option<Level>) {
        self.hold(net, level);
        self.resolve(net);
    }

    /// As [`Circuit::force`], from the next look at the net's drivers on.
    pub(crate) fn hold(&mut self, net: Net, level: Option<Level>) {
        if let Some(state) = self.nets.get_mut(net.0) {
            state.forced = level;
        }
    }

    /// Lets a part drive nothing any more.
    pub(crate) fn release(&mut self, part: usize) {
        for index in 0..self.nets.len() {
            self.drive(Net(index), Driver::Part(part), Drive::Released);
        }
    }

    pub(crate) fn traced(&self) -> bool {
        !self.sinks.is_empty()
    }

    /// Reports an event that begins now.
    #[inline]
    pub(crate) fn trace(&mut self, kind: EventKind) {
        if self.traced() {
            self.send(kind);
        }
    }

    #[inline(never)]
    fn send(&mut self, kind: EventKind) {
        let event = Event { at_ns: self.now_ns, kind };
        if self.runs.hold(&event) {
            return;
        }
        for sink in &mut self.sinks {
            sink.event(&event, &self.topology);
        }
        #[cfg(feature = "reactions")]
        if !self.runs.all_take() {
            self.react();
        }
    }

    /// Plans what the sinks want to do about an event.
    #[cfg(feature = "reactions")]
    fn react(&mut self) {
        let mut sinks = core::mem::take(&mut self.sinks);
        for reaction in sinks.iter_mut().filter_map(|sink| sink.react()) {
            self.push(self.now_ns, Task::Act(reaction));
        }
        self.sinks = sinks;
    }

    pub(crate) fn add_sink(&mut self, mut sink: Box<dyn TraceSink>) {
        sink.topology(&self.topology);
        self.sinks.push(sink);
        self.ask_for_runs();
    }

    pub(crate) fn take_sinks(&mut self) -> Vec<Box<dyn TraceSink>> {
        self.end_broken_run();
        core::mem::take(&mut self.sinks)
    }

    /// Tells the sinks that something was added to the board.
    pub(crate) fn topology_changed(&mut self) {
        for sink in &mut self.sinks {
            sink.topology(&self.topology);
        }
    }

    /// Lets the hook see the time.
    #[inline]
    pub(crate) fn call_hook(&mut self) {
        if let Some(hook) = &mut self.hook {
            hook(self.now_ns);
        }
    }
}

/// The board as one part sees it.
pub(crate) struct PartView<'a> {
    pub(crate) circuit: &'a mut Circuit,
    pub(crate) part: usize,
}

impl Board for PartView<'_> {
    #[inline]
    fn now_ns(&self) -> u64 {
        self.circuit.faults.conditions.own_ns(self.part, self.circuit.now_ns)
    }

    fn level(&self, net: Net) -> Level {
        self.circuit.level(net)
    }

    fn drive(&mut self, net: Net, drive: Drive) {
        self.circuit.drive(net, Driver::Part(self.part), drive);
    }

    fn pwm(&self, net: Net) -> Option<PwmSignal> {
        self.circuit.pwm(net)
    }

    fn modulate(&mut self, net: Net, signal: PwmSignal) {
        if cfg!(feature = "pulses") {
            self.circuit.modulate(net, Driver::Part(self.part), signal);
        }
    }

    fn microvolts(&self, net: Net) -> Option<i32> {
        self.circuit.microvolts(net)
    }

    fn set_voltage(&mut self, net: Net, microvolts: Option<i32>) {
        self.circuit.set_voltage(net, microvolts);
    }

    fn watch(&mut self, net: Net) {
        self.circuit.watch(net, Watcher::Part(self.part));
    }

    fn wake_at(&mut self, own_ns: u64) {
        if let Some(at_ns) = self.circuit.faults.conditions.wake_at(self.part, own_ns) {
            self.circuit.push(at_ns, Task::Wake { part: self.part, own_ns });
        }
    }
}
