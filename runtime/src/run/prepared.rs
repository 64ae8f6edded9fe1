//! One guest that is ready to run.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex};

use wasm_embedded_host::{HalCtx, Interrupt, lowered};
use wasmtime::component::{Component, Linker};
use wasmtime::{InstancePre, Store, UpdateDeadline};
use wasmtime_wasi::p2::bindings::sync::Command;

use super::guard::Guard;
use super::guest::Guest;
use super::hooks::Hooks;
use super::limiter::Limiter;
use super::processor::Processor;
use super::timing::Timing;
use super::{DEFAULT_LOG_LEVEL, Ended, Exit, RunOptions, linker};
use crate::board::Board;
use crate::clock::Clock;
use crate::imports::{self, LinkError};
use crate::log::{GuestLog, LogSink, level};
use crate::lowered::Needs;
use crate::output::{Listener, Shared};
use crate::policy::Policy;
use crate::program::{Code, Program};
use crate::wasi;

/// How many handles a component may have for each one to hardware: WASI's resources, and those that it lends to itself.
const COMPONENT_HANDLES: usize = 4;

/// What a guest may hand over in one call beside the data of a transaction: arguments and texts.
const HOSTCALL_BYTES: usize = 64 << 10;

/// A guest's place among those of a board.
#[derive(Clone, Copy)]
pub(super) struct GuestSlot<'b> {
    /// Its number.
    pub(super) number: usize,
    /// Its clock.
    pub(super) clock: &'b Clock,
    /// What watches all guests of the board.
    pub(super) company: &'b Company,
    /// Whether there are others.
    pub(super) is_one_of_several: bool,
}

/// What watches all guests of a board.
#[derive(Default)]
pub(super) struct Company {
    pub(super) hooks: Hooks,
    pub(super) guard: Guard,
}

/// A program with what it imports.
pub(super) enum Linked<'p> {
    /// A component, which is linked once more when it is instantiated.
    Component(&'p Component, Box<Linker<Guest>>),
    /// The core module of a component, and what the component takes.
    Lowered(InstancePre<Guest>, Needs),
}

/// A guest with all that it may reach.
pub(super) struct Prepared<'p> {
    linked: Linked<'p>,
    store: Store<Guest>,
    clock: Clock,
    timing: Timing,
    listener: Shared,
}

impl<'p> Prepared<'p> {
    /// Prepares a guest of a board. `interrupt` is its own.
    pub(super) fn new(
        (program, linked): (&Program, Linked<'p>),
        board: &mut Board,
        policy: &Policy,
        options: &RunOptions,
        beside: GuestSlot<'_>,
        (listener, interrupt): (Arc<Mutex<dyn Listener>>, Interrupt),
    ) -> Result<Prepared<'p>, LinkError> {
        let engine = program.code().engine();
        let clock = beside.clock.clone();
        let listener = Shared::new(listener, policy.limits.output_bytes());
        let max_level = level(options.log_level.or(policy.log_level).unwrap_or(DEFAULT_LOG_LEVEL));
        let sink = LogSink::new(&listener, &clock, max_level, &interrupt);
        let processor = if beside.is_one_of_several { Processor::of_thread() } else { Processor::of_process() };
        let timing = Timing::start(&beside, board.sim(), engine, &interrupt, options, (&policy.limits, &processor));
        if beside.number == 0 {
            board.listen(&sink);
        }
        let limiter = Limiter::new(&policy.limits, sink.clone());
        let guest_clock = clock.clone();
        let hal = match board.hal_of(beside.number) {
            Some(hal) => hal
                .interrupt(interrupt.clone())
                .delay(timing.delay())
                .clock(move || guest_clock.look_ns())
                .log(GuestLog::new(sink, policy))
                .build(),
            None => HalCtx::builder().log(GuestLog::new(sink, policy)).build(),
        };

        let stdin = options.stdin.then(|| interrupt.clone());
        let wasi = wasi::context(&options.args, options.seed, stdin, &clock, &listener);
        let handles = usize::try_from(policy.limits.handles()).unwrap_or(usize::MAX);
        let guest = Guest::new(hal, wasi, timing.timers(), limiter, handles).with_values(options.config.clone());
        let mut store = store(engine, guest, policy)?;
        store.epoch_deadline_callback(move |_| {
            processor.look();
            match interrupt.requested() {
                Some(reason) => Err(wasm_embedded_host::Interrupted(reason).into()),
                None => Ok(UpdateDeadline::Continue(1)),
            }
        });
        Ok(Prepared { linked, store, clock, timing, listener })
    }

