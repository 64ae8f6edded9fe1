//! Plays a scenario on a board.

mod act;
mod engine;
mod exchange;
mod listen;
mod stream;
mod tape;
mod task;
mod watch;
mod watching;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wasm_embedded_board::Board;
use wasm_embedded_sim::{Event, Reaction, Sim, StimulusContext, Topology, TraceSink};

use self::engine::{Engine, Todo};
use crate::condition::Stream;
use crate::report::Report;
use crate::scenario::Scenario;

/// How a guest ended.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Ending {
    /// It exited with a status.
    Status(u8),
    /// It trapped, for this reason.
    Trap(String),
    /// It reached a limit, as the message says.
    Limit(String),
    /// The host stopped it for another reason.
    Other(String),
}

/// A scenario that is being played on a board. Clones are handles of the same.
///
/// Steps go on at the virtual time of what they wait for: the board calls them when something happens on its wires, and whoever runs a
/// guest calls [`Play::hear`] and [`Play::ended`].
#[derive(Clone)]
pub struct Play {
    sim: Sim,
    shared: Arc<Shared>,
}

/// Ends what drives the board. It is called once, while the board is held, which it must not use.
pub(crate) type Stop = Arc<dyn Fn() + Send + Sync>;

struct Shared {
    engine: Mutex<Engine>,
    stop: Stop,
}

impl Play {
    /// Begins to play a scenario on a board, which must be that of the scenario's policy. `stop` is called when the last step is done
    /// or one has failed, or if `until_ns` is given, not before that virtual time.
    #[must_use]
    pub fn begin(scenario: &Scenario, board: &Board, until_ns: Option<u64>, stop: Stop) -> Play {
        let engine = Mutex::new(Engine::new(scenario, board, until_ns));
        let play = Play { sim: board.sim().clone(), shared: Arc::new(Shared { engine, stop }) };
        play.sim.trace_to(Box::new(Sink { shared: play.shared.clone(), reacts: false }));
        play.run();
        play
    }

    /// Adds the steps of a scenario behind those that there are.
    pub(crate) fn then(&self, scenario: &Scenario, board: &Board) {
        let now_ns = self.sim.now_ns();
        self.shared.lock().then(scenario, board, now_ns);
        self.run();
    }

    /// Takes what the guest wrote. It must not be called while the board is held.
    pub fn hear(&self, stream: Stream, bytes: &[u8]) {
        // The board's lock comes first, always.
        let now_ns = self.sim.now_ns();
        let goes_on = self.shared.lock().hear(stream, bytes, now_ns);
        if goes_on {
            self.run();
        }
    }

    /// Takes how the guest ended. It must not be called while the board is held.
    pub fn ended(&self, ending: Ending) {
        let now_ns = self.sim.now_ns();
        self.shared.lock().end(ending, now_ns);
        self.run();
    }

    /// Lets virtual time pass until the last step is done or one has failed.
    pub fn go_on(&self) {
        loop {
            let now_ns = self.sim.now_ns();
            if self.shared.lock().is_done(now_ns) {
                return;
            }
            let Some(next_ns) = self.sim.next_event_ns() else { return };
            self.sim.advance_ns(next_ns.saturating_sub(now_ns));
        }
    }

    /// Returns what came of the scenario so far.
    #[must_use]
    pub fn report(&self) -> Report {
        self.shared.lock().report()
    }

    fn run(&self) {
        let shared = self.shared.clone();
        self.sim.schedule(0, move |stage| shared.run(stage));
    }
}

impl fmt::Debug for Play {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Play").finish_non_exhaustive()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Engine> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does what is to be done now. What acts on the board runs without the lock: the board tells the sink of what comes of it.
    fn run(self: &Arc<Shared>, stage: &mut dyn StimulusContext) {
        loop {
            let todo = self.lock().next(stage.now_ns());
            match todo {
                Todo::Nothing => return,
                Todo::Again(times) => {
                    for at_ns in times {
                        let shared = self.clone();
                        stage.schedule(at_ns, Box::new(move |stage| shared.run(stage)));
                    }
                }
                Todo::Act(act) => {
                    let done = act.perform(stage);
                    self.lock().acted(done, stage.now_ns());
                }
                Todo::Look(target) => {
                    let is_true = target.look(stage);
                    self.lock().judge(is_true, stage.now_ns());
                }
                Todo::Describe(target) => {
                    let seen = target.describe(stage);
                    self.lock().fail(seen, stage.now_ns());
                }
                Todo::Stop => (self.stop)(),
            }
        }
    }
}

/// Hears what happens on the wires.
struct Sink {
    shared: Arc<Shared>,
    reacts: bool,
}

impl TraceSink for Sink {
    fn event(&mut self, event: &Event, _topology: &Topology) {
        self.reacts = self.shared.lock().event(event);
    }

    fn react(&mut self) -> Option<Reaction> {
        std::mem::take(&mut self.reacts).then(|| {
            let shared = self.shared.clone();
            Box::new(move |stage: &mut dyn StimulusContext| shared.run(stage)) as Reaction
        })
    }
}
