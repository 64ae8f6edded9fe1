//! Runs one guest on one board to its end, or several at once.

mod backtrace;
mod breach;
mod drive;
mod ending;
mod guard;
mod guest;
mod hooks;
mod limiter;
mod prepared;
mod processor;
mod recursion;
mod timing;

use std::collections::BTreeMap;
use std::fmt;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use wasm_embedded_host::{HalCtx, Interrupt};
use wasmtime::component::Linker;

pub use self::breach::Breach;
pub use self::ending::{Exit, Trap};

pub(crate) use self::guest::Guest;
use self::prepared::{Company, GuestSlot, Prepared};
use crate::board::Board;
use crate::clock::Clock;
use crate::engine;
use crate::imports::LinkError;
use crate::output::Listener;
use crate::policy::{LogLevel, Policy};
use crate::program::Program;
use crate::turns::Turn;
use crate::wasi;

/// How a guest is run.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// The guest's arguments, the first of which is its own name.
    pub args: Vec<String>,
    /// The guest's configuration values, which it reads by `wasi:config/store`.
    pub config: BTreeMap<String, String>,
    /// Where the guest's random numbers come from.
    pub seed: u64,
    /// The virtual time after which the guest is stopped.
    pub timeout: Option<Duration>,
    /// Whether the machine's time passes as the virtual one does.
    pub real_time: bool,
    /// What stops the guest from outside, within 50 ms of a request. A guest that computes is reached only if the program was
    /// loaded as interruptible. It is for one run: a guest whose time is over is stopped by it too.
    pub stop: Option<Interrupt>,
    /// The least important messages that are kept; the policy's level if there is none.
    pub log_level: Option<LogLevel>,
    /// Whether the guest reads this program's standard input. If not, its input is empty.
    pub stdin: bool,
}

impl Default for RunOptions {
    fn default() -> RunOptions {
        RunOptions {
            args: vec!["guest".to_owned()],
            config: BTreeMap::new(),
            seed: 0,
            timeout: None,
            real_time: false,
            stop: None,
            log_level: None,
            stdin: false,
        }
    }
}

/// How a run ended.
#[derive(Debug)]
#[non_exhaustive]
pub struct Ended {
    /// In which way.
    pub exit: Exit,
    /// When, in nanoseconds of virtual time.
    pub at_ns: u64,
}

/// The log level where neither the policy nor the options say one.
pub const DEFAULT_LOG_LEVEL: LogLevel = LogLevel::Info;

/// One of several guests that are run on one board.
#[derive(Clone)]
pub struct Together<'p> {
    /// What it runs.
    pub program: &'p Program,
    /// How.
    pub options: RunOptions,
    /// Who hears it.
    pub listener: Arc<Mutex<dyn Listener>>,
}