    /// Runs it to its end. `finish` is done when its outputs are safe, in its time still.
    pub(super) fn go(self, finish: impl FnOnce()) -> Ended {
        let Prepared { linked, mut store, clock, timing, listener } = self;
        // A panic is a fault of the host's, and none of the outputs' business. Wasmtime hands it on through the guest's calls; the
        // store is used no more but to leave the outputs safe.
        let called = panic::catch_unwind(AssertUnwindSafe(|| match &linked {
            Linked::Component(component, linker) if imports::is_asynchronous(component) => {
                timing.drive(call_entry(&mut store, component, linker))
            }
            Linked::Component(component, linker) => match Command::instantiate(&mut store, component, linker) {
                Ok(command) => command.wasi_cli_run().call_run(&mut store),
                Err(error) => Err(not_instantiated(error, &store)),
            },
            Linked::Lowered(guest, needs) => match instantiate(&mut store, guest, *needs) {
                Ok(instance) => lowered::run(&instance, &mut store),
                Err(error) => Err(not_instantiated(error, &store)),
            },
        }));
        // Before anything else, however the guest ended: what follows takes its time.
        if let Some(turn) = clock.turn() {
            turn.leave();
        }
        store.data_mut().hal.make_safe();
        drop(store);
        finish();
        let breach = timing.end();
        let exit = match called {
            Ok(result) => Exit::of(result, breach, listener.failure()),
            Err(panic) => Exit::panicked(&*panic),
        };
        Ended { exit, at_ns: clock.now_ns() }
    }
}

/// Returns what a program is linked with, which takes time that is not the guest's.
pub(super) fn link(program: &Program) -> Result<Linked<'_>, LinkError> {
    match program.code() {
        Code::Component(component, _) => {
            let linker = linker(component.engine()).map_err(LinkError::Engine)?;
            imports::check(component, &linker)?;
            Ok(Linked::Component(component, Box::new(linker)))
        }
        Code::Lowered(lowered) => {
            let guest = lowered.link().map_err(LinkError::Mismatch)?;
            Ok(Linked::Lowered(guest, lowered.needs))
        }
    }
}

/// Creates the instance of a guest that is run by its core module, within the limits of its component.
fn instantiate(
    store: &mut Store<Guest>,
    guest: &InstancePre<Guest>,
    needs: Needs,
) -> wasmtime::Result<wasmtime::Instance> {
    // As the engine says it of a component.
    let within = store.data().limiter.allow(needs);
    within.map_err(|breach| wasmtime::Error::msg("resource limit exceeded").context(breach))?;
    lowered::instantiate(guest, store)
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

fn store(engine: &wasmtime::Engine, guest: Guest, policy: &Policy) -> Result<Store<Guest>, LinkError> {
    let mut store = Store::new(engine, guest);
    store.limiter(|guest| &mut guest.limiter);
    // Code that counts and need not is never out of fuel; code that does not count cannot be bounded.
    if let (Err(error), Some(_)) = (store.set_fuel(policy.limits.fuel().unwrap_or(u64::MAX)), policy.limits.fuel()) {
        return Err(LinkError::NoFuel(error));
    }
    let transaction = usize::try_from(policy.limits.transaction_bytes()).unwrap_or(usize::MAX);
    store.set_hostcall_fuel(transaction.saturating_add(HOSTCALL_BYTES));
    let handles = usize::try_from(policy.limits.handles()).unwrap_or(usize::MAX);
    store.set_max_component_handles(handles.saturating_mul(COMPONENT_HANDLES));
    store.set_epoch_deadline(1);
    Ok(store)
}
