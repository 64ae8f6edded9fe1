//! Addresses of targets.

use std::fmt;

/// The address of a target, right-aligned and without the read/write bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// 0x00 to 0x7f; a greater one is refused.
    SevenBit(u8),
    /// 0x000 to 0x3ff; a greater one is refused.
    TenBit(u16),
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::SevenBit(address) => write!(f, "{address:#04x}"),
            Address::TenBit(address) => write!(f, "{address:#05x} (10-bit)"),
        }
    }
}
