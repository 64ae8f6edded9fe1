//! The state of a scenario that is being played.

use std::collections::BTreeMap;

use wasm_embedded_board::Board;
use wasm_embedded_sim::UartId;
use wasm_embedded_sim::fault::FaultId;

use super::Ending;
use super::act::{Act, Done};
use super::exchange::Exchanges;
use super::tape::Tape;
use super::task::{Task, What, tasks};
use super::watch::{self, Target};
use super::watching::{Verdict, Watching};
use crate::condition::{Direction, End};
use crate::report::{Failure, Outcome, Report, StepReport, StepState};
use crate::scenario::{Mode, Scenario, Start, Step};

/// What is to be done next, without the lock of the engine.
pub(super) enum Todo {
    Nothing,
    /// Ask again at these times, and now.
    Again(Vec<u64>),
    Act(Act),
    Look(Target),
    Describe(Target),
    Stop,
}

/// What the current task is about.
#[derive(Debug)]
pub(super) enum State {
    Idle,
    /// It begins at a time.
    Starting(u64),
    /// It acts.
    Acting,
    /// It ends at a time.
    Waiting(u64),
    Watching(Watching),
    Failing(Watching),
    Over,
}

#[derive(Debug)]
pub(super) struct Engine {
    tasks: Vec<Task>,
    at: usize,
    pub(super) state: State,
    /// When the task before ended.
    ended_ns: u64,
    steps: Vec<StepReport>,
    outcome: Outcome,
    name: String,
    title: Option<String>,
    faults: BTreeMap<String, FaultId>,
    pub(super) exchanges: Exchanges,
    /// Behind the last transaction that was expected, by bus.
    pub(super) seen: Vec<(super::exchange::Bus, usize)>,
    pub(super) streams: [Tape; 3],
    pub(super) ports: Vec<(UartId, Direction, Tape)>,
    guest: Option<(Ending, u64)>,
    until_ns: Option<u64>,
    /// Whether the board is to ask again at that time.
    is_stop_planned: bool,
    is_stopped: bool,
}

impl Engine {
    pub(super) fn new(scenario: &Scenario, board: &Board, until_ns: Option<u64>) -> Engine {
        let tasks = scenario.steps.iter().enumerate().flat_map(|(number, step)| tasks(number, step, scenario, board));
        let tasks: Vec<Task> = tasks.collect();
        let ports = board.wiring().ports().iter().map(|port| port.id);
        let both = |port| [(port, Direction::Sent, Tape::default()), (port, Direction::Received, Tape::default())];
        let ports = ports.flat_map(both).collect();
        Engine {
            tasks,
            at: 0,
            state: State::Idle,
            ended_ns: 0,
            steps: scenario.steps.iter().map(report_of).collect(),
            outcome: Outcome::Unfinished,
            name: scenario.name.clone(),
            title: scenario.title.clone(),
            faults: BTreeMap::new(),
            exchanges: Exchanges::new(watch::buses(board)),
            seen: Vec::new(),
            streams: Default::default(),
            ports,
            guest: None,
            until_ns,
            is_stop_planned: false,
            is_stopped: false,
        }
    }

    /// Adds the steps of a scenario behind those that there are. They begin now if those are done.
    pub(super) fn then(&mut self, scenario: &Scenario, board: &Board, now_ns: u64) {
        let before = self.steps.len();
        let more = scenario.steps.iter().enumerate();
        self.tasks.extend(more.flat_map(|(number, step)| tasks(before + number, step, scenario, board)));
        self.steps.extend(scenario.steps.iter().map(report_of));
        if self.outcome == Outcome::Passed {
            (self.outcome, self.state, self.is_stopped) = (Outcome::Unfinished, State::Idle, false);
            self.ended_ns = now_ns;
        }
    }

    /// Returns whether nothing is left to be done.
    pub(super) fn is_done(&self, now_ns: u64) -> bool {
        matches!(self.state, State::Over) && self.until_ns.is_none_or(|until_ns| now_ns >= until_ns)
    }

