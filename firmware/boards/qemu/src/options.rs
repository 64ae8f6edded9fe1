//! What a test wants to see beside the log.

use crate::machine;

/// The options, one bit each in the word that QEMU's loader wrote; without it all are off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// Prints every event on the wires.
    pub(crate) trace: bool,
    /// Counts instructions between waits.
    pub(crate) meter: bool,
    /// Ends QEMU when no guest is left, where a board would rest.
    pub(crate) exit: bool,
}

/// Returns the options.
pub(crate) fn get() -> Options {
    let word = machine::options();
    Options { trace: word & 1 != 0, meter: word & 2 != 0, exit: word & 4 != 0 }
}
