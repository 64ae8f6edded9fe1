//! Limits of the machine that a guest ran into.

use std::fmt;

use wasmtime::Trap;

/// A limit of the machine that ended a guest: each is a key of `[limits]` in the policy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Breach {
    /// More memory than the guest may have.
    Memory {
        /// How many bytes it wanted to have.
        asked: usize,
        /// How many it may have.
        allowed: usize,
        /// Whether it wanted to begin with them, and not to have more.
        initial: bool,
    },
    /// A larger table than the guest may have.
    Table {
        /// How many elements it wanted to have.
        asked: usize,
        /// How many it may have.
        allowed: usize,
    },
    /// More instances, tables or memories than a component may have.
    Instances,
    /// More handles than the guest may hold, WASI's included.
    Handles,
    /// More bytes in one call than the guest may hand over.
    CallBytes,
    /// Calls too deep for the guest's stack.
    Stack,
    /// More instructions than the guest may execute.
    Fuel,
    /// Too much computing while time stands still.
    Computing,
    /// Too much computing in all.
    ProcessorTime,
    /// Too long a life.
    WallTime,
}

impl Breach {
    /// Returns the key that raises the limit.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Breach::Memory { .. } => "memory-bytes",
            Breach::Table { .. } => "table-elements",
            Breach::Instances => "instances",
            Breach::Handles => "handles",
            Breach::CallBytes => "transaction-bytes",
            Breach::Stack => "stack-bytes",
            Breach::Fuel => "fuel",
            Breach::Computing => "computing-ms",
            Breach::ProcessorTime => "processor-time-ms",
            Breach::WallTime => "wall-time-ms",
        }
    }

    /// Returns the limit that a trap is about, if it is about one.
    pub(super) fn of(error: &wasmtime::Error) -> Option<Breach> {
        match error.downcast_ref::<Trap>() {
            Some(Trap::StackOverflow) => return Some(Breach::Stack),
            Some(Trap::OutOfFuel) => return Some(Breach::Fuel),
            _ => {}
        }
        // Wasmtime has no types for these: wasmtime 48, `component/func/options.rs`, `vm/component/handle_table.rs` and `store.rs`.
        let message = error.root_cause().to_string();
        if message.contains("fuel allocated for hostcalls") {
            Some(Breach::CallBytes)
        } else if message.contains("handle limit exceeded") || message.contains("resource table has no free keys") {
            Some(Breach::Handles)
        } else if message.contains("resource limit exceeded") {
            Some(Breach::Instances)
        } else {
            None
        }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Breach::Memory { asked, allowed, .. } => {
                write!(f, "{asked} bytes of memory are past the limit of {allowed}")
            }
            Breach::Table { asked, allowed } => {
                write!(f, "a table of {asked} elements is past the limit of {allowed}")
            }
            Breach::Instances => f.write_str("it has more instances, tables or memories than it may"),
            Breach::Handles => f.write_str("it holds more handles than it may"),
            Breach::CallBytes => f.write_str("it hands over more bytes in one call than it may"),
            Breach::Stack => f.write_str("its calls are too deep for its stack"),
            Breach::Fuel => f.write_str("its fuel is used up"),
            Breach::Computing => f.write_str("it computes too long without doing anything else"),
            Breach::ProcessorTime => f.write_str("its processor time is over"),
            Breach::WallTime => f.write_str("it has run for as long as it may"),
        }?;
        write!(f, ": `{}` in [limits] would raise it", self.key())?;
        match self {
            // What a guest begins with is its data and its stack, and linkers differ: 1 MiB of Rust's, 16 MiB of Zig's.
            Breach::Memory { initial: true, .. } => f.write_str(
                ", and a smaller stack needs less (of C and Zig: the linker's argument `-Wl,-z,stack-size=65536`; of Rust: \
                 `-C link-arg=-zstack-size=65536`)",
            ),
            _ => Ok(()),
        }
    }
}
