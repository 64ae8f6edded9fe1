//! What a program does that ends the run.

use std::fmt;

/// Why the emulator goes no further.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// An access to an address that no block has.
    Nowhere {
        /// The address.
        address: u32,
        /// The program counter.
        pc: u32,
    },
    /// An access to a register that is not modelled.
    Unmodelled {
        /// Whether it was a write.
        write: bool,
        /// The block and the register.
        name: String,
        /// The address, without the part that chooses an alias.
        address: u32,
        /// The program counter.
        pc: u32,
    },
    /// An access to a block that is held in reset.
    InReset {
        /// The block and the register.
        name: String,
        /// The address.
        address: u32,
        /// The program counter.
        pc: u32,
    },
    /// An access of less than 32 bits, which the chip repeats over the whole register.
    Narrow {
        /// The block and the register.
        name: String,
        /// The address.
        address: u32,
        /// The program counter.
        pc: u32,
    },
    /// The processor took an exception, for which the firmware has no handler but an endless loop.
    Exception {
        /// The number that Unicorn gives it.
        number: u32,
        /// The program counter.
        pc: u32,
    },
    /// Code in the flash was to run while the flash cannot be read.
    NoFlash {
        /// The program counter.
        pc: u32,
    },
    /// Unicorn stopped: an access to memory that is not there, or an instruction that the processor does not have.
    Processor {
        /// What it says.
        why: String,
        /// The program counter.
        pc: u32,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Nowhere { address, pc } => {
                write!(f, "access to {address:#010x}, where nothing is, at pc {pc:#010x}")
            }
            Fault::Unmodelled { write, name, address, pc } => {
                let what = if *write { "write to" } else { "read of" };
                write!(f, "{what} {name} ({address:#010x}), which the emulator does not model, at pc {pc:#010x}")
            }
            Fault::InReset { name, address, pc } => {
                write!(f, "access to {name} ({address:#010x}) while RESETS holds the block in reset, at pc {pc:#010x}")
            }
            Fault::Narrow { name, address, pc } => {
                write!(f, "access of less than 32 bits to {name} ({address:#010x}), at pc {pc:#010x}")
            }
            Fault::Exception { number, pc } => write!(f, "exception {number} of the processor at pc {pc:#010x}"),
            Fault::NoFlash { pc } => {
                write!(
                    f,
                    "code at pc {pc:#010x} was to run while the flash is erased or written to, and cannot be read"
                )
            }
            Fault::Processor { why, pc } => write!(f, "the processor stopped at pc {pc:#010x}: {why}"),
        }
    }
}

impl std::error::Error for Fault {}
