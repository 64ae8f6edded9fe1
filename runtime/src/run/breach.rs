//! Limits of the machine that a guest ran into.

use std::fmt;

use wasm_embedded_host::lowered::TooManyBytes;
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
        if error.is::<TooManyBytes>() {
            return Some(Breach::CallBytes);
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

/// A number of bytes, with the same in the largest binary unit of which it is at least one: up to two decimals, rounded up.
struct Bytes(usize);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0;
        write!(f, "{bytes} bytes")?;
        let (shift, unit) = match bytes {
            0..0x400 => return Ok(()),
            0x400..0x10_0000 => (10, "KiB"),
            0x10_0000..0x4000_0000 => (20, "MiB"),
            _ => (30, "GiB"),
        };
        let (whole, rest) = (bytes >> shift, bytes & ((1 << shift) - 1));
        match (rest * 100).div_ceil(1 << shift) {
            0 => write!(f, " ({whole} {unit})"),
            100 => write!(f, " ({} {unit})", whole + 1),
            hundredths if hundredths % 10 == 0 => write!(f, " ({whole}.{} {unit})", hundredths / 10),
            hundredths => write!(f, " ({whole}.{hundredths:02} {unit})"),
        }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Breach::Memory { asked, allowed, .. } => {
                let (asked, allowed) = (Bytes(*asked), Bytes(*allowed));
                write!(f, "it asked for {asked} of memory, the limit is {allowed}")
            }
            Breach::Table { asked, allowed } => {
                write!(f, "it asked for a table of {asked} elements, the limit is {allowed}")
            }
            Breach::Instances => f.write_str("it has too many instances, tables or memories"),
            Breach::Handles => f.write_str("it holds too many handles"),
            Breach::CallBytes => f.write_str("it passed too many bytes in one call"),
            Breach::Stack => f.write_str("its calls are too deep for its stack"),
            Breach::Fuel => f.write_str("it used all its fuel"),
            Breach::Computing => f.write_str("it computed for too long without doing anything else"),
            Breach::ProcessorTime => f.write_str("it used too much processor time"),
            Breach::WallTime => f.write_str("it ran for too long"),
        }?;
        write!(f, " (`{}` in [limits])", self.key())?;
        match self {
            // What a guest begins with is its data and its stack, and linkers differ: 1 MiB of Rust's, 16 MiB of Zig's.
            Breach::Memory { initial: true, .. } => f.write_str(
                "; a guest with a smaller stack needs less memory (C, Zig: linker argument `-Wl,-z,stack-size=65536`; Rust: \
                 `-C link-arg=-zstack-size=65536`)",
            ),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_exactly_and_in_a_human_size() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1_023, "1023 bytes"),
            (1_024, "1024 bytes (1 KiB)"),
            (1_536, "1536 bytes (1.5 KiB)"),
            (65_537, "65537 bytes (64.01 KiB)"),
            (1_048_575, "1048575 bytes (1024 KiB)"),
            (16_842_752, "16842752 bytes (16.07 MiB)"),
            (1 << 32, "4294967296 bytes (4 GiB)"),
        ] {
            assert_eq!(Bytes(bytes).to_string(), text);
        }
    }

    #[test]
    fn a_breach_names_its_limit() {
        let breach = Breach::Memory { asked: 16_842_752, allowed: 1 << 24, initial: false };
        assert_eq!(
            breach.to_string(),
            "it asked for 16842752 bytes (16.07 MiB) of memory, the limit is 16777216 bytes (16 MiB) (`memory-bytes` in [limits])"
        );
        assert_eq!(Breach::Fuel.to_string(), "it used all its fuel (`fuel` in [limits])");
    }
}
