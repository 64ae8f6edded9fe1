//! What the host tells its operator, and not the guest, when it refuses.

use core::fmt;

use crate::i2c::{Address, Ungranted};

/// Why a request was refused, for the host's own log. The guest gets an enum that names no label and no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal<'a> {
    /// The policy has no such label.
    UnknownLabel {
        /// What the guest asked for: text of the guest, to be escaped.
        label: &'a str,
    },
    /// The label stands for another kind of hardware.
    WrongKind {
        /// The label.
        label: &'a str,
        /// What it stands for.
        is: &'static str,
        /// What the guest asked for.
        wanted: &'static str,
    },
    /// The label is held already.
    Held {
        /// The label.
        label: &'a str,
    },
    /// The label is held by another guest.
    HeldBy {
        /// The label.
        label: &'a str,
        /// The name of that guest.
        holder: &'a str,
    },
    /// The guest holds as many handles as it may.
    Handles {
        /// How many.
        limit: u32,
    },
    /// The guest has as many asynchronous calls on their way as it may.
    Calls {
        /// How many.
        limit: u32,
    },
    /// The address, or the direction at that address, is not granted.
    Address {
        /// The label.
        label: &'a str,
        /// The address.
        address: Address,
        /// Whether the address is granted, but only for reading.
        read_only: bool,
        /// Whether the label grants another address, of which this is the form with eight bits: that address and its read/write bit.
        doubled: bool,
    },
    /// A write to a serial port that is granted for reading only.
    PortReadOnly {
        /// The label.
        label: &'a str,
    },
    /// The guest names another number of bytes than its call carries. The hal sends no such call.
    Malformed {
        /// The label.
        label: &'a str,
        /// The bytes that the lengths in the call add up to.
        named: u64,
        /// The bytes that the call has, or has room for.
        carried: u64,
    },
    /// The host has no memory for what the guest would read, though it is within the limits.
    Memory {
        /// The label.
        label: &'a str,
        /// How many bytes.
        bytes: u64,
    },
    /// A length, count or duration is past a limit.
    TooLong {
        /// The label.
        label: &'a str,
        /// The limit's key in the policy.
        limit: &'static str,
        /// What was asked for.
        asked: u64,
        /// What is allowed.
        allowed: u64,
    },
}

/// A number with the unit that its limit's key names. A time is in the largest unit of which it is at least one, with up to three
/// decimals, rounded up.
struct Amount {
    number: u64,
    limit: &'static str,
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.number;
        let (thousandth, unit) = match number {
            _ if self.limit.ends_with("-bytes") => return write!(f, "{number} bytes"),
            _ if !self.limit.ends_with("-ns") => return write!(f, "{number} {}", self.limit),
            0..1_000 => return write!(f, "{number} ns"),
            1_000..1_000_000 => (1, "us"),
            1_000_000..1_000_000_000 => (1_000, "ms"),
            _ => (1_000_000, "s"),
        };
        let thousandths = number.div_ceil(thousandth);
        write!(f, "{}", thousandths / 1_000)?;
        let (mut decimals, mut width) = (thousandths % 1_000, 3);
        if decimals > 0 {
            while decimals % 10 == 0 {
                decimals /= 10;
                width -= 1;
            }
            write!(f, ".{decimals:0width$}")?;
        }
        write!(f, " {unit}")
    }
}

impl fmt::Display for Refusal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::UnknownLabel { label } => {
                write!(f, "the guest asked for label {label:?}, but the policy lacks it")
            }
            Refusal::WrongKind { label, is, wanted } => {
                write!(f, "the guest asked for {label:?} as {wanted}, but in the policy it is {is}")
            }
            Refusal::Held { label } => write!(f, "the guest asked for {label:?}, which is in use"),
            Refusal::HeldBy { label, holder } => {
                write!(f, "the guest asked for {label:?}, which {holder} holds")
            }
            Refusal::Handles { limit } => {
                write!(f, "the guest holds {limit} handles, the limit (`handles` in [limits])")
            }
            Refusal::Calls { limit } => {
                write!(f, "the guest waits for {limit} calls, the limit (`calls` in [limits])")
            }
            Refusal::Address { label, address, read_only: false, doubled } => {
                Ungranted { label, address: *address, doubled: *doubled }.fmt(f)
            }
            Refusal::Address { label, address, read_only: true, .. } => {
                write!(f, "i2c {label:?}: the policy grants address {address} as read-only")
            }
            Refusal::PortReadOnly { label } => {
                write!(f, "uart {label:?}: the port is read-only (`access` in [uart.{label}])")
            }
            Refusal::Malformed { label, named, carried } => {
                write!(f, "{label:?}: the guest names {named} bytes, but its call carries {carried}")
            }
            Refusal::Memory { label, bytes } => {
                write!(f, "{label:?}: the host is out of memory for a read of {bytes} bytes")
            }
            Refusal::TooLong { label, limit, asked, allowed } => {
                let [asked, allowed] = [*asked, *allowed].map(|number| Amount { number, limit });
                write!(f, "{label:?}: the transaction takes {asked}, the limit is {allowed} (`{limit}` in [limits])")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;

    #[test]
    fn what_is_past_a_limit_has_its_unit_in_a_human_size() {
        let said = |limit, asked, allowed| Refusal::TooLong { label: "bus", limit, asked, allowed }.to_string();
        assert_eq!(
            said("transaction-time-ns", 183_000_000, 50_000_000),
            "\"bus\": the transaction takes 183 ms, the limit is 50 ms (`transaction-time-ns` in [limits])"
        );
        for (asked, text) in [
            (999, "999 ns,"),
            (1_000, "1 us,"),
            (1_500, "1.5 us,"),
            (200_000_001, "200.001 ms,"),
            (800_800_000, "800.8 ms,"),
            (999_999_999, "1000 ms,"),
            (1_000_000_000, "1 s,"),
            (1_050_000_000, "1.05 s,"),
            (u64::MAX, "18446744073.71 s,"),
        ] {
            let said = said("transaction-delay-ns", asked, 0);
            assert!(said.contains(&alloc::format!("takes {text}")), "{said}");
        }
        assert!(said("transaction-bytes", 65_537, 65_536).contains("takes 65537 bytes, the limit is 65536 bytes"));
        assert!(said("operations", 1_025, 1_024).contains("takes 1025 operations, the limit is 1024 operations"));
    }
}
