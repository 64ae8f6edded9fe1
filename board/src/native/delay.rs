//! Delays in virtual time.

use embedded_hal::delay::DelayNs;
use wasm_embedded_sim::{Sim, SimDelay};

/// A delay in virtual time. A blocking one lets the time pass; an asynchronous one ends when somebody has let it pass, as
/// [`Board::block_on`](crate::Board::block_on) does.
#[derive(Clone, Debug)]
pub struct Delay {
    sim: Sim,
    delay: SimDelay,
}

impl Delay {
    pub(super) fn new(sim: &Sim) -> Delay {
        Delay { sim: sim.clone(), delay: sim.delay() }
    }
}

impl DelayNs for Delay {
    fn delay_ns(&mut self, ns: u32) {
        self.delay.delay_ns(ns);
    }

    fn delay_us(&mut self, us: u32) {
        self.delay.delay_us(us);
    }

    fn delay_ms(&mut self, ms: u32) {
        self.delay.delay_ms(ms);
    }
}

impl embedded_hal_async::delay::DelayNs for Delay {
    async fn delay_ns(&mut self, ns: u32) {
        let ns = self.sim.overslept_ns(u64::from(ns));
        self.sim.sleep_ns(ns).await;
    }

    async fn delay_us(&mut self, us: u32) {
        let ns = self.sim.overslept_ns(u64::from(us) * 1_000);
        self.sim.sleep_ns(ns).await;
    }

    async fn delay_ms(&mut self, ms: u32) {
        let ns = self.sim.overslept_ns(u64::from(ms) * 1_000_000);
        self.sim.sleep_ns(ns).await;
    }
}
