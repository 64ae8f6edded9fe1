//! I2C addresses: which of them a label may reach, and which of them nobody may.

use alloc::format;
use alloc::string::String;
use core::fmt;
use core::ops::RangeInclusive;

use super::Access;

/// The greatest address of seven bits.
const LAST_SEVEN_BIT: u8 = 0x7f;

/// Addresses of one width with what may be done there, right-aligned, without the read/write bit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AddressGrant {
    /// First and last address.
    pub addresses: RangeInclusive<u16>,
    /// Whether they are addresses of ten bits.
    pub ten_bit: bool,
    /// What may be done there.
    pub access: Access,
}

impl fmt::Display for AddressGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&display(&self.addresses, self.ten_bit))?;
        match self.access {
            Access::ReadWrite => Ok(()),
            Access::ReadOnly => f.write_str(" (read-only)"),
        }
    }
}

impl AddressGrant {
    /// Returns whether the two have an address in common.
    pub fn overlaps(&self, other: &AddressGrant) -> bool {
        self.ten_bit == other.ten_bit && !self.common(other).is_empty()
    }

    /// Returns the numbers that the two have in common.
    pub(crate) fn common(&self, other: &AddressGrant) -> RangeInclusive<u16> {
        *self.addresses.start().max(other.addresses.start())..=*self.addresses.end().min(other.addresses.end())
    }
}

/// Writes addresses as they are written in a policy.
pub(crate) fn display(addresses: &RangeInclusive<u16>, ten_bit: bool) -> String {
    let one = |address: &u16| if ten_bit { format!("{address:#05x}") } else { format!("{address:#04x}") };
    match addresses.start() == addresses.end() {
        true => one(addresses.start()),
        false => format!("{}-{}", one(addresses.start()), one(addresses.end())),
    }
}

/// Returns what a reserved 7-bit address does ("is the general call, ..."), and nothing for an address that is free for targets. No policy grants one:
/// it reaches devices that are not granted, changes the bus for them, or belongs to another format. Linux has no device at one
/// either: `i2c_check_7bit_addr_validity_strict` of `drivers/i2c/i2c-core-base.c`.
/// UM10204 (I2C-bus specification and user manual) Rev. 7.0, section 3.1.12 and table 4.
#[must_use]
pub fn reserved(address: u8) -> Option<&'static str> {
    match address {
        0x00 => Some("is the general call, which reaches every device on the bus"),
        0x01..=0x03 => Some("selects another bus format"),
        0x04..=0x07 => Some("starts high-speed mode, which changes the bus for every device"),
        0x78..=0x7b => Some("is the prefix of 10-bit addresses, which reaches devices that are not granted"),
        0x7c..=0x7f => Some("reads device IDs, which reaches devices that are not granted"),
        _ => None,
    }
}

/// Returns the address that a byte holds together with the read/write bit, where that is what the byte must be meant for: it is no
/// address of seven bits, or a reserved one. Data sheets and the print on modules often give this eight-bit form: 0xec for 0x76, and
/// 0x78 for 0x3c.
#[must_use]
pub fn eight_bit_form_of(byte: u16) -> Option<u8> {
    let byte = u8::try_from(byte).ok()?;
    let address = byte >> 1;
    let is_meant = (byte > LAST_SEVEN_BIT || reserved(byte).is_some()) && reserved(address).is_none();
    is_meant.then_some(address)
}

#[cfg(test)]
mod tests {
    use super::eight_bit_form_of;

    #[test]
    fn only_what_can_be_nothing_else_is_taken_for_an_eight_bit_form() {
        for (byte, address) in [
            (0xec, Some(0x76)),
            (0x78, Some(0x3c)),
            (0x62, None),
            (0x00, None),
            (0x0e, None),
            (0xff, None),
            (0x1ec, None),
        ] {
            assert_eq!(eight_bit_form_of(byte), address, "{byte:#x}");
        }
    }
}
