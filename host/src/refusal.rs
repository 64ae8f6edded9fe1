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

impl fmt::Display for Refusal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::UnknownLabel { label } => {
                write!(f, "the guest asked for label {label:?}, which the policy does not have")
            }
            Refusal::WrongKind { label, is, wanted } => {
                write!(f, "the guest asked for {label:?} as {wanted}, but the policy has it as {is}")
            }
            Refusal::Held { label } => write!(f, "the guest asked for {label:?}, which is held already"),
            Refusal::HeldBy { label, holder } => {
                write!(f, "the guest asked for {label:?}, which {holder} holds")
            }
            Refusal::Handles { limit } => {
                write!(f, "the guest holds {limit} handles: `handles` in [limits] allows no more")
            }
            Refusal::Calls { limit } => {
                write!(f, "the guest waits for {limit} calls at once: `calls` in [limits] allows no more")
            }
            Refusal::Address { label, address, read_only: false, doubled } => {
                Ungranted { label, address: *address, doubled: *doubled }.fmt(f)
            }
            Refusal::Address { label, address, read_only: true, .. } => {
                write!(f, "i2c {label:?}: address {address} is granted for reading only")
            }
            Refusal::PortReadOnly { label } => {
                write!(f, "uart {label:?} is granted for reading only: `access` in [uart.{label}] says so")
            }
            Refusal::Malformed { label, named, carried } => {
                write!(f, "{label:?}: the guest names {named} bytes in a call that carries {carried}")
            }
            Refusal::Memory { label, bytes } => {
                write!(f, "{label:?}: the host has no memory for the {bytes} bytes that the guest would read")
            }
            Refusal::TooLong { label, limit, asked, allowed } => {
                write!(f, "{label:?}: {asked} is past the limit of {allowed}: `{limit}` in [limits] would raise it")
            }
        }
    }
}
