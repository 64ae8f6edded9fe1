//! What the controller reads from a MISO line that no part drives.

/// All ones: the line has a weak pull-up, as most controllers' pins have.
pub(super) const UNDRIVEN: u8 = 0xff;
