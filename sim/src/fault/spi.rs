//! What goes wrong on an SPI bus.

use alloc::boxed::Box;
use alloc::vec::Vec;

use embedded_hal::spi::Mode;

use super::{Armed, Fault, Flip, Targets};
use crate::board_state::BoardState;
use crate::net::Level;
use crate::part::PartId;
use crate::spi::bus::late;
use crate::spi::{SpiBusId, SpiError, SpiSelectId};

/// How long a controller waits for a bus that something else holds, in nanoseconds. SPI itself has no such time: this is ten
/// milliseconds, enough for 1.25 kB at 1 MHz.
pub const HOLD_LIMIT_NS: u64 = 10_000_000;

/// What goes wrong in a transaction on an SPI bus: from select to deselect, or on a bus without select lines one call.
///
/// A `byte` counts what is clocked, from 0. Of most of these the controller learns nothing: SPI has no acknowledge.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SpiFault {
    /// The controller cannot drive the select line: nothing is clocked.
    SelectFailed,
    /// The controller cannot let go of the select line at first. It tries again a bit later, and reports that.
    DeselectFailed,
    /// Something else holds the bus when the transaction is to begin. Past [`HOLD_LIMIT_NS`] the controller gives up: nothing is
    /// driven.
    BusHeld {
        /// For how long, in nanoseconds.
        ns: u64,
    },
    /// The select line stays at a level: high, and nobody hears what is clocked; low, and the parts never see the end.
    SelectStuck(Level),
    /// MISO stays at a level.
    MisoStuck(Level),
    /// A clock edge is lost, or one too many seen: from a byte on both sides see every bit one late.
    BitSlip {
        /// Which byte.
        byte: u32,
    },
    /// The controller uses this mode.
    WrongMode(Mode),
    /// Noise inverts bits on MISO.
    FlipRead(Flip),
    /// Noise inverts bits on MOSI.
    FlipWrite(Flip),
    /// The controller fails before a byte. It ends the transaction.
    Fail {
        /// Which byte.
        byte: u32,
        /// What it reports.
        error: SpiFailure,
    },
}

/// What a controller reports when it fails by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SpiFailure {
    /// Received bytes were lost.
    Overrun,
    /// Several controllers drive the bus.
    ModeFault,
    /// The received frame is malformed.
    FrameFormat,
    /// Anything else.
    Other,
}

impl SpiFault {
    pub(super) fn name(self) -> &'static str {
        match self {
            SpiFault::SelectFailed => "select-failed",
            SpiFault::DeselectFailed => "deselect-failed",
            SpiFault::BusHeld { .. } => "bus-held",
            SpiFault::SelectStuck(_) => "select-stuck",
            SpiFault::MisoStuck(_) => "miso-stuck",
            SpiFault::BitSlip { .. } => "bit-slip",
            SpiFault::WrongMode(_) => "wrong-mode",
            SpiFault::FlipRead(_) => "flip-read",
            SpiFault::FlipWrite(_) => "flip-write",
            SpiFault::Fail { .. } => "fail",
        }
    }
}

/// What becomes of a transaction: nothing out of the ordinary, unless faults struck it.
#[derive(Debug, Default)]
pub(crate) struct Plan(Option<Box<Struck>>);

/// The faults of a transaction, and how far it is.
#[derive(Debug)]
struct Struck {
    faults: Vec<SpiFault>,
    /// The parts that lose their supply, with the byte.
    brown_outs: Vec<(usize, u32)>,
    bytes: u32,
    /// The last bits each way, which the other side has yet to see after a slip.
    late_mosi: u8,
    late_miso: u8,
}

impl Plan {
    /// Returns the faults that struck, if any did.
    #[inline]
    fn struck(&mut self) -> Option<&mut Struck> {
        if cfg!(feature = "faults") { self.0.as_deref_mut() } else { None }
    }

    /// Returns what one kind of fault makes of the transaction, if one of them struck.
    #[inline]
    fn find<T>(&self, find: impl FnMut(&SpiFault) -> Option<T>) -> Option<T> {
        let struck = if cfg!(feature = "faults") { self.0.as_deref() } else { None };
        struck.and_then(|struck| struck.faults.iter().find_map(find))
    }

    /// Returns whether a fault struck this transaction.
    #[inline]
    pub(crate) fn is_active(&self) -> bool {
        cfg!(feature = "faults") && self.0.is_some()
    }

    /// Returns for how long something else holds the bus, and whether the controller has bus and select line after that.
    pub(crate) fn begin(&self) -> (u64, Result<(), SpiError>) {
        let mut held_ns: u64 = 0;
        let refused = self.find(|fault| match *fault {
            SpiFault::BusHeld { ns } => {
                held_ns = held_ns.saturating_add(ns.min(HOLD_LIMIT_NS));
                (ns > HOLD_LIMIT_NS).then_some(SpiError::Busy)
            }
            _ => None,
        });
        let failed = || self.find(|fault| (*fault == SpiFault::SelectFailed).then_some(SpiError::ChipSelect));
        (held_ns, refused.or_else(failed).map_or(Ok(()), Err))
    }

