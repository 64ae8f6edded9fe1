//! Reads lines as a logic analyser does: levels of single wires in, events out.
//!
//! A host that records levels need not say itself what they mean; the decoders know the buses and nothing of the host.

mod i2c;
mod spi;

pub use i2c::I2cLines;
pub use spi::{SpiLine, SpiLines};
