//! `[limits]`: what a guest may ask for, how large it may grow, and how long it may compute.
//!
//! A limit is one row of the table below, and whatever enforces it. Reader, images, JSON schema and `POLICY.md` are made of the table.

use core::fmt;
use core::ops::RangeInclusive;
use core::time::Duration;

/// One key of `[limits]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The key.
    pub key: &'static str,
    /// What it bounds, in words.
    pub bounds: &'static str,
    /// What happens at the limit.
    pub at: AtLimit,
    /// The values that it can have.
    pub range: RangeInclusive<u64>,
    /// Whether it can be `"off"` instead, which is stored as 0.
    pub can_be_off: bool,
    /// What holds where the policy says nothing; without one there is no limit.
    pub default: Option<u64>,
    /// What a microcontroller does with it.
    pub on_chip: OnChip,
}

/// What happens to a guest at a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtLimit {
    /// The call is refused with an error that the guest can handle.
    Refused,
    /// The guest gets no more, or is stopped.
    Stopped,
    /// A file is refused, or cut short.
    File,
}

/// What a microcontroller does with a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnChip {
    /// It keeps the limit, with the default of a large machine.
    Keeps,
    /// It keeps the limit, with this default.
    KeepsWith(u64),
    /// It keeps the limit with this default, if it is a number of 32 bits.
    KeepsWord(u64),
    /// It cannot keep it: what is there instead. A limit that is stated and not kept would be worse than none.
    Refuses(&'static str),
    /// There is nothing of the kind: the limit is the tool's, or of what no firmware has.
    Nothing,
}

/// Where computing is bounded on a microcontroller.
const FUEL: &str = "use `fuel` to limit how much a guest computes between two waits";

/// A year, in milliseconds.
const YEAR_MS: u64 = 365 * 24 * 60 * 60 * 1000;
/// Ten seconds, in nanoseconds.
const TEN_SECONDS_NS: u64 = 10_000_000_000;

/// Makes the table, and of each row a method of [`Limits`]. The order of the rows is that of the limits in an image: new ones go last.
macro_rules! limits {
    ($($field:ident, $key:literal: $type:ty, $range:expr, $default:expr, $at:ident, $on_chip:expr, $bounds:literal;)*) => {
        /// The rows of the table, by number.
        #[derive(Clone, Copy)]
        #[allow(non_camel_case_types, reason = "named as the methods")]
        enum Row { $($field),* }

        /// Every key of `[limits]`.
        pub const LIMITS: [Limit; [$($key),*].len()] = [$(Limit {
            key: $key,
            bounds: $bounds,
            at: AtLimit::$at,
            range: $range,
            can_be_off: <$type as Quantity>::CAN_BE_OFF,
            default: $default,
            on_chip: $on_chip,
        }),*];

        impl Limits {
            $(
                #[doc = concat!("Returns `", $key, "`: ", $bounds, ".")]
                #[must_use]
                #[inline]
                pub fn $field(&self) -> $type {
                    <$type as Quantity>::of(self, Row::$field as usize, const { $default })
                }
            )*
        }
    };
}

