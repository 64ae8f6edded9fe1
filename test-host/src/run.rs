//! Runs one guest on one board, to its end.

mod breach;
mod drive;
mod ending;
mod guest;
mod limiter;
mod timing;

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use wasm_embedded_host::{HalCtx, Interrupt};
use wasmtime::component::{Component, Linker};
use wasmtime::{Store, UpdateDeadline};
use wasmtime_wasi::p2::bindings::sync::Command;

pub use self::breach::Breach;
pub use self::ending::{Exit, Trap};

use self::guest::Guest;
use self::limiter::Limiter;
use self::timing::Timing;
use crate::board::Board;
use crate::clock::Clock;
use crate::engine;
use crate::imports::{self, LinkError};
use crate::log::{GuestLog, Teller, level};
use crate::output::{Listener, Shared};
use crate::policy::{LogLevel, Policy};
use crate::program::Program;
use crate::wasi;

/// How a guest is run.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// The guest's arguments, the first of which is its own name.
    pub args: Vec<String>,
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

/// How many handles a component may have for each one to hardware: WASI's resources, and those that it lends to itself.
const COMPONENT_HANDLES: usize = 4;

/// What a guest may hand over in one call beside the data of a transaction: arguments and texts.
const HOSTCALL_BYTES: usize = 64 << 10;

/// Runs a program on a board until it ends, and leaves the outputs at their `on-exit` levels.
///
/// A board has one guest in its life: another one finds no labels. Where this says virtual time, a board with hardware means the
/// machine's.
///
/// # Errors
///
/// The program cannot be linked: it imports what there is not, or exports no `wasi:cli/run`. Nothing has run then.
pub fn run(
    program: &Program,
    board: &mut Board,
    policy: &Policy,
    options: &RunOptions,
    listener: Arc<Mutex<dyn Listener>>,
) -> Result<Ended, LinkError> {
    let engine = program.component().engine();
    let linker = linker(engine).map_err(LinkError::Engine)?;
    imports::check(program.component(), &linker)?;

    let clock = Clock::start(board.sim(), board.real_wait());
    let listener = Shared::new(listener, policy.machine.output_bytes);
    // A request from outside counts from the guest's next call on, and not only when the guard has seen it.
    let interrupt = options.stop.clone().unwrap_or_default();
    let max_level = level(options.log_level.or(policy.log_level).unwrap_or(DEFAULT_LOG_LEVEL));
    let teller = Teller::new(&listener, &clock, max_level, &interrupt);
    let timing = Timing::start(&clock, board.sim(), engine, &interrupt, options, &policy.machine);
    board.listen(&teller);
    let limiter = Limiter::new(&policy.machine, teller.clone());
    let guest_clock = clock.clone();
    let hal = board
        .hal()
        .interrupt(interrupt.clone())
        .delay_object(timing.delay())
        .clock(move || guest_clock.look_ns())
        .log(GuestLog(teller))
        .build();
    board.send_init_clocks();

    let stdin = options.stdin.then(|| interrupt.clone());
    let wasi = wasi::context(&options.args, options.seed, stdin, &clock, &listener);
    let handles = usize::try_from(policy.limits.handles).unwrap_or(usize::MAX);
    let mut store = store(engine, Guest::new(hal, wasi, timing.timers(), limiter, handles), policy)?;
    store.epoch_deadline_callback(move |_| match interrupt.requested() {
        Some(reason) => Err(wasm_embedded_host::Interrupted(reason).into()),
        None => Ok(UpdateDeadline::Continue(1)),
    });
    let component = program.component();
    // A panic is a fault of the host's, and none of the outputs' business. Wasmtime hands it on through the guest's calls; the store
    // is used no more but to leave the outputs safe.
    let called = panic::catch_unwind(AssertUnwindSafe(|| match imports::is_asynchronous(component) {
        true => timing.drive(call_entry(&mut store, component, &linker)),
        false => match Command::instantiate(&mut store, component, &linker) {
            Ok(command) => command.wasi_cli_run().call_run(&mut store),
            Err(error) => Err(not_instantiated(error, &store)),
        },
    }));
    // Before anything else, however the guest ended: what follows takes its time.
    store.data_mut().hal.make_safe();
    drop(store);
    // What an asynchronous guest had on a bus goes on to its end; what was queued went with the store.
    board.sim().finish_transactions();
    let breach = timing.end();
    let exit = match called {
        Ok(result) => Exit::of(result, breach, listener.failure()),
        Err(panic) => Exit::panicked(&*panic),
    };
    Ok(Ended { exit, at_ns: clock.now_ns() })
}

/// Runs an asynchronous guest by its entry.
async fn call_entry(
    store: &mut Store<Guest>,
    component: &Component,
    linker: &Linker<Guest>,
) -> wasmtime::Result<Result<(), ()>> {
    let instance = linker.instantiate_async(&mut *store, component).await;
    let instance = instance.map_err(|error| not_instantiated(error, store))?;
    let entry = instance.get_export_index(&mut *store, None, imports::ENTRY);
    let run = instance.get_export_index(&mut *store, entry.as_ref(), "run");
    let run = run.ok_or_else(|| wasmtime::Error::msg("the component's entry has no `run`"))?;
    let run = instance.get_typed_func::<(), (Result<(), ()>,)>(&mut *store, run)?;
    Ok(run.call_async(store, ()).await?.0)
}

/// Says which limit of the policy it was, if a guest asks for more than it may have before it runs.
fn not_instantiated(error: wasmtime::Error, store: &Store<Guest>) -> wasmtime::Error {
    match store.data().limiter.refused {
        Some(breach) => error.context(breach),
        None => error,
    }
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

fn store(engine: &wasmtime::Engine, guest: Guest, policy: &Policy) -> Result<Store<Guest>, LinkError> {
    let mut store = Store::new(engine, guest);
    store.limiter(|guest| &mut guest.limiter);
    // Code that counts and need not is never out of fuel; code that does not count cannot be bounded.
    if let (Err(error), Some(_)) = (store.set_fuel(policy.machine.fuel.unwrap_or(u64::MAX)), policy.machine.fuel) {
        return Err(LinkError::NoFuel(error));
    }
    let transaction = usize::try_from(policy.limits.transaction_bytes).unwrap_or(usize::MAX);
    store.set_hostcall_fuel(transaction.saturating_add(HOSTCALL_BYTES));
    let handles = usize::try_from(policy.limits.handles).unwrap_or(usize::MAX);
    store.set_max_component_handles(handles.saturating_mul(COMPONENT_HANDLES));
    store.set_epoch_deadline(1);
    Ok(store)
}

impl wasm_embedded_host::HalView for Guest {
    fn hal(&mut self) -> &mut HalCtx {
        &mut self.hal
    }
}
