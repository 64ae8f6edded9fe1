//! Nets: pins joined by copper, with pulls and several drivers.

use core::ops::Not;

use embedded_hal::digital::PinState;

/// A net of the simulated board, made by `Sim::net`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Net(pub(crate) usize);

/// The level that a net carries.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Level {
    /// 0, ground.
    #[default]
    Low,
    /// 1, the supply.
    High,
}

impl Not for Level {
    type Output = Level;

    fn not(self) -> Level {
        match self {
            Level::Low => Level::High,
            Level::High => Level::Low,
        }
    }
}

impl From<bool> for Level {
    fn from(high: bool) -> Level {
        if high { Level::High } else { Level::Low }
    }
}

impl From<PinState> for Level {
    fn from(state: PinState) -> Level {
        Level::from(state == PinState::High)
    }
}

/// What one driver does to a net.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Drive {
    /// Pulls it to ground.
    Low,
    /// Pulls it to the supply.
    High,
    /// Nothing: high impedance.
    #[default]
    Released,
}

impl From<Level> for Drive {
    fn from(level: Level) -> Drive {
        match level {
            Level::Low => Drive::Low,
            Level::High => Drive::High,
        }
    }
}

/// The resistor of a net.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Pull {
    /// None: a net that nothing drives reads low.
    #[default]
    None,
    /// To the supply.
    Up,
    /// To ground.
    Down,
}
