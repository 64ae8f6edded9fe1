//! PWM outputs, serial ports and analogue inputs.

use alloc::string::String;

use super::PinPlace;
use crate::codec::{Damaged, Field, fields, variants};

/// A PWM output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PwmLabel {
    /// What the guest opens.
    pub label: String,
    /// What stands behind it.
    pub place: PinPlace,
    /// Periods a second.
    pub frequency_hz: u32,
    /// Whether active is the lower voltage.
    pub active_low: bool,
    /// The duty before the guest starts, in 65 535ths.
    pub initial: u16,
    /// The duty when the guest has ended, if it has one.
    pub on_exit: Option<u16>,
}

/// A serial port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UartLabel {
    /// What the guest opens.
    pub label: String,
    /// What stands behind it.
    pub place: UartPlace,
    /// Bits a second.
    pub baud: u32,
    /// The parity.
    pub parity: Parity,
    /// 1 or 2.
    pub stop_bits: u8,
    /// Whether the guest may only listen.
    pub read_only: bool,
    /// How many received bytes a simulated port keeps.
    pub receive_bytes: u32,
}

/// What stands behind a serial port's label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UartPlace {
    /// A simulated port.
    Sim {
        /// Its name.
        name: String,
    },
    /// A controller and its pins.
    Block {
        /// Its number.
        block: u8,
        /// The pin that sends.
        tx: u8,
        /// The pin that receives.
        rx: u8,
    },
}

/// A bit that makes the number of ones even or odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the policy file")]
pub enum Parity {
    None,
    Even,
    Odd,
}

/// An analogue input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdcLabel {
    /// What the guest opens.
    pub label: String,
    /// What stands behind it.
    pub place: PinPlace,
    /// The bits of a simulated input's reading.
    pub resolution_bits: u8,
    /// The voltage that is one more than the greatest reading, in millivolts.
    pub reference_mv: u32,
}

fields! {
    PwmLabel { label, place, frequency_hz, active_low, initial, on_exit }
    UartLabel { label, place, baud, parity, stop_bits, read_only, receive_bytes }
    AdcLabel { label, place, resolution_bits, reference_mv }
}

variants! {
    UartPlace { 0 => Sim { name }, 1 => Block { block, tx, rx } }
    Parity { 0 => None, 1 => Even, 2 => Odd }
}