    pub(super) fn report(&self) -> Report {
        Report {
            name: self.name.clone(),
            title: self.title.clone(),
            outcome: self.outcome.clone(),
            steps: self.steps.clone(),
            at_ns: self.ended_ns,
        }
    }

    /// Takes how the guest ended.
    pub(super) fn end(&mut self, ending: Ending, now_ns: u64) {
        self.guest.get_or_insert((ending, now_ns));
    }

    /// Says what is to be done now.
    pub(super) fn next(&mut self, now_ns: u64) -> Todo {
        loop {
            self.check_guest(now_ns);
            match &mut self.state {
                State::Over => return self.stop(now_ns),
                State::Acting => return Todo::Nothing,
                State::Starting(at_ns) | State::Waiting(at_ns) if now_ns < *at_ns => return Todo::Nothing,
                State::Starting(_) => {
                    if let Some(todo) = self.begin(now_ns) {
                        return todo;
                    }
                }
                State::Waiting(_) => self.complete(now_ns),
                State::Failing(watching) => return Todo::Describe(watching.target.clone()),
                State::Idle => match self.tasks.get(self.at) {
                    None => {
                        self.outcome = Outcome::Passed;
                        self.state = State::Over;
                    }
                    Some(task) => {
                        let at_ns = match task.start {
                            Start::Next => self.ended_ns,
                            Start::After(ns) => self.ended_ns.saturating_add(ns),
                            Start::At(ns) => ns,
                        };
                        if at_ns < self.ended_ns {
                            let message = format!(
                                "it is to begin at {} s, and the step before ended at {} s",
                                crate::report::seconds(at_ns),
                                crate::report::seconds(self.ended_ns)
                            );
                            self.give_up(message, Vec::new(), now_ns);
                            continue;
                        }
                        self.state = State::Starting(at_ns);
                        if at_ns > now_ns {
                            return Todo::Again(vec![at_ns]);
                        }
                    }
                },
                State::Watching(watching) => match watching.next(now_ns) {
                    Some(Verdict::Passed(at_ns)) => self.complete(at_ns),
                    Some(Verdict::Failed) => {
                        let idle = std::mem::replace(&mut self.state, State::Idle);
                        if let State::Watching(watching) = idle {
                            self.state = State::Failing(watching);
                        }
                    }
                    Some(Verdict::Look) => return Todo::Look(watching.target.clone()),
                    Some(Verdict::Again(at_ns)) => return Todo::Again(vec![at_ns]),
                    None => return Todo::Nothing,
                },
            }
        }
    }

    /// Begins the task whose time has come.
    fn begin(&mut self, now_ns: u64) -> Option<Todo> {
        let task = self.tasks.get(self.at)?;
        if let Some(step) = self.steps.get_mut(task.step)
            && step.state == StepState::NotReached
        {
            step.state = StepState::Running;
            step.began_ns = now_ns;
        }
        match &task.what {
            What::Act(act) => {
                self.state = State::Acting;
                Some(Todo::Act(act.clone()))
            }
            What::Mend(name) => match self.faults.remove(name) {
                Some(fault) => {
                    self.state = State::Acting;
                    Some(Todo::Act(Act::Withdraw(fault)))
                }
                None => {
                    let message = format!("no fault has the name `{name}`, or it has ended already");
                    self.give_up(message, Vec::new(), now_ns);
                    None
                }
            },
            What::Wait(ns) => {
                let at_ns = now_ns.saturating_add(*ns);
                self.state = State::Waiting(at_ns);
                Some(Todo::Again(vec![at_ns]))
            }
            What::Broken(message) => {
                let message = message.clone();
                self.give_up(message, Vec::new(), now_ns);
                None
            }
            What::Look(target, mode, within_ns) => {
                let deadline_ns = now_ns.saturating_add(*within_ns);
                let (target, mode) = (target.clone(), *mode);
                self.watch(target, mode, now_ns, deadline_ns);
                Some(Todo::Again(vec![deadline_ns]))
            }
        }
    }