/// Runs a program on a board until it ends, and leaves the outputs at their `on-exit` levels.
///
/// A board has one guest in its life: another one finds no labels. Where this says virtual time, a board with hardware means the
/// machine's.
///
/// # Errors
///
/// The program cannot be linked: it imports something that this host lacks, or does not export `wasi:cli/run`; or the machine has no room for its
/// stack. Nothing has run then.
pub fn run(
    program: &Program,
    board: &mut Board,
    policy: &Policy,
    options: &RunOptions,
    listener: Arc<Mutex<dyn Listener>>,
) -> Result<Ended, LinkError> {
    let linked = prepared::link(program)?;
    let clock = Clock::start(board.sim(), board.real_wait());
    // A request from outside counts from the guest's next call on, and not only when the guard has seen it.
    let interrupt = options.stop.clone().unwrap_or_default();
    let beside = GuestSlot { number: 0, clock: &clock, company: &Company::default(), is_one_of_several: false };
    let prepared = Prepared::new((program, linked), board, policy, options, beside, (listener, interrupt))?;
    board.send_init_clocks();
    let sim = board.sim().clone();
    thread::scope(|scope| {
        // What an asynchronous guest had on a bus goes on to its end, and what it wrote to a serial port leaves.
        let stop = is_late(options.stop.clone().into_iter().collect());
        let running = guest_thread(program, scope, move || {
            prepared.go(|| {
                sim.finish_traffic_unless(stop);
            })
        })?;
        Ok(running.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

/// How long what is left on the wires may take once all guests are to end, of the machine's time: it is not paced then.
const LEAVING: Duration = Duration::from_millis(100);

/// Returns what says that there is no time left for the wires, for so long after one of these was requested.
fn is_late(stops: Vec<Interrupt>) -> impl FnMut() -> bool {
    let mut end = None;
    move || {
        stops.iter().any(|stop| stop.requested().is_some()) && {
            let now = Instant::now();
            now >= *end.get_or_insert(now + LEAVING)
        }
    }
}

/// Starts the thread of a guest, which has the stack that the policy grants: a caller's own may have less, and the host would
/// overflow it in the guest's place.
fn guest_thread<'scope, T: Send + 'scope>(
    program: &Program,
    scope: &'scope Scope<'scope, '_>,
    body: impl FnOnce() -> T + Send + 'scope,
) -> Result<ScopedJoinHandle<'scope, T>, LinkError> {
    let bytes = program.thread_bytes();
    let thread = thread::Builder::new().name("guest".to_owned()).stack_size(bytes);
    thread.spawn_scoped(scope, body).map_err(|source| LinkError::NoStack { bytes, source })
}

/// Runs several programs at once on a board that was made for as many guests, until all have ended.
///
/// In virtual time one guest runs at a time. It hands its turn on when it waits, and lets those go on whose waits are over at the
/// end of every call that takes virtual time: the next is the one whose wait ends first, and of equal ones the first of `guests`.
/// So two runs are the same. With hardware they run as the machine has it, and transactions on one bus have their turns.
///
/// The limits of the policy are those of each guest. `ended` hears of each guest when it has ended, on its thread; the outputs that
/// it was the last to hold are at their `on-exit` levels then. Those that none held follow at the end.
///
/// # Errors
///
/// A program cannot be linked, or the machine has no room for its stack. Nothing has run then.
pub fn run_together(
    guests: &[Together<'_>],
    board: &mut Board,
    policy: &Policy,
    ended: &(dyn Fn(usize, &Ended) + Sync),
) -> Result<Vec<Ended>, LinkError> {
    let linked: Vec<_> = guests.iter().map(|guest| prepared::link(guest.program)).collect::<Result<_, _>>()?;
    let clock = Clock::start(board.sim(), board.real_wait());
    let company = Company::default();
    let mut prepared = Vec::new();
    for (number, (Together { program, options, listener }, linked)) in guests.iter().zip(linked).enumerate() {
        let turn = board.turn(number);
        let clock = clock.of_guest(turn.clone());
        let beside = GuestSlot { number, clock: &clock, company: &company, is_one_of_several: true };
        // Its own: what stops one guest is not for the others. The guard passes on what is requested of all.
        let heard = (listener.clone(), Interrupt::default());
        prepared.push((turn, Prepared::new((program, linked), board, policy, options, beside, heard)?));
    }
    for turn in (guests.len()..).map_while(|number| board.turn(number)) {
        turn.skip();
    }
    board.send_init_clocks();
    // None begins before all can.
    let can_begin = Mutex::new(false);
    let all: Result<Vec<_>, LinkError> = thread::scope(|scope| {
        let mut threads = Vec::new();
        let mut begin = can_begin.lock().unwrap_or_else(PoisonError::into_inner);
        for ((number, (turn, prepared)), guest) in prepared.into_iter().enumerate().zip(guests) {
            let can_begin = &can_begin;
            threads.push(guest_thread(guest.program, scope, move || {
                if !*can_begin.lock().unwrap_or_else(PoisonError::into_inner) {
                    return None;
                }
                let _running = turn.as_ref().map(Turn::begin);
                // Others may be on the same bus: what is left on one of them ends after the last guest.
                let end = prepared.go(|| ());
                ended(number, &end);
                Some(end)
            })?);
        }
        *begin = true;
        drop(begin);
        let ends = threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        Ok(ends.flatten().collect())
    });
    // Before the wires: what is left on them takes its time.
    board.make_safe();
    board.sim().finish_traffic_unless(is_late(guests.iter().filter_map(|guest| guest.options.stop.clone()).collect()));
    all
}

/// Returns everything that a guest may import, which depends on the engine.
pub(crate) fn linker(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<Guest>> {
    let mut linker = Linker::new(engine);
    wasm_embedded_host::add_to_linker::<Guest>(&mut linker)?;
    if engine::is_asynchronous(engine) {
        wasm_embedded_host::add_async_to_linker::<Guest>(&mut linker)?;
    }
    wasi::add_to_linker::<Guest>(&mut linker)?;
    Ok(linker)
}

impl wasm_embedded_host::HalView for Guest {
    fn hal(&mut self) -> &mut HalCtx {
        &mut self.hal
    }
}

impl fmt::Debug for Together<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Together").field("options", &self.options).finish_non_exhaustive()
    }
}
