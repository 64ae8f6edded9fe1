//! One thing that a guest is made to do, and what has to come of it.

use crate::host::Ran;

/// A guest of the suite: the same body over one or the other side of every type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Guest {
    /// Over embedded-hal and embedded-io.
    Blocking,
    /// Over embedded-hal-async and embedded-io-async where they have the trait, and else as the other.
    Asynchronous,
}

/// A script for the guest, the conditions under which it runs, and what is expected: of the answers, and of the wires.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub(crate) script: &'static str,
    pub(crate) conditions: Conditions,
    pub(crate) says: Option<&'static str>,
    pub(crate) wires: &'static [(&'static str, &'static str)],
    pub(crate) judge: Option<Judge>,
    pub(crate) traps: bool,
    /// Whether the rule is seen all the same on a host that cannot do this.
    pub(crate) optional: bool,
    /// The guests that have to be as expected.
    pub(crate) guests: &'static [Guest],
    /// The guest of this run.
    pub(crate) guest: Guest,
}

/// Judges a run beyond what a text can say.
pub(crate) type Judge = fn(&Ran) -> Result<(), String>;

/// What a host is asked to do to a guest, beside running it on the bench.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conditions {
    /// Faults on the wires of `bus`: the first befalls its first transaction after address and one byte, the second the
    /// second, and so on. Each is gone when its transaction is.
    pub i2c: &'static [I2cFault],
    /// Faults of `device`: the first befalls its first transaction, and so on.
    pub spi: &'static [SpiFault],
    /// What is done at the other end of `SERIAL` and `SMALL`, each at its time.
    pub serial: &'static [(Millis, Peer)],
    /// Has the date jump by so many seconds, once. A host whose date is not a test's to change leaves it, and shows by
    /// [`Host::evidence`](crate::Host::evidence) that its delays are not of the date.
    pub date_jump: Option<(Millis, i64)>,
    /// Stops the guest after so many milliseconds of its time.
    pub stop_after_ms: Option<u64>,
}

/// Milliseconds since the guest began.
pub type Millis = u64;

/// What the other end of a serial port does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Peer {
    /// Sends bytes, one right after the other.
    Sends(&'static [u8]),
    /// Is gone from now on.
    HangsUp,
    /// Is there again.
    Returns,
}

/// What can go wrong on I2C wires, beside what targets do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum I2cFault {
    /// Another controller wins the bus.
    ArbitrationLoss,
    /// A START comes at the wrong place.
    MisplacedStart,
    /// A STOP comes at the wrong place.
    MisplacedStop,
    /// The controller cannot keep up with what it receives.
    Overrun,
    /// The controller's driver fails in another way.
    Driver,
}

/// What can go wrong on SPI wires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SpiFault {
    /// The bus fails instead of clocking this word, with the kind Overrun where there are kinds.
    Bus {
        /// Which word of the transaction, from 0.
        word: usize,
    },
    /// The select cannot be made active.
    Select,
    /// The select cannot be made inactive, at first.
    Deselect,
    /// The bus fails as above, and then the select cannot be made inactive at first.
    BusThenDeselect {
        /// Which word of the transaction, from 0.
        word: usize,
    },
    /// The bus is held by something else for as long as a host may wait.
    Held,
}

impl Case {
    /// Returns a case that only has to end as it should: by returning.
    #[must_use]
    pub const fn new(script: &'static str) -> Case {
        let guests = &[Guest::Blocking, Guest::Asynchronous];
        let (conditions, guest) = (Conditions::NONE, Guest::Blocking);
        Case { script, conditions, says: None, wires: &[], judge: None, traps: false, optional: false, guests, guest }
    }

    /// Expects answers, separated by `;`.
    #[must_use]
    pub(crate) const fn says(self, says: &'static str) -> Case {
        Case { says: Some(says), ..self }
    }

    /// Expects texts of wires: see [`on_wire`](crate::on_wire).
    #[must_use]
    pub(crate) const fn wires(self, wires: &'static [(&'static str, &'static str)]) -> Case {
        Case { wires, ..self }
    }

    /// Expects what a function says.
    #[must_use]
    pub(crate) const fn judged(self, judge: Judge) -> Case {
        Case { judge: Some(judge), ..self }
    }

    /// Runs under conditions.
    #[must_use]
    pub(crate) const fn under(self, conditions: Conditions) -> Case {
        Case { conditions, ..self }
    }

    /// Expects it of these guests only.
    #[must_use]
    pub(crate) const fn by(self, guests: &'static [Guest]) -> Case {
        Case { guests, ..self }
    }

    /// Expects the guest to trap at its last command.
    #[must_use]
    pub(crate) const fn traps(self) -> Case {
        Case { traps: true, ..self }
    }

    /// Is for hosts that can do it.
    #[must_use]
    pub(crate) const fn where_possible(self) -> Case {
        Case { optional: true, ..self }
    }

    /// Returns what the guest is to do: its arguments, joined by spaces.
    #[must_use]
    pub fn script(&self) -> &'static str {
        self.script
    }

    /// Returns which guest is to do it.
    #[must_use]
    pub fn guest(&self) -> Guest {
        self.guest
    }

    /// Returns whether the guest is to trap at its last command.
    #[must_use]
    pub fn is_to_trap(&self) -> bool {
        self.traps
    }

    /// Returns what is asked of the host.
    #[must_use]
    pub fn conditions(&self) -> Conditions {
        self.conditions
    }
}

impl Conditions {
    /// No conditions.
    pub(crate) const NONE: Conditions =
        Conditions { i2c: &[], spi: &[], serial: &[], date_jump: None, stop_after_ms: None };
}
