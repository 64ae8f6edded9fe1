//! Pins.

use core::time::Duration;

/// How a pin is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PinDirection {
    /// Driven to both levels.
    Output,
    /// Read.
    Input,
    /// Driven low or released, and read.
    OpenDrain,
}

/// The resistor at a pin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bias {
    /// None: one that the machine has set is switched off.
    None,
    /// To the supply.
    PullUp,
    /// To ground.
    PullDown,
}

/// A level as the guest sees it: with `active-low`, high is the lower voltage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PinLevel {
    /// Inactive.
    Low,
    /// Active; of an open-drain pin, released.
    High,
}

/// How a pin is used, and left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// How it is used.
    pub direction: PinDirection,
    /// The level before the guest starts. Low by default; released by default if the pin is open-drain.
    pub initial: PinLevel,
    /// The level when the guest has ended in any way; without one the pin stays as the guest left it.
    pub on_exit: Option<PinLevel>,
    /// Whether the guest's levels are inverted.
    pub active_low: bool,
    /// The resistor at the pin. None leaves the machine's as it is; a simulated pin has none then.
    pub bias: Option<Bias>,
    /// How long the level of an input must be stable before a change counts.
    pub debounce: Option<Duration>,
}

impl Default for Pin {
    /// An input, as it is: what can do no harm.
    fn default() -> Pin {
        Pin {
            direction: PinDirection::Input,
            initial: PinLevel::Low,
            on_exit: None,
            active_low: false,
            bias: None,
            debounce: None,
        }
    }
}