    /// Returns the level that the select line is stuck at.
    pub(crate) fn select_stuck(&self) -> Option<Level> {
        self.find(|fault| match fault {
            SpiFault::SelectStuck(level) => Some(*level),
            _ => None,
        })
    }

    /// Returns whether the controller can let go of the select line at once.
    ///
    /// # Errors
    ///
    /// It cannot.
    pub(crate) fn deselect(&self) -> Result<(), SpiError> {
        let failed = self.find(|fault| (*fault == SpiFault::DeselectFailed).then_some(SpiError::ChipSelect));
        failed.map_or(Ok(()), Err)
    }

    /// Returns the mode that the controller uses instead of the right one.
    pub(crate) fn mode(&self) -> Option<Mode> {
        self.find(|fault| match fault {
            SpiFault::WrongMode(mode) => Some(*mode),
            _ => None,
        })
    }

    /// Returns a byte as the parts hear it.
    pub(crate) fn heard(&mut self, byte: u8) -> u8 {
        let Some(Struck { faults, bytes, late_mosi, .. }) = self.struck() else { return byte };
        faults.iter().fold(byte, |byte, fault| match fault {
            SpiFault::FlipWrite(flip) => flip.seen(*bytes, byte),
            SpiFault::BitSlip { byte: from } if *from <= *bytes => late(late_mosi, byte),
            _ => byte,
        })
    }

    /// Returns a byte as the controller reads it, and goes on to the next.
    pub(crate) fn seen(&mut self, byte: u8) -> u8 {
        let Some(Struck { faults, bytes, late_miso, .. }) = self.struck() else { return byte };
        let at = *bytes;
        *bytes = at.saturating_add(1);
        faults.iter().fold(byte, |byte, fault| match fault {
            SpiFault::FlipRead(flip) => flip.seen(at, byte),
            SpiFault::MisoStuck(Level::Low) => 0x00,
            SpiFault::MisoStuck(Level::High) => 0xff,
            SpiFault::BitSlip { byte: from } if *from <= at => late(late_miso, byte),
            _ => byte,
        })
    }

    /// Does what happens before a byte.
    ///
    /// # Errors
    ///
    /// The controller fails.
    #[inline]
    pub(crate) fn strike_byte(&mut self, board_state: &mut BoardState) -> Result<(), SpiError> {
        self.struck().map_or(Ok(()), |struck| struck.strike_byte(board_state))
    }
}

impl Struck {
    #[cold]
    fn strike_byte(&self, board_state: &mut BoardState) -> Result<(), SpiError> {
        let at = self.bytes;
        for (part, _) in self.brown_outs.iter().filter(|(_, byte)| *byte == at) {
            board_state.brown_out(*part);
        }
        let failure = self.faults.iter().find_map(|fault| match fault {
            SpiFault::Fail { byte, error } if *byte == at => Some(*error),
            _ => None,
        });
        match failure {
            None => Ok(()),
            Some(SpiFailure::Overrun) => Err(SpiError::Overrun),
            Some(SpiFailure::ModeFault) => Err(SpiError::ModeFault),
            Some(SpiFailure::FrameFormat) => Err(SpiError::FrameFormat),
            Some(SpiFailure::Other) => Err(SpiError::Failed),
        }
    }
}

impl BoardState {
    /// Finds the faults that strike a transaction.
    #[inline]
    pub(crate) fn spi_plan(&mut self, bus: SpiBusId, select: Option<SpiSelectId>) -> Plan {
        if self.circuit.faults.none() { Plan::default() } else { Plan(self.spi_strike(bus, select)) }
    }

    #[cold]
    fn spi_strike(&mut self, id: SpiBusId, select: Option<SpiSelectId>) -> Option<Box<Struck>> {
        let parts = self.spi_parts(id, select);
        let brown_outs = self.strike_parts(|part: PartId, _: Targets| parts.contains(&part.0));
        let mut faults = Vec::new();
        for index in 0..self.circuit.faults.armed.len() {
            let Some(Armed { fault: Fault::Spi { bus, select: only, fault }, .. }) = self.circuit.faults.get(index)
            else {
                continue;
            };
            if *bus == id && (only.is_none() || *only == select) {
                let fault = *fault;
                if self.circuit.faults.strike(index, self.circuit.now_ns) {
                    let event = self.circuit.faults.event(index);
                    self.circuit.trace(event);
                    faults.push(fault);
                }
            }
        }
        // The lines idle at 0 and 1, which is what is seen first after a slip.
        (!faults.is_empty() || !brown_outs.is_empty())
            .then(|| Box::new(Struck { faults, brown_outs, bytes: 0, late_mosi: 0x00, late_miso: 0xff }))
    }
}
