//! The types of the WIT package, as calls bring them in and take them back: one module for each interface.
//!
//! They stand here by hand, so that a host without the component model has them too. Where it is there, the linker compares every
//! one with what a component imports.

#[cfg(feature = "component")]
use wasmtime::component::{ComponentType, Lift, Lower};

/// An enum of the WIT package: its cases have their places as numbers, on both sides.
pub(crate) trait Cases: Copy + 'static {
    /// All cases, in their order.
    const ALL: &'static [Self];

    /// Returns the number of a case.
    fn number(self) -> u8;
}

/// Makes enums of their tables: the name of a case in the WIT, and its variant here.
macro_rules! enums {
    ($($(#[$doc:meta])* $name:ident { $($case:tt => $variant:ident,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "component", derive(ComponentType, Lift, Lower), component(enum))]
        #[repr(u8)]
        #[allow(dead_code, reason = "some come from guests only, and some go to them only")]
        pub(crate) enum $name {
            $(#[cfg_attr(feature = "component", component(name = $case))] $variant,)*
        }

        impl Cases for $name {
            const ALL: &'static [$name] = &[$($name::$variant,)*];

            #[inline]
            fn number(self) -> u8 {
                self as u8
            }
        }

        #[cfg(test)]
        impl $name {
            pub(crate) const NAMES: &'static [&'static str] = &[$($case,)*];
        }
    )*};
}

/// `types`: what every interface shares.
pub(crate) mod types {
    use super::*;

    enums! {
        /// Why a label could not be opened.
        OpenError {
            "unknown-label" => UnknownLabel,
            "wrong-kind" => WrongKind,
            "busy" => Busy,
            "refused" => Refused,
        }
    }

    /// Up to 16 bytes as two integers.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "component", derive(ComponentType, Lift, Lower), component(record))]
    pub(crate) struct Short {
        pub(crate) low: u64,
        pub(crate) high: u64,
    }
}

/// `i2c`.
pub(crate) mod i2c {
    use super::*;

    enums! {
        /// Why a transaction failed.
        Error {
            "bus" => Bus,
            "arbitration-loss" => ArbitrationLoss,
            "no-acknowledge-address" => NoAcknowledgeAddress,
            "no-acknowledge-data" => NoAcknowledgeData,
            "no-acknowledge-unknown" => NoAcknowledgeUnknown,
            "overrun" => Overrun,
            "other" => Other,
            "denied" => Denied,
            "too-long" => TooLong,
            "unsupported" => Unsupported,
            "busy" => Busy,
        }

        /// What an operation does.
        Direction {
            "read" => Read,
            "write" => Write,
        }
    }

    /// The address of a target.
    #[cfg(feature = "component")]
    #[derive(Clone, Copy, Debug, PartialEq, Eq, ComponentType, Lift)]
    #[component(variant)]
    pub(crate) enum Address {
        #[component(name = "seven-bit")]
        SevenBit(u8),
        #[component(name = "ten-bit")]
        TenBit(u16),
    }

    /// One operation of a transaction.
    #[cfg(feature = "component")]
    #[derive(Clone, Copy, Debug, PartialEq, Eq, ComponentType, Lift)]
    #[component(record)]
    pub(crate) struct Operation {
        pub(crate) direction: Direction,
        pub(crate) len: u32,
    }
}

/// `spi`.
pub(crate) mod spi {
    use super::*;

    enums! {
        /// Why a transaction failed.
        Error {
            "overrun" => Overrun,
            "mode-fault" => ModeFault,
            "frame-format" => FrameFormat,
            "chip-select-fault" => ChipSelectFault,
            "other" => Other,
            "denied" => Denied,
            "too-long" => TooLong,
            "unsupported" => Unsupported,
            "busy" => Busy,
        }
    }

    /// One operation of a transaction.
    #[cfg(feature = "component")]
    #[derive(Clone, Copy, Debug, PartialEq, Eq, ComponentType, Lift)]
    #[component(record)]
    pub(crate) struct Operation {
        #[component(name = "write-len")]
        pub(crate) write_len: u32,
        #[component(name = "read-len")]
        pub(crate) read_len: u32,
        #[component(name = "delay-ns")]
        pub(crate) delay_ns: u32,
    }
}

/// `digital`.
pub(crate) mod digital {
    use super::*;

    enums! {
        /// Why a pin could not be driven or read.
        Error {
            "other" => Other,
            "denied" => Denied,
            "unsupported" => Unsupported,
            "busy" => Busy,
        }

        /// A logical level.
        Level {
            "low" => Low,
            "high" => High,
        }
    }
}

/// `pwm`.
pub(crate) mod pwm {
    use super::*;

    enums! {
        /// Why a duty could not be set.
        Error {
            "other" => Other,
            "denied" => Denied,
            "out-of-range" => OutOfRange,
            "unsupported" => Unsupported,
            "busy" => Busy,
        }
    }
}

/// `uart`.
pub(crate) mod uart {
    use super::*;

    enums! {
        /// Why bytes could not be received or sent.
        Error {
            "other" => Other,
            "not-found" => NotFound,
            "permission-denied" => PermissionDenied,
            "connection-refused" => ConnectionRefused,
            "connection-reset" => ConnectionReset,
            "connection-aborted" => ConnectionAborted,
            "not-connected" => NotConnected,
            "address-in-use" => AddressInUse,
            "address-not-available" => AddressNotAvailable,
            "broken-pipe" => BrokenPipe,
            "already-exists" => AlreadyExists,
            "invalid-input" => InvalidInput,
            "invalid-data" => InvalidData,
            "timed-out" => TimedOut,
            "interrupted" => Interrupted,
            "unsupported" => Unsupported,
            "out-of-memory" => OutOfMemory,
            "write-zero" => WriteZero,
            "overrun" => Overrun,
            "framing" => Framing,
            "parity" => Parity,
            "line-break" => LineBreak,
            "denied" => Denied,
            "too-long" => TooLong,
            "busy" => Busy,
        }
    }
}

/// `adc`.
pub(crate) mod adc {
    use super::*;

    enums! {
        /// Why an input could not be read.
        Error {
            "other" => Other,
            "denied" => Denied,
            "unsupported" => Unsupported,
            "busy" => Busy,
            "timed-out" => TimedOut,
        }
    }
}

/// `log`.
pub(crate) mod log {
    use super::*;

    enums! {
        /// How important a message is.
        Level {
            "error" => Error,
            "warn" => Warn,
            "info" => Info,
            "debug" => Debug,
            "trace" => Trace,
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    /// Returns the cases of an enum in the text of its interface.
    fn cases<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
        let body = text.split_once(&alloc::format!("enum {name} {{")).and_then(|(_, rest)| rest.split_once('}'));
        let (body, _) = body.expect("the interface has the enum");
        let lines = body.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("///"));
        lines.map(|line| line.trim_end_matches(',')).collect()
    }

    #[test]
    fn enums_have_the_cases_of_the_package_in_their_order() {
        let in_types = include_str!("../wit/types.wit");
        let in_i2c = include_str!("../wit/i2c.wit");
        let in_digital = include_str!("../wit/digital.wit");
        assert_eq!(cases(in_types, "open-error"), types::OpenError::NAMES);
        assert_eq!(cases(in_i2c, "error"), i2c::Error::NAMES);
        assert_eq!(cases(in_i2c, "direction"), i2c::Direction::NAMES);
        assert_eq!(cases(include_str!("../wit/spi.wit"), "error"), spi::Error::NAMES);
        assert_eq!(cases(in_digital, "error"), digital::Error::NAMES);
        assert_eq!(cases(in_digital, "level"), digital::Level::NAMES);
        assert_eq!(cases(include_str!("../wit/pwm.wit"), "error"), pwm::Error::NAMES);
        assert_eq!(cases(include_str!("../wit/uart.wit"), "error"), uart::Error::NAMES);
        assert_eq!(cases(include_str!("../wit/adc.wit"), "error"), adc::Error::NAMES);
        assert_eq!(cases(include_str!("../wit/log.wit"), "level"), log::Level::NAMES);
    }

    #[test]
    fn the_number_of_a_case_is_its_place() {
        for (place, case) in uart::Error::ALL.iter().enumerate() {
            assert_eq!(usize::from(case.number()), place);
        }
    }
}
