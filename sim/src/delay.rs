//! Delays in virtual time.

use embedded_hal::delay::DelayNs;

use crate::sim::Sim;

const NS_PER_US: u64 = 1_000;
const NS_PER_MS: u64 = 1_000_000;

/// A delay that advances the virtual clock by exactly what is asked for, unless a fault has it oversleep, and does
/// not wait. Made by [`Sim::delay`].
#[derive(Clone, Debug)]
pub struct SimDelay {
    sim: Sim,
}

impl SimDelay {
    pub(crate) fn new(sim: &Sim) -> SimDelay {
        SimDelay { sim: sim.clone() }
    }

    fn wait(&self, ns: u64) {
        self.sim.advance_ns(self.sim.overslept_ns(ns));
    }
}

impl DelayNs for SimDelay {
    fn delay_ns(&mut self, ns: u32) {
        self.wait(u64::from(ns));
    }

    fn delay_us(&mut self, us: u32) {
        self.wait(u64::from(us) * NS_PER_US);
    }

    fn delay_ms(&mut self, ms: u32) {
        self.wait(u64::from(ms) * NS_PER_MS);
    }
}
