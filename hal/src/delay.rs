//! Waiting.

use embedded_hal::delay::DelayNs;

use crate::bindings::wasm_embedded::hal::delay;
use crate::call::imports::delay as call;

/// Waits on the host's monotonic clock; in simulation, on virtual time.
///
/// Costs nothing to make and to copy, since every driver wants one of its own.
///
/// ```no_run
/// use embedded_hal::delay::DelayNs as _;
/// use wasm_embedded_hal::Delay;
///
/// // Delays in nanoseconds to milliseconds, as drivers ask for them.
/// Delay.delay_ms(20);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delay;

impl Delay {
    /// Returns a delay.
    #[must_use]
    pub const fn new() -> Delay {
        Delay
    }
}

/// A delay is one call whatever its unit, never shorter than asked, and cannot overflow.
impl DelayNs for Delay {
    fn delay_ns(&mut self, ns: u32) {
        delay::delay_ns(u64::from(ns));
    }

    fn delay_us(&mut self, us: u32) {
        delay::delay_ns(u64::from(us) * 1_000);
    }

    fn delay_ms(&mut self, ms: u32) {
        delay::delay_ns(u64::from(ms) * 1_000_000);
    }
}

/// Other tasks of the guest go on meanwhile. Dropping the future ends the wait.
impl embedded_hal_async::delay::DelayNs for Delay {
    async fn delay_ns(&mut self, ns: u32) {
        call::wait(u64::from(ns)).await;
    }

    async fn delay_us(&mut self, us: u32) {
        call::wait(u64::from(us) * 1_000).await;
    }

    async fn delay_ms(&mut self, ms: u32) {
        call::wait(u64::from(ms) * 1_000_000).await;
    }
}
