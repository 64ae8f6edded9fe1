//! The outputs of a board with their levels on exit, beside whoever has them: for the end of a program whose guests are stuck.

use std::fmt;
use std::sync::{Arc, Mutex, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use wasm_embedded_host::digital;
use wasm_embedded_sim::{Level, Sim, SimRemote, TraceSink};

/// How long those that have an output, or the simulated board, are waited for, all together.
const PATIENCE: Duration = Duration::from_millis(100);

/// How often it is looked whether they are done.
const BETWEEN_LOOKS: Duration = Duration::from_millis(1);

/// Leaves one output at its level on exit. Returns `false` without waiting, and with nothing done, while somebody uses it.
#[derive(Clone)]
pub(super) struct Exit(Arc<dyn Fn() -> bool + Send + Sync>);

impl Exit {
    pub(super) fn new(act: impl Fn() -> bool + Send + Sync + 'static) -> Exit {
        Exit(Arc::new(act))
    }

    /// Leaves a device by `act`. One that is gone was left so before.
    pub(super) fn of<D: Send + 'static>(device: &Arc<Mutex<D>>, act: impl Fn(&mut D) + Send + Sync + 'static) -> Exit {
        let device = Arc::downgrade(device);
        Exit::new(move || {
            let Some(device) = device.upgrade() else { return true };
            match device.try_lock() {
                Ok(mut device) => act(&mut device),
                // Whoever panicked with it has it no more.
                Err(TryLockError::Poisoned(device)) => act(&mut device.into_inner()),
                Err(TryLockError::WouldBlock) => return false,
            }
            true
        })
    }
}

/// All outputs of a board that have a level on exit.
#[derive(Clone)]
pub struct Exits {
    sim: Sim,
    all: Vec<Exit>,
}

impl Exits {
    pub(super) fn new(sim: &Sim, all: &[Exit]) -> Exits {
        Exits { sim: sim.clone(), all: all.to_vec() }
    }

    /// Drives them, whoever has them. One that is in use for longer than is waited is left out: the others matter as much.
    /// Returns whether none was left out.
    pub fn make_safe(&self) -> bool {
        let mut left: Vec<&Exit> = self.all.iter().collect();
        within(PATIENCE, || {
            left.retain(|exit| !(exit.0)());
            left.is_empty().then_some(())
        })
        .is_some()
    }

    /// Ends the tracing of the simulated board, and returns its time, unless somebody uses it for longer than is waited.
    pub fn end_trace(&self) -> Option<(u64, Vec<Box<dyn TraceSink>>)> {
        within(PATIENCE, || self.sim.try_end_trace())
    }
}

/// Tries something again and again for so long.
fn within<T>(patience: Duration, mut attempt: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + patience;
    loop {
        let done = attempt();
        if done.is_some() || Instant::now() >= end {
            return done;
        }
        thread::sleep(BETWEEN_LOOKS);
    }
}

/// Returns how a simulated pin is left at an electrical level.
pub(super) fn of_pin(pin: SimRemote, level: digital::Level) -> Exit {
    let level = match level {
        digital::Level::Low => Level::Low,
        digital::Level::High => Level::High,
    };
    Exit::new(move || pin.try_set_level(level))
}

/// Returns how a simulated PWM output is left at a duty.
pub(super) fn of_pwm(output: SimRemote, duty: u16) -> Exit {
    Exit::new(move || output.try_set_duty(duty))
}

impl fmt::Debug for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exit")
    }
}

impl fmt::Debug for Exits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exits").field("count", &self.all.len()).finish_non_exhaustive()
    }
}
