//! What a guest may ask for in one call.

use core::num::NonZeroU32;

use crate::admit::No;
use crate::refusal::Refusal;

/// Nanoseconds of a second.
const NS_PER_S: u64 = 1_000_000_000;

/// Makes [`Limits`] of its table: a limit is one entry, with its default.
macro_rules! limits {
    ($($(#[$doc:meta])* $limit:ident: $number:ty = $default:literal,)*) => {
        /// Bounds on what a guest asks for, checked before anything is allocated or any wire moves.
        ///
        /// ```
        /// use wasm_embedded_host::Limits;
        ///
        /// let limits = Limits::default().transaction_bytes(4096).transaction_time_ns(20_000_000);
        /// assert_eq!(limits.transaction_bytes, 4096);
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Limits {
            $($(#[$doc])* pub $limit: $number,)*
        }

        impl Default for Limits {
            fn default() -> Limits {
                Limits { $($limit: $default,)* }
            }
        }

        impl Limits {
            $(
                #[doc = concat!("Returns these limits with another [`", stringify!($limit), "`](Limits#structfield.", stringify!($limit), ").")]
                #[must_use]
                pub const fn $limit(mut self, $limit: $number) -> Limits {
                    self.$limit = $limit;
                    self
                }
            )*
        }
    };
}

limits! {
    /// The most bytes that one transaction may write, and the most it may read. Protects the host's memory and the bus: 64 KiB,
    /// more than any controller takes in one go.
    transaction_bytes: u32 = 65_536,
    /// The most operations in one transaction. Protects the host's memory and time.
    operations: u32 = 1024,
    /// The longest sum of delays inside one SPI transaction, in nanoseconds, while chip select and bus are held. Protects the
    /// other users of the bus: 50 ms.
    transaction_delay_ns: u64 = 50_000_000,
    /// How long one transaction may keep its bus, in nanoseconds: its clocks, as far as the frequency is known (see
    /// [`I2cGrant::frequency_hz`](crate::I2cGrant::frequency_hz) and [`SpiGrant::at_hz`](crate::SpiGrant::at_hz)), and its delays.
    /// Protects the other users of the bus, and whoever waits for this guest to be stopped: 200 ms, in which published drivers
    /// read a whole EEPROM of 16 Kbit at 100 kHz (184 ms), and send a frame of 48,000 bytes to an e-paper display at 4 MHz (96 ms).
    transaction_time_ns: u64 = 200_000_000,
    /// The most handles a guest may hold at once. Protects the host's memory.
    handles: u32 = 64,
    /// The most asynchronous calls that may be on their way at once, with the replies that the guest has not taken. Protects the
    /// host's memory: each may hold two times the bytes of a transaction.
    calls: u32 = 128,
    /// The most bytes of one log message, print or label that are looked at; the rest is cut off. Protects the log.
    text_bytes: u32 = 4096,
    /// The most messages of the log in a second, refusals included, where the log has a clock; ten times as many may come at
    /// once. The others are dropped and counted. Protects the log and whoever reads it.
    log_messages_per_s: u32 = 1000,
}

/// A number that the guest asked for, beside what it may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    limit: &'static str,
    asked: u64,
    allowed: u64,
}

impl Asked {
    #[cfg(test)]
    fn is_allowed(self) -> bool {
        self.within("").is_ok()
    }

    /// Checks that it is allowed under a label.
    #[inline]
    pub(crate) fn within(self, label: &str) -> Result<(), No<'_>> {
        let Asked { limit, asked, allowed } = self;
        if asked <= allowed { Ok(()) } else { Err(Refusal::TooLong { label, limit, asked, allowed }.into()) }
    }
}

impl Limits {
    /// A number of operations.
    #[inline]
    pub(crate) fn operations_of(&self, operations: u64) -> Asked {
        Asked { limit: "operations", asked: operations, allowed: self.operations.into() }
    }

    /// The bytes of a transaction, each way.
    #[inline]
    pub(crate) fn bytes(&self, written: u64, read: u64) -> Asked {
        Asked { limit: "transaction-bytes", asked: written.max(read), allowed: self.transaction_bytes.into() }
    }

    /// The delays of a transaction.
    #[inline]
    pub(crate) fn delay(&self, ns: u64) -> Asked {
        Asked { limit: "transaction-delay-ns", asked: ns, allowed: self.transaction_delay_ns }
    }

    /// The time that a transaction keeps a bus of a known frequency, or of none.
    #[inline]
    pub(crate) fn time(&self, clocks: u64, frequency_hz: Option<NonZeroU32>, delay_ns: u64) -> Asked {
        let (limit, allowed) = ("transaction-time-ns", self.transaction_time_ns);
        let Some(frequency_hz) = frequency_hz.map(|hz| u64::from(hz.get())) else {
            return Asked { limit, asked: delay_ns, allowed };
        };
        // Compared without a division, which is slow where there is no instruction for it.
        let room = allowed.saturating_sub(delay_ns).saturating_mul(frequency_hz);
        let scaled = clocks.saturating_mul(NS_PER_S);
        let asked = if delay_ns <= allowed && scaled <= room {
            delay_ns
        } else {
            delay_ns.saturating_add(scaled.div_ceil(frequency_hz))
        };
        Asked { limit, asked, allowed }
    }
}

/// A length of the guest's as a size of ours.
#[inline]
pub(crate) fn size(len: u32) -> usize {
    usize::try_from(len).unwrap_or(usize::MAX)
}

/// A size of ours as a number for sums.
#[inline]
pub(crate) fn count(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_transaction_is_that_of_its_clocks_and_delays() {
        let (limits, standard_mode) = (Limits::default(), NonZeroU32::new(100_000));
        assert!(limits.time(20_000, standard_mode, 0).is_allowed(), "200 ms at 100 kHz");
        let asked = limits.time(20_001, standard_mode, 0);
        assert!(!asked.is_allowed());
        assert_eq!(asked.asked, 200_010_000);
        assert!(limits.time(19_000, standard_mode, 10_000_000).is_allowed());
        assert!(!limits.time(19_000, standard_mode, 10_000_001).is_allowed());
        assert!(limits.time(u64::MAX, None, 200_000_000).is_allowed(), "of an unknown clock only the delays count");
        assert!(!limits.time(0, None, 200_000_001).is_allowed());
        assert!(!limits.time(u64::MAX, NonZeroU32::new(1), u64::MAX).is_allowed());
    }

    #[test]
    fn the_longest_transactions_of_published_drivers_are_within_the_defaults() {
        let limits = Limits::default();
        // A byte over I2C takes nine clocks, one over SPI eight.
        let longest = [
            ("eeprom24x reads a whole 24C16 after two addresses and a register", 9 * (2 + 1 + 2048), 100_000),
            ("epd-waveshare writes a frame of 800 x 480 pixels", 8 * 48_000, 4_000_000),
            ("ssd1306 writes a frame of 128 x 64 pixels", 9 * (1 + 1 + 1024), 100_000),
        ];
        for (what, clocks, hz) in longest {
            assert!(limits.time(clocks, NonZeroU32::new(hz), 0).is_allowed(), "{what}");
        }
        assert!(limits.bytes(48_000, 2048).is_allowed());
    }
}
