//! One guest: started, run, and ended.

use alloc::boxed::Box;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::sync::Arc;
use core::cell::Cell;
use core::fmt;

use embedded_hal::delay::DelayNs;
use wasm_embedded_host::delay::Delay;
use wasm_embedded_host::{HalCtx, HalView, Interrupt, lowered};
use wasm_embedded_image::Policy;
use wasm_embedded_policy::LogLevel;
use wasmtime::{InstancePre, Store, StoreContextMut, StoreLimits, StoreLimitsBuilder};

use crate::board::{Board, World};
use crate::claims::Claims;
use crate::console::GuestLog;
use crate::ending::{Ending, Restarts};
use crate::load::Loaded;
use crate::turns;

/// The host's side of one run.
pub(crate) struct Data {
    hal: HalCtx,
    limits: StoreLimits,
    fuel: Option<u64>,
}

impl HalView for Data {
    #[inline]
    fn hal(&mut self) -> &mut HalCtx {
        &mut self.hal
    }

    fn waited(mut store: StoreContextMut<'_, Data>) {
        if let Some(fuel) = store.data().fuel {
            // Fails only for an engine without fuel, which the policy has none for.
            let _ = store.set_fuel(fuel);
        }
    }
}

/// A guest, over all its runs.
pub(crate) struct Guest {
    board: &'static dyn Board,
    seat: usize,
    loaded: Loaded,
    claims: Claims,
    restarts: Restarts,
    ending: Rc<Cell<Option<Ending>>>,
    world: Option<Arc<dyn World>>,
    began_ns: u64,
    /// When it is to go on, in the time of its world; before the first run, at once.
    pub(crate) due_ns: u64,
    /// Whether a run has begun and not ended.
    running: bool,
    /// What stops its run.
    #[cfg(feature = "line")]
    interrupt: Option<Interrupt>,
}

impl Guest {
    pub(crate) fn new(board: &'static dyn Board, seat: usize, loaded: Loaded) -> Guest {
        let (claims, restarts) = (Claims::of(&loaded.policy), Restarts::new(loaded.policy.restart));
        let ending = Rc::new(Cell::new(None));
        Guest {
            board,
            seat,
            loaded,
            claims,
            restarts,
            ending,
            world: None,
            began_ns: 0,
            due_ns: 0,
            running: false,
            #[cfg(feature = "line")]
            interrupt: None,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.loaded.name
    }

    pub(crate) fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Returns the number of its seat, which is that of its slot.
    pub(crate) fn seat(&self) -> usize {
        self.seat
    }

    /// Whether its next turn would begin at once.
    pub(crate) fn is_due(&self) -> bool {
        self.world.as_ref().is_none_or(|world| world.now_ns() >= self.due_ns)
    }

    /// Ends its run, if there is one, with its outputs at `on-exit`.
    #[cfg(feature = "line")]
    pub(crate) fn stop(&mut self) {
        if let (true, Some(interrupt)) = (self.running, &self.interrupt) {
            interrupt.request(wasm_embedded_host::Reason::Killed);
            // The call that it waits in finds the request: nothing of the guest runs any more.
            while turns::give(self.seat) != turns::Turn::Ended {}
            self.end();
        }
    }

    /// Waits until the guest is due, gives it one turn, and returns how the run ended and what follows, if it did.
    pub(crate) fn go_on(&mut self) -> Option<(Ending, Option<u64>)> {
        if let Some(world) = &self.world {
            world.wait_until(self.due_ns);
        }
        if !self.running
            && let Err(why) = self.begin()
        {
            return Some((Ending::Broken(why), None));
        }
        self.board.goes_on();
        match turns::give(self.seat) {
            turns::Turn::Waits(due_ns) => {
                self.due_ns = due_ns;
                None
            }
            turns::Turn::Ended => Some(self.end()),
        }
    }

    fn begin(&mut self) -> Result<(), String> {
        self.world = None;
        let mut hal = HalCtx::builder();
        let policy = &self.loaded.policy;
        let world = self.board.open(policy, &self.claims, &mut hal)?;
        hal.limits((&policy.limits).into());
        hal.delay(Wait { board: self.board, world: world.clone() });
        let clock = world.clone();
        hal.clock(move || clock.look_ns());
        hal.log(GuestLog {
            board: self.board,
            world: world.clone(),
            name: self.loaded.name.clone(),
            level: policy.log_level.unwrap_or(LogLevel::Info),
            printed: String::new(),
        });
        self.began_ns = world.now_ns();
        self.due_ns = self.began_ns;
        self.world = Some(world);
        let (start, policy, ending) = (self.loaded.start.clone(), policy.clone(), self.ending.clone());
        let hal = hal.build();
        #[cfg(feature = "line")]
        {
            self.interrupt = Some(hal.interrupt());
        }
        turns::seat(self.seat, Box::new(move || ending.set(Some(Ending::of(run(&start, hal, &policy))))));
        self.running = true;
        Ok(())
    }

    fn end(&mut self) -> (Ending, Option<u64>) {
        self.running = false;
        let ending = self.ending.take().unwrap_or_else(|| Ending::Broken(format!("no seat {}", self.seat)));
        let now_ns = self.world.as_ref().map_or(0, |world| {
            world.ended();
            world.now_ns()
        });
        let pause_ns = self.restarts.after(&ending, now_ns.saturating_sub(self.began_ns));
        self.due_ns = now_ns.saturating_add(pause_ns.unwrap_or_default());
        (ending, pause_ns)
    }
}

/// Runs a guest to its end. Its outputs are at their `on-exit` levels when this returns, however it ended.
fn run(start: &InstancePre<Data>, hal: HalCtx, policy: &Policy) -> wasmtime::Result<Result<(), ()>> {
    let instances = policy.limits.instances();
    let limits = StoreLimitsBuilder::new()
        .memory_size(policy.limits.memory_bytes())
        .memories(1)
        .instances(instances)
        .tables(instances)
        .table_elements(policy.limits.table_elements())
        .build();
    let fuel = policy.limits.fuel();
    let mut store = Store::new(start.module().engine(), Data { hal, limits, fuel });
    store.limiter(|data| &mut data.limits);
    if let Some(fuel) = fuel {
        store.set_fuel(fuel)?;
    }
    let instance = lowered::instantiate(start, &mut store)?;
    lowered::run(&instance, &mut store)
}

/// A delay for devices that are asked again and again, such as a serial port: the other guests have their turns meanwhile.
pub struct Pause(pub Arc<dyn World>);

impl DelayNs for Pause {
    fn delay_ns(&mut self, ns: u32) {
        turns::wait_until(self.0.now_ns().saturating_add(ns.into()));
    }
}

impl fmt::Debug for Pause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pause")
    }
}

/// A delay that gives the turn to the others.
struct Wait {
    board: &'static dyn Board,
    world: Arc<dyn World>,
}

/// Shorter delays are waited for in place: a turn of another guest could take longer.
const SHORT_NS: u64 = 100_000;

impl Delay for Wait {
    fn delay_ns(&mut self, ns: u64, _interrupt: &Interrupt) {
        let at_ns = self.world.now_ns().saturating_add(ns);
        self.board.waits(ns);
        if ns < SHORT_NS {
            self.world.wait_until(at_ns);
            self.board.goes_on();
        } else {
            turns::wait_until(at_ns);
        }
    }
}
