//! Serial ports.

pub use wasm_embedded_sim::uart::Parity;

use super::Access;

/// The speed of a port that does not state one, in bits a second.
pub const DEFAULT_BAUD: u32 = 115_200;

/// How many received bytes a simulated port keeps that does not say.
const DEFAULT_RECEIVE_BYTES: u32 = 4_096;

/// How a serial port is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uart {
    /// Bits a second.
    pub baud: u32,
    /// The parity.
    pub parity: Parity,
    /// Stop bits, 1 or 2.
    pub stop_bits: u8,
    /// Whether the guest may send.
    pub access: Access,
    /// How many received bytes a simulated port keeps.
    pub receive_bytes: u32,
}

impl Default for Uart {
    fn default() -> Uart {
        Uart {
            baud: DEFAULT_BAUD,
            parity: Parity::None,
            stop_bits: 1,
            access: Access::ReadWrite,
            receive_bytes: DEFAULT_RECEIVE_BYTES,
        }
    }
}
