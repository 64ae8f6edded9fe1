//! What a label grants.

use alloc::vec::Vec;
use core::num::NonZeroU32;
use core::ops::RangeInclusive;

pub use wasm_embedded_policy::{Access, DutyPart};

use crate::digital::Level;
use crate::i2c::Address;

/// The addresses that a guest may use on an I2C bus. Nothing is granted unless it is listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct I2cGrant {
    /// One bit for each seven-bit address.
    readable: u128,
    writable: u128,
    /// Ten-bit addresses, which are rare.
    ten_bit: Vec<(RangeInclusive<u16>, Access)>,
    frequency_hz: Option<NonZeroU32>,
}

impl I2cGrant {
    /// Grants nothing.
    #[must_use]
    pub fn none() -> I2cGrant {
        I2cGrant::default()
    }

    /// Grants reading and writing at a seven-bit address. An address over 0x7f does not exist and grants nothing.
    #[must_use]
    pub fn allow(self, address: u8) -> I2cGrant {
        self.allow_range(address..=address, Access::ReadWrite)
    }

    /// Grants access to seven-bit addresses.
    #[must_use]
    pub fn allow_range(mut self, addresses: RangeInclusive<u8>, access: Access) -> I2cGrant {
        for address in addresses {
            let bit = bit_of(address);
            self.readable |= bit;
            if access == Access::ReadWrite {
                self.writable |= bit;
            }
        }
        self
    }

    /// Grants access to ten-bit addresses. An address over 0x3ff does not exist and grants nothing.
    #[must_use]
    pub fn allow_ten_bit(mut self, addresses: RangeInclusive<u16>, access: Access) -> I2cGrant {
        self.ten_bit.push((addresses, access));
        self
    }

    /// States the clock of the bus. With it, the host knows how long a transaction keeps the bus, and refuses one that would keep
    /// it for longer than [`Limits::transaction_time_ns`](crate::Limits::transaction_time_ns). Of a bus whose clock is not stated,
    /// or 0, only delays count.
    #[must_use]
    pub fn frequency_hz(mut self, frequency_hz: u32) -> I2cGrant {
        self.frequency_hz = NonZeroU32::new(frequency_hz);
        self
    }

    /// Returns the clock of the bus, if it was stated.
    #[inline]
    pub(crate) fn clock_hz(&self) -> Option<NonZeroU32> {
        self.frequency_hz
    }

    /// Returns whether reading, writing or both are granted at an address. Doing nothing is granted where something is.
    #[inline]
    #[must_use]
    pub fn permits(&self, address: Address, reads: bool, writes: bool) -> bool {
        match address {
            Address::SevenBit(address) => {
                let bit = bit_of(address);
                let reads = reads || !writes;
                (!reads || self.readable & bit != 0) && (!writes || self.writable & bit != 0)
            }
            Address::TenBit(address) => {
                address <= 0x3ff
                    && self
                        .ten_bit
                        .iter()
                        .any(|(range, access)| range.contains(&address) && (!writes || *access == Access::ReadWrite))
            }
        }
    }
}

/// The bit of a seven-bit address, or none if there is no such address.
#[inline]
fn bit_of(address: u8) -> u128 {
    if address < 0x80 { 1 << address } else { 0 }
}

/// How fast an SPI bus is. What a guest may do there is bounded by time alone: SPI has no addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SpiGrant {
    frequency_hz: Option<NonZeroU32>,
}

impl SpiGrant {
    /// Grants a bus or device with this clock. With it, the host knows how long a transaction keeps the bus, and refuses one that
    /// would keep it for longer than [`Limits::transaction_time_ns`](crate::Limits::transaction_time_ns).
    #[must_use]
    pub fn at_hz(frequency_hz: u32) -> SpiGrant {
        SpiGrant { frequency_hz: NonZeroU32::new(frequency_hz) }
    }

    /// Grants a bus or device whose clock nobody knows: of the time that a transaction takes, only its delays count.
    #[must_use]
    pub fn of_unknown_clock() -> SpiGrant {
        SpiGrant::default()
    }

    /// Returns the clock, if it is known.
    #[inline]
    pub(crate) fn clock_hz(&self) -> Option<NonZeroU32> {
        self.frequency_hz
    }
}

/// How an input is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct InputGrant {
    /// Whether the pin is inverted between the wire and the guest.
    pub active_low: bool,
}

impl From<InputGrant> for PinGrant {
    fn from(InputGrant { active_low }: InputGrant) -> PinGrant {
        PinGrant { active_low, ..PinGrant::default() }
    }
}

/// How an output is left and found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PinGrant {
    /// The logical level before the guest's first command. Whoever makes the pin drives it so, in the same step that makes it an
    /// output; see [`PinGrant::electrical`].
    pub initial: Level,
    /// The logical level that the pin is driven to when the guest has ended, however it ended. None leaves it as it is.
    pub on_exit: Option<Level>,
    /// Whether the pin is inverted between the guest and the wire.
    pub active_low: bool,
}

impl Default for PinGrant {
    fn default() -> PinGrant {
        PinGrant { initial: Level::Low, on_exit: None, active_low: false }
    }
}

impl PinGrant {
    /// Returns the level on the wire that a logical level means, or the other way round.
    #[inline]
    #[must_use]
    pub fn electrical(&self, level: Level) -> Level {
        if self.active_low { !level } else { level }
    }
}

/// How a PWM output is found and left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PwmGrant {
    /// The duty that the output is set to when the guest has ended, however it ended. None leaves it as it is.
    pub on_exit: Option<DutyPart>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_listed_is_granted() {
        let grant = I2cGrant::none().allow(0x76).allow_range(0x50..=0x57, Access::ReadOnly);
        assert!(grant.permits(Address::SevenBit(0x76), true, true));
        assert!(grant.permits(Address::SevenBit(0x57), true, false));
        assert!(!grant.permits(Address::SevenBit(0x57), true, true));
        assert!(!grant.permits(Address::SevenBit(0x58), true, false));
        assert!(!grant.permits(Address::TenBit(0x76), true, true), "another device");
        assert!(grant.permits(Address::SevenBit(0x57), false, false), "nothing is to be done there");
        assert!(!grant.permits(Address::SevenBit(0x58), false, false), "nothing may be done there");
    }

    #[test]
    fn a_part_of_a_period_is_the_nearest_duty() {
        for (part, max_duty, duty) in
            [(0, 100, 0), (u16::MAX, 100, 100), (u16::MAX, u16::MAX, u16::MAX), (32_768, 10_000, 5_000), (32_768, 1, 1)]
        {
            assert_eq!(DutyPart(part).of(max_duty), duty, "{part} of {max_duty}");
        }
    }

    #[test]
    fn addresses_that_do_not_exist_are_never_granted() {
        let all =
            I2cGrant::none().allow_range(0..=0xff, Access::ReadWrite).allow_ten_bit(0..=0xffff, Access::ReadWrite);
        assert!(all.permits(Address::SevenBit(0x7f), true, true));
        assert!(!all.permits(Address::SevenBit(0x80), true, true));
        assert!(all.permits(Address::TenBit(0x3ff), true, true));
        assert!(!all.permits(Address::TenBit(0x400), true, true));
    }
}