limits! {
    transaction_bytes, "transaction-bytes": u32, 1..=16 << 20, Some(65_536), Refused, OnChip::Keeps,
        "the bytes that a transaction writes, and those it reads";
    operations, "operations": u32, 1..=65_536, Some(1_024), Refused, OnChip::Keeps,
        "the operations of a transaction";
    transaction_time_ns, "transaction-time-ns": u64, 1..=TEN_SECONDS_NS, Some(200_000_000), Refused, OnChip::Keeps,
        "how long a transaction keeps its bus, clocks and delays";
    transaction_delay_ns, "transaction-delay-ns": u64, 0..=TEN_SECONDS_NS, Some(50_000_000), Refused, OnChip::Keeps,
        "the sum of delays inside an SPI transaction";
    handles, "handles": u32, 1..=65_536, Some(64), Refused, OnChip::Keeps,
        "the handles to hardware, and as many of WASI's resources";
    calls, "calls": u32, 1..=65_536, Some(128), Refused, OnChip::Nothing,
        "the asynchronous calls that are on their way at once";
    text_bytes, "text-bytes": u32, 1..=1 << 20, Some(4_096), Refused, OnChip::Keeps,
        "a message of the log; more is cut off";
    log_messages_per_s, "log-messages-per-s": u32, 1..=65_536, Some(1_000), Refused, OnChip::Keeps,
        "messages and refusals in a second, ten times as many at once; others are dropped and counted";
    output_bytes, "output-bytes": u64, 0..=1 << 40, Some(256 << 20), Refused,
        OnChip::Refuses("its log is a serial port; use `log-messages-per-s`"),
        "all that the guest writes to the standard output, error and log; more is dropped, and the log says so";
    memory_bytes, "memory-bytes": usize, 65_536..=4 << 30, Some(16 << 20), Stopped, OnChip::KeepsWord(128 << 10),
        "all memories together";
    table_elements, "table-elements": usize, 1..=10_000_000, Some(10_000), Stopped, OnChip::KeepsWith(1_024),
        "a table";
    instances, "instances": usize, 1..=10_000, Some(16), Stopped, OnChip::KeepsWith(8),
        "core instances, and tables and memories, of a component";
    stack_bytes, "stack-bytes": usize, 16 << 10..=4 << 20, Some(256 << 10), Stopped,
        OnChip::Refuses("each guest has a stack of 4096 bytes"),
        "the stack of the guest's calls";
    computing, "computing-ms": Duration, 1..=YEAR_MS, Some(10_000), Stopped, OnChip::Refuses(FUEL),
        "computing, in processor time, while simulated time stands still; with hardware, without a call";
    processor_time, "processor-time-ms": Option<Duration>, 1..=YEAR_MS, None, Stopped, OnChip::Refuses(FUEL),
        "computing in all";
    wall_time, "wall-time-ms": Option<Duration>, 1..=YEAR_MS, None, Stopped,
        OnChip::Refuses("a guest runs until it ends"),
        "the guest's life in the machine's time";
    fuel, "fuel": Option<Fuel>, 1..=1 << 40, None, Stopped, OnChip::KeepsWith(10_000_000),
        "instructions and bytes, as Wasmtime counts them, or `\"off\"`: the same in every run, but it makes the guest slower";
    code_bytes, "code-bytes": usize, 1..=256 << 20, Some(8 << 20), File, OnChip::Nothing,
        "code to compile; each function, type and import counts as 256 bytes, each part as 64 KiB";
    trace_bytes, "trace-bytes": u64, 1..=1 << 40, Some(1 << 30), File, OnChip::Nothing,
        "the file of a trace";
}

/// What a guest may execute in its life, and on a microcontroller between two waits.
///
/// Wasmtime 48 takes a unit for an instruction, none for some that do nothing, and one for each byte that is copied or filled. On a
/// microcontroller only branches, calls and those bytes take some.
pub type Fuel = u64;

/// The limits of a policy: what it states, and for the rest the defaults, which are for a guest that nobody trusts.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    stated: [Option<u64>; LIMITS.len()],
}

/// A value that a limit cannot have, or a key that is no limit's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSuchLimit;

/// A limit that a policy states and a microcontroller cannot keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unkept {
    /// The key.
    pub key: &'static str,
    /// What is there instead.
    pub instead: &'static str,
}

impl Limits {
    /// States a limit, as a policy file would; 0 is `"off"` for a limit that can be off.
    ///
    /// # Errors
    ///
    /// There is no such key, or it cannot have this value.
    pub fn state(&mut self, key: &str, value: u64) -> Result<(), NoSuchLimit> {
        let rows = self.stated.iter_mut().zip(&LIMITS);
        let (stated, limit) = rows.into_iter().find(|(_, limit)| limit.key == key).ok_or(NoSuchLimit)?;
        let is_off = limit.can_be_off && value == 0;
        if !(is_off || limit.range.contains(&value)) {
            return Err(NoSuchLimit);
        }
        *stated = Some(value);
        Ok(())
    }

