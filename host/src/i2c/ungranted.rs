//! What an address is that is not granted: one that a policy could grant, or one that no policy can.

use core::fmt;

pub use wasm_embedded_policy::{eight_bit_form_of, reserved};

use super::Address;

/// The greatest address of seven bits.
const LAST_SEVEN_BIT: u8 = 0x7f;
/// The greatest address of ten bits.
const LAST_TEN_BIT: u16 = 0x3ff;

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
}