    /// Begins to look, at what happened since the last look of its kind too if it is expected.
    fn watch(&mut self, target: Target, mode: Mode, now_ns: u64, deadline_ns: u64) {
        let expects = mode == Mode::Expect;
        let from = match &target {
            Target::Said(stream, _) => {
                let tape = self.tape(*stream);
                if expects { tape.cursor() } else { tape.end() }
            }
            Target::Serial(port, direction, _) => {
                let tape = self.ports.iter().find(|(other, way, _)| (other, way) == (port, direction));
                tape.map_or(0, |(_, _, tape)| if expects { tape.cursor() } else { tape.end() })
            }
            Target::Exchange(bus, _) if expects => {
                self.seen.iter().find(|(other, _)| other == bus).map_or(0, |(_, behind)| *behind)
            }
            Target::Exchange(bus, _) => self.exchanges.count(*bus),
            _ => 0,
        };
        let is_dirty = target.needs_stage();
        let before = match &target {
            Target::Exchange(bus, wanted) => self.exchanges.find(*bus, wanted, from).map(|behind| (*bus, behind)),
            _ => None,
        };
        let mut watching = Watching {
            target,
            mode,
            began_ns: now_ns,
            deadline_ns,
            from,
            edges: 0,
            last_edges: Vec::new(),
            is_dirty,
            next_look_ns: now_ns,
            planned_ns: now_ns,
            is_last_look: false,
            verdict: None,
        };
        if let Some((bus, behind)) = before {
            watching.judge(true, now_ns);
            self.seen.retain(|(other, _)| *other != bus);
            self.seen.push((bus, behind));
        }
        if let Target::Edges(_, _, count) = watching.target {
            watching.count(count, now_ns);
        }
        self.state = State::Watching(watching);
        self.read_tapes(now_ns);
    }

    /// Looks at whether the guest ended as it is expected to, or in a way that ends the scenario.
    fn check_guest(&mut self, now_ns: u64) {
        let Some((ending, at_ns)) = self.guest.clone() else { return };
        if let State::Watching(watching) = &mut self.state
            && let Target::Ended(end) = watching.target
            && watching.verdict.is_none()
        {
            let is_so = match (end, &ending) {
                (End::Any, _) | (End::Trap, Ending::Trap(_)) | (End::Limit, Ending::Limit(_)) => true,
                (End::Status(wanted), Ending::Status(status)) => wanted == *status,
                _ => false,
            };
            // It ends once: nothing else is to be waited for.
            match (is_so, watching.mode) {
                (true, _) => watching.judge(true, at_ns.max(watching.began_ns)),
                (false, Mode::Expect) => watching.verdict = Some((false, now_ns)),
                (false, _) => {}
            }
            return;
        }
        let is_expected = self.tasks.iter().any(|task| matches!(task.what, What::Look(Target::Ended(_), ..)));
        let is_at_rest = matches!(self.state, State::Over | State::Failing(_) | State::Acting);
        if ending == Ending::Status(0) || is_expected || is_at_rest {
            return;
        }
        self.give_up(format!("the guest ended: {}", ending.text()), Vec::new(), now_ns);
    }

    /// Takes whether what the step looks at is true.
    pub(super) fn judge(&mut self, is_true: bool, now_ns: u64) {
        if let State::Watching(watching) = &mut self.state {
            watching.is_dirty = false;
            if watching.verdict.is_none() {
                watching.judge(is_true, now_ns);
            }
        }
    }

    /// Takes what came of an act.
    pub(super) fn acted(&mut self, done: Done, now_ns: u64) {
        match done {
            Done::Well => {}
            Done::Armed(name, fault) => {
                if let Some(name) = name {
                    self.faults.insert(name, fault);
                }
            }
            Done::Refused(message) => return self.give_up(message, Vec::new(), now_ns),
        }
        self.complete(now_ns);
    }

