//! How large a guest may grow.

use wasm_embedded_host::log::Level;
use wasmtime::{ResourceLimiter, Result};

use super::breach::Breach;
use crate::log::LogSink;
use crate::lowered::Needs;
use crate::policy::Limits;

/// Bounds memories and tables, and tells the operator what was not given.
#[derive(Debug)]
pub(crate) struct Limiter {
    limits: Limits,
    /// The bytes of all memories.
    memory_bytes: usize,
    sink: LogSink,
    /// What was refused last. A guest may go on without it; a component that cannot begin without it does not.
    pub(super) refused: Option<Breach>,
}

impl Limiter {
    pub(super) fn new(limits: &Limits, sink: LogSink) -> Limiter {
        Limiter { limits: *limits, memory_bytes: 0, sink, refused: None }
    }

    /// Checks what the component takes of which the core module is run.
    pub(super) fn allow(&self, needs: Needs) -> std::result::Result<(), Breach> {
        if needs.instances <= self.limits.instances() { Ok(()) } else { Err(Breach::Instances) }
    }

    fn refuse(&mut self, breach: Breach) -> Result<bool> {
        // Once is enough: an allocator asks again and again.
        if self.refused.is_none() {
            self.sink.note(Level::Warn, &format!("the guest reached a limit: {breach}"));
        }
        self.refused = Some(breach);
        Ok(false)
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        let asked = self.memory_bytes.saturating_add(desired.saturating_sub(current));
        if asked > self.limits.memory_bytes() {
            let (allowed, initial) = (self.limits.memory_bytes(), current == 0);
            return self.refuse(Breach::Memory { asked, allowed, initial });
        }
        // Past its own maximum a memory is not grown.
        let grows = maximum.is_none_or(|maximum| desired <= maximum);
        if grows {
            self.memory_bytes = asked;
        }
        Ok(grows)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        if desired > self.limits.table_elements() {
            return self.refuse(Breach::Table { asked: desired, allowed: self.limits.table_elements() });
        }
        Ok(true)
    }

    fn instances(&self) -> usize {
        self.limits.instances()
    }

    fn tables(&self) -> usize {
        self.limits.instances()
    }

    fn memories(&self) -> usize {
        self.limits.instances()
    }
}
