//! What an address is that is not granted: one that a policy could grant, or one that no policy can.

use core::fmt;

use super::Address;

/// The greatest address of seven bits.
const LAST_SEVEN_BIT: u8 = 0x7f;
/// The greatest address of ten bits.
const LAST_TEN_BIT: u16 = 0x3ff;

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

/// What is to be said of an address that a label does not grant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ungranted<'a> {
    pub(crate) label: &'a str,
    pub(crate) address: Address,
    /// Whether the label grants the address that this one is the eight-bit form of.
    pub(crate) doubled: bool,
}

impl fmt::Display for Ungranted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ungranted { label, address, doubled } = *self;
        write!(f, "i2c {label:?}: address {address} is not granted")?;
        let seven_bit = match address {
            Address::SevenBit(address) => address,
            Address::TenBit(address) if address > LAST_TEN_BIT => {
                return write!(f, ": 10-bit addresses are 0x000 to {LAST_TEN_BIT:#05x}");
            }
            Address::TenBit(address) => {
                return write!(
                    f,
                    ": to grant it, add `{{ address = {address:#05x}, ten-bit = true }}` to `allow` in [i2c.{label}]"
                );
            }
        };
        match reserved(seven_bit) {
            Some(purpose) => write!(f, ", and no policy can grant it: it {purpose}")?,
            None if seven_bit > LAST_SEVEN_BIT => {
                f.write_str(", and no policy can grant it: it has more than 7 bits")?
            }
            None => write!(f, ": to grant it, add it to `allow` in [i2c.{label}]")?,
        }
        match eight_bit_form_of(seven_bit.into()) {
            Some(meant) => {
                write!(f, "; {address} is {meant:#04x} with the read/write bit: give the driver {meant:#04x}")
            }
            None if doubled => {
                let meant = seven_bit >> 1;
                write!(
                    f,
                    "; {address} is {meant:#04x}, which is granted, with the read/write bit: did you mean {meant:#04x}?"
                )
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;

    fn said(address: Address, doubled: bool) -> alloc::string::String {
        Ungranted { label: "bus", address, doubled }.to_string()
    }

    #[test]
    fn an_address_that_no_policy_can_grant_is_called_what_it_is() {
        for (address, texts) in [
            (0xec, ["no policy can grant it: it has more than 7 bits", "give the driver 0x76"]),
            (0xed, ["more than 7 bits", "0xed is 0x76 with the read/write bit"]),
            (0x78, ["it is the prefix of 10-bit addresses", "give the driver 0x3c"]),
            (0x7b, ["no policy can grant it", "give the driver 0x3d"]),
            (0x7c, ["it reads device IDs, which reaches devices that are not granted", "give the driver 0x3e"]),
            (0x00, ["no policy can grant it", "the general call, which reaches every device"]),
            (0x05, ["no policy can grant it", "it starts high-speed mode"]),
            (0x02, ["no policy can grant it", "it selects another bus format"]),
        ] {
            let said = said(Address::SevenBit(address), false);
            for text in texts {
                assert!(said.contains(text), "{address:#04x}: {said}");
            }
            assert!(!said.contains("to grant it"), "{address:#04x}: {said}");
        }
        assert!(!said(Address::SevenBit(0xf1), false).contains("give the driver"), "0x78 is no better");
        assert!(said(Address::TenBit(0x400), false).ends_with("10-bit addresses are 0x000 to 0x3ff"));
    }

    #[test]
    fn an_address_that_a_policy_can_grant_comes_with_what_would() {
        let plain = "i2c \"bus\": address 0x62 is not granted: to grant it, add it to `allow` in [i2c.bus]";
        assert_eq!(said(Address::SevenBit(0x62), false), plain);
        let doubled = said(Address::SevenBit(0x62), true);
        assert!(
            doubled.starts_with(plain) && doubled.contains("0x62 is 0x31, which is granted, with the read/write bit"),
            "{doubled}"
        );
        assert_eq!(
            said(Address::TenBit(0x76), false),
            "i2c \"bus\": address 0x076 (10-bit) is not granted: to grant it, add `{ address = 0x076, ten-bit = true }` to \
             `allow` in [i2c.bus]"
        );
    }

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