    /// Returns what is stated of a limit; 0 is `"off"` for a limit that can be off.
    #[must_use]
    pub fn stated(&self, key: &str) -> Option<u64> {
        self.stated.iter().zip(&LIMITS).find(|(_, limit)| limit.key == key).and_then(|(stated, _)| *stated)
    }

    /// Returns the limits that a microcontroller keeps, each stated.
    ///
    /// # Errors
    ///
    /// The policy states one that it cannot keep.
    pub fn on_chip(&self) -> Result<Limits, Unkept> {
        let mut kept = Limits::default();
        for ((stated, limit), kept) in self.stated.iter().zip(&LIMITS).zip(&mut kept.stated) {
            *kept = match (limit.on_chip, *stated) {
                (OnChip::Refuses(instead), Some(_)) => return Err(Unkept { key: limit.key, instead }),
                (OnChip::KeepsWord(_), Some(4_294_967_296..)) => {
                    return Err(Unkept { key: limit.key, instead: "the value must be below 4 GiB" });
                }
                (OnChip::Keeps, None) => limit.default,
                (OnChip::KeepsWith(default) | OnChip::KeepsWord(default), None) => Some(default),
                (OnChip::Keeps | OnChip::KeepsWith(_) | OnChip::KeepsWord(_), stated) => stated,
                (OnChip::Refuses(_) | OnChip::Nothing, _) => None,
            };
        }
        Ok(kept)
    }

    /// Returns the stated limits by the number of their row, for the codec.
    pub(super) fn rows(&self) -> impl Iterator<Item = (usize, u64)> {
        self.stated.iter().enumerate().filter_map(|(row, stated)| Some((row, (*stated)?)))
    }

    /// Returns the place of a row, for the codec.
    pub(super) fn row(&mut self, row: usize) -> Option<&mut Option<u64>> {
        self.stated.get_mut(row)
    }
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.rows().filter_map(|(row, value)| Some((LIMITS.get(row)?.key, value)))).finish()
    }
}

/// What a limit is measured in: made of the number that is stated, or of the default.
///
/// Every one is read in a function of its own, since firmware reads a dozen limits, and has no flash for a dozen copies.
trait Quantity {
    /// Whether 0 stands for no limit.
    const CAN_BE_OFF: bool = false;

    fn of(limits: &Limits, row: usize, default: Option<u64>) -> Self;
}

impl Limits {
    /// Returns what is stated in a row.
    #[inline(never)]
    fn number(&self, row: usize, default: u64) -> u64 {
        self.stated.get(row).copied().flatten().unwrap_or(default)
    }
}

impl Quantity for u32 {
    fn of(limits: &Limits, row: usize, default: Option<u64>) -> u32 {
        u32::try_from(u64::of(limits, row, default)).unwrap_or(u32::MAX)
    }
}

impl Quantity for usize {
    fn of(limits: &Limits, row: usize, default: Option<u64>) -> usize {
        usize::try_from(u64::of(limits, row, default)).unwrap_or(usize::MAX)
    }
}

impl Quantity for u64 {
    fn of(limits: &Limits, row: usize, default: Option<u64>) -> u64 {
        limits.number(row, default.unwrap_or(u64::MAX))
    }
}

/// In milliseconds.
impl Quantity for Duration {
    fn of(limits: &Limits, row: usize, default: Option<u64>) -> Duration {
        Duration::from_millis(u64::of(limits, row, default))
    }
}

/// In milliseconds.
impl Quantity for Option<Duration> {
    fn of(limits: &Limits, row: usize, default: Option<u64>) -> Option<Duration> {
        let stated = limits.stated.get(row).copied().flatten();
        stated.or(default).map(Duration::from_millis)
    }
}

impl Quantity for Option<Fuel> {
    const CAN_BE_OFF: bool = true;

    fn of(limits: &Limits, row: usize, default: Option<u64>) -> Option<Fuel> {
        Some(limits.number(row, default.unwrap_or(0))).filter(|units| *units > 0)
    }
}
