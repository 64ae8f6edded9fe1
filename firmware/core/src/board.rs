//! What a board gives the firmware.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

use wasm_embedded_host::HalCtxBuilder;
use wasm_embedded_image::Policy;

use crate::claims::Claims;

/// A board: what differs between one firmware and another.
pub trait Board: fmt::Debug + Sync + 'static {
    /// What images for this board say that they are for.
    fn name(&self) -> &'static str;

    /// Returns the region of the flash where the image of a guest may be.
    fn slot(&self, number: usize) -> &'static [u8];

    /// Writes to the log.
    fn write(&self, text: &str);

    /// Adds what a policy grants to the context of a guest, with all outputs at their initial levels, and returns the time
    /// that the guest lives in. `claims` are the pins and controllers of this guest, which no other one has.
    ///
    /// # Errors
    ///
    /// The board has not what the policy names.
    fn open(&self, policy: &Policy, claims: &Claims, hal: &mut HalCtxBuilder) -> Result<Arc<dyn World>, String>;

    /// Tells the hardware watchdog that there was progress: a guest waited or ended.
    fn feed_watchdog(&self);

    /// Is told that a guest begins to wait.
    fn waits(&self, _ns: u64) {}

    /// Is told that a guest goes on.
    fn goes_on(&self) {}

    /// Is called when no guest is left to run: waits for ever.
    fn rest(&self) -> !;

    /// Starts the machine anew, after a fault of the firmware itself.
    fn reset(&self) -> !;
}

/// What a guest lives in.
pub trait World: Send + Sync {
    /// Returns the time in nanoseconds.
    fn now_ns(&self) -> u64;

    /// Returns the time in nanoseconds to a guest that looks at its clock. Where time is virtual a look lets it pass, so that a
    /// guest which polls the clock gets on.
    fn look_ns(&self) -> u64 {
        self.now_ns()
    }

    /// Returns when it is `at_ns`. Feeds the watchdog meanwhile.
    fn wait_until(&self, at_ns: u64);

    /// Is told that the guest has ended.
    fn ended(&self) {}
}