    /// Takes what is there in the place of what is expected.
    pub(super) fn fail(&mut self, mut seen: Vec<String>, now_ns: u64) {
        let State::Failing(watching) = std::mem::replace(&mut self.state, State::Idle) else { return };
        let at_ns = watching.verdict.map_or(now_ns, |(_, at_ns)| at_ns);
        let bus = match &watching.target {
            Target::Exchange(bus, _) => Some(*bus),
            _ => None,
        };
        match &watching.target {
            Target::Edges(..) => {
                seen.push(format!("{} of them came", watching.edges));
                let edges = watching.last_edges.iter();
                seen.extend(edges.map(|(at_ns, level)| {
                    format!("{} s  {}", crate::report::seconds(*at_ns), crate::condition::level_name(*level))
                }));
            }
            Target::Said(stream, _) => seen.extend(self.tape(*stream).tail()),
            Target::Serial(port, direction, _) => {
                let tape = self.ports.iter().find(|(other, way, _)| (other, way) == (port, direction));
                seen.extend(tape.map(|(_, _, tape)| tape.tail()).unwrap_or_default());
            }
            Target::Exchange(..) => seen.extend(self.exchanges.shown(bus)),
            Target::Ended(_) => seen.extend(match &self.guest {
                Some((ending, at_ns)) => {
                    vec![format!("the guest ended at {} s: {}", crate::report::seconds(*at_ns), ending.text())]
                }
                None => vec!["the guest runs on".to_owned()],
            }),
            _ => {}
        }
        let message = match watching.mode {
            Mode::Expect => "it did not happen",
            Mode::Never => "it happened",
            Mode::Always => "it ceased",
        };
        self.give_up(message.to_owned(), seen, at_ns);
    }

    fn complete(&mut self, at_ns: u64) {
        let step = self.tasks.get(self.at).map(|task| task.step);
        self.at += 1;
        self.ended_ns = at_ns;
        self.state = State::Idle;
        let is_last = step != self.tasks.get(self.at).map(|task| task.step);
        if let Some(report) = step.and_then(|step| self.steps.get_mut(step)) {
            report.ended_ns = at_ns;
            if is_last {
                report.state = StepState::Passed;
            }
        }
    }

    fn give_up(&mut self, message: String, seen: Vec<String>, at_ns: u64) {
        let step = self.tasks.get(self.at).map_or(0, |task| task.step);
        if let Some(report) = self.steps.get_mut(step) {
            if report.state == StepState::NotReached {
                report.began_ns = at_ns;
            }
            report.state = StepState::Failed;
            report.ended_ns = at_ns;
        }
        let exchanges = self.exchanges.shown(None);
        self.outcome = Outcome::Failed(Box::new(Failure { step, message, seen, exchanges, at_ns }));
        self.ended_ns = at_ns;
        self.state = State::Over;
    }

    fn stop(&mut self, now_ns: u64) -> Todo {
        if self.is_stopped {
            return Todo::Nothing;
        }
        if let Some(until_ns) = self.until_ns.filter(|until_ns| now_ns < *until_ns) {
            let is_planned = std::mem::replace(&mut self.is_stop_planned, true);
            return if is_planned { Todo::Nothing } else { Todo::Again(vec![until_ns]) };
        }
        self.is_stopped = true;
        Todo::Stop
    }
}

/// Returns the report of a step that has not begun.
fn report_of(step: &Step) -> StepReport {
    let (line, text) = (step.line, step.text.clone());
    StepReport { line, text, state: StepState::NotReached, began_ns: 0, ended_ns: 0 }
}

impl Ending {
    fn text(&self) -> String {
        match self {
            Ending::Status(status) => format!("status {status}"),
            Ending::Trap(reason) => format!("it trapped: {reason}"),
            Ending::Limit(limit) => format!("it reached a limit: {limit}"),
            Ending::Other(reason) => reason.clone(),
        }
    }
}
