//! What can go wrong, by the names of `fault`, with the keys of each.

use wasm_embedded_sim::fault::{AdcFault, Flip, I2cFault, NetFault, PartFault, PwmFault, SpiFault, UartFault};
use wasm_embedded_sim::{Address, Level};

use crate::file::reader::{Table, Value};
use crate::file::schema::{Form, Key};
use crate::file::spi::read_mode;

/// What goes wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cause {
    /// On an I2C bus.
    I2c(I2cFault),
    /// On an SPI bus.
    Spi(SpiFault),
    /// On a net.
    Net(NetFault),
    /// In a part.
    Part(PartFault),
    /// On a serial port.
    Uart(UartFault),
    /// At an analogue input.
    Adc(AdcFault),
    /// At a PWM output.
    Pwm(PwmFault),
    /// Bits are inverted on the way to the controller, on either bus.
    FlipRead(Flip),
    /// Bits are inverted on the way from the controller, on either bus.
    FlipWrite(Flip),
    /// The controller of either bus fails before a byte.
    Fail {
        /// Which byte.
        byte: u32,
        /// What it reports.
        error: FailureKind,
    },
    /// Delays take so many times as long.
    Oversleep {
        /// How many times.
        factor: u32,
    },
    /// The date is wrong.
    DateJump {
        /// By how many seconds.
        seconds: i64,
    },
}

/// What a controller reports when it fails by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the names are those of embedded-hal's error kinds")]
pub enum FailureKind {
    Bus,
    Overrun,
    ModeFault,
    FrameFormat,
    Other,
}

/// What `fault` can be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FaultKind {
    NackAddress,
    NackRepeatedStart,
    NackData,
    IgnoredNack,
    ArbitrationLoss,
    Stretch,
    SdaStuck,
    SclStuck,
    SpuriousStart,
    SpuriousStop,
    FlipRead,
    FlipWrite,
    ReadAs,
    ShortRead,
    Fail,
    DuplicateAddress,
    OtherController,
    SelectFailed,
    DeselectFailed,
    BusHeld,
    SelectStuck,
    MisoStuck,
    BitSlip,
    WrongMode,
    BrownOut,
    Unplugged,
    Stopped,
    Slow,
    Jitter,
    Bounce,
    MissedEdge,
    Stuck,
    Panic,
    Framing,
    Parity,
    LineBreak,
    Overrun,
    DroppedByte,
    WrongBaud,
    Noise,
    OpenInput,
    DutyRefused,
    Oversleep,
    DateJump,
}

const BYTE: Key = Key::counted("byte", 0, LAST_BYTE, "at which byte of the transaction, from 0");
const VALUE: Key = Key::integer("value", 0, 0xff, "the byte that is read");
const LEVEL: Key = Key::choice("level", &["low", "high"], "the level").required();
const FACTOR: Key = Key::counted("factor", 1, GREATEST_FACTOR, "how many times longer it takes").required();
const BOUNCES: Key = Key::integer("bounces", 0, 100, "how often the contact bounces");
const ERROR: Key =
    Key::choice("error", &["bus", "overrun", "mode-fault", "frame-format", "other"], "what the controller reports")
        .required();
const TO: Key = Key::integer("to", 0x08, 0x77, "the address that the other controller writes to").required();
const WRITE: Key = Key::new(
    "write",
    Form::Kind(wasm_embedded_sim::model::ValueKind::Bytes),
    "the bytes that the other controller writes",
)
.required();
const MODE: Key = Key::integer("mode", 0, 3, "the mode that the controller uses").required();
const DIRECTION: Key = Key::choice("direction", &["received", "sent"], "which of the two bytes is lost");
const BAUD: Key = Key::counted("baud", 1, FASTEST_BAUD, "the rate of the other end, in bit/s").required();
const NOISE: Key = Key::counted("noise-mv", 1, LOUDEST_MV, "the greatest error of a reading, in mV").required();
const SECONDS: Key =
    Key::integer("seconds", -FURTHEST_S, FURTHEST_S, "by how much the date jumps; back if negative").required();
const FLIP: [Key; 3] = [
    BYTE,
    Key::counted("bytes", 1, LAST_BYTE, "how many bytes, from that one on"),
    Key::integer("mask", 1, 0xff, "the bits that are changed"),
];

const fn time(key: &'static str, about: &'static str) -> Key {
    Key::integer(key, 1, LONGEST_US.cast_signed(), about).required()
}

/// Every kind of fault, with the name that a policy has for it, and its own keys.
const KINDS: [(&str, FaultKind, &[Key]); 44] = [
    ("nack-address", FaultKind::NackAddress, &[]),
    ("nack-repeated-start", FaultKind::NackRepeatedStart, &[]),
    ("nack-data", FaultKind::NackData, &[BYTE]),
    ("ignored-nack", FaultKind::IgnoredNack, &[]),
    ("arbitration-loss", FaultKind::ArbitrationLoss, &[BYTE]),
    ("stretch", FaultKind::Stretch, &[BYTE, time("stretch-us", "the time, in us")]),
    (
        "sda-stuck",
        FaultKind::SdaStuck,
        &[Key::integer("clocks", 0, 255, "the clocks that free the line; without it, none does")],
    ),
    ("scl-stuck", FaultKind::SclStuck, &[]),
    ("spurious-start", FaultKind::SpuriousStart, &[BYTE]),
    ("spurious-stop", FaultKind::SpuriousStop, &[BYTE]),
    ("flip-read", FaultKind::FlipRead, &FLIP),
    ("flip-write", FaultKind::FlipWrite, &FLIP),
    ("read-as", FaultKind::ReadAs, &[VALUE]),
    ("short-read", FaultKind::ShortRead, &[BYTE]),
    ("fail", FaultKind::Fail, &[BYTE, ERROR]),
    ("duplicate-address", FaultKind::DuplicateAddress, &[VALUE]),
    ("other-controller", FaultKind::OtherController, &[TO, WRITE]),
    ("select-failed", FaultKind::SelectFailed, &[]),
    ("deselect-failed", FaultKind::DeselectFailed, &[]),
    ("bus-held", FaultKind::BusHeld, &[time("held-us", "the time, in us")]),
    ("select-stuck", FaultKind::SelectStuck, &[LEVEL]),
    ("miso-stuck", FaultKind::MisoStuck, &[LEVEL]),
    ("bit-slip", FaultKind::BitSlip, &[BYTE]),
    ("wrong-mode", FaultKind::WrongMode, &[MODE]),
    ("brown-out", FaultKind::BrownOut, &[BYTE]),
    ("unplugged", FaultKind::Unplugged, &[]),
    ("stopped", FaultKind::Stopped, &[]),
    ("slow", FaultKind::Slow, &[FACTOR]),
    ("jitter", FaultKind::Jitter, &[FACTOR]),
    ("bounce", FaultKind::Bounce, &[BOUNCES, time("bounce-us", "the length of each bounce, in us")]),
    ("missed-edge", FaultKind::MissedEdge, &[time("late-us", "the delay until the edge is seen, in us")]),
    ("stuck", FaultKind::Stuck, &[LEVEL]),
    ("panic", FaultKind::Panic, &[]),
    ("framing", FaultKind::Framing, &[]),
    ("parity", FaultKind::Parity, &[]),
    ("line-break", FaultKind::LineBreak, &[]),
    ("overrun", FaultKind::Overrun, &[]),
    ("dropped-byte", FaultKind::DroppedByte, &[DIRECTION]),
    ("wrong-baud", FaultKind::WrongBaud, &[BAUD]),
    ("noise", FaultKind::Noise, &[NOISE]),
    ("open-input", FaultKind::OpenInput, &[]),
    ("duty-refused", FaultKind::DutyRefused, &[]),
    ("oversleep", FaultKind::Oversleep, &[FACTOR]),
    ("date-jump", FaultKind::DateJump, &[SECONDS]),
];

const LEVELS: [(&str, Level); 2] = [("low", Level::Low), ("high", Level::High)];
/// The directions of a byte on a serial port, and whether it is from the controller.
const DIRECTIONS: [(&str, bool); 2] = [("received", false), ("sent", true)];
const FAILURES: [(&str, FailureKind); 5] = [
    ("bus", FailureKind::Bus),
    ("overrun", FailureKind::Overrun),
    ("mode-fault", FailureKind::ModeFault),
    ("frame-format", FailureKind::FrameFormat),
    ("other", FailureKind::Other),
];

/// The last byte of a transaction that a fault can name.
const LAST_BYTE: u32 = 16 << 20;
/// The longest time that a fault of a wire can last: ten seconds.
const LONGEST_US: u64 = 10_000_000;
const NS_PER_US: u64 = 1_000;
/// The greatest baud rate of the other end.
const FASTEST_BAUD: u32 = 100_000_000;
/// The greatest noise, in millivolts.
const LOUDEST_MV: u32 = 100_000;
const UV_PER_MV: u32 = 1_000;
/// The greatest factor of what is slow.
const GREATEST_FACTOR: u32 = 1_000_000;
/// The furthest that a date jumps, in seconds: some thirty years.
const FURTHEST_S: i64 = 1_000_000_000;
/// The most bytes that another controller writes.
const MOST_BYTES: usize = 256;

/// Returns whether a fault is in the controller, and so has no place.
pub(crate) fn is_of_controller(kind: &str) -> bool {
    ["oversleep", "date-jump"].iter().any(|name| kind.eq_ignore_ascii_case(name))
}

/// Returns the kinds of faults, with the keys that each has of its own.
pub(crate) fn kinds() -> impl Iterator<Item = (&'static str, &'static [Key])> {
    KINDS.iter().map(|(name, _, keys)| (*name, *keys))
}

/// Reads what `kind` names, with its settings from `table`. Returns the name, if it is one.
pub(super) fn read(kind: &Value<'_>, table: &Table<'_>) -> (Option<&'static str>, Option<Cause>) {
    let Some(kind) = kind.choice(&KINDS.map(|(name, kind, _)| (name, kind))) else { return (None, None) };
    let name = KINDS.iter().find(|(_, known, _)| *known == kind).map(|(name, ..)| *name);
    (name, read_settings(kind, &Settings(table)))
}

fn read_settings(kind: FaultKind, settings: &Settings<'_, '_>) -> Option<Cause> {
    Some(match kind {
        FaultKind::NackAddress => Cause::I2c(I2cFault::NackAddress),
        FaultKind::NackRepeatedStart => Cause::I2c(I2cFault::NackRepeatedStart),
        FaultKind::NackData => Cause::I2c(I2cFault::NackData { written: settings.byte()? }),
        FaultKind::IgnoredNack => Cause::I2c(I2cFault::IgnoredNack),
        FaultKind::ArbitrationLoss => Cause::I2c(I2cFault::ArbitrationLoss { byte: settings.byte()? }),
        FaultKind::Stretch => {
            let (byte, ns) = (settings.optional("byte", LAST_BYTE), settings.time("stretch-us", "the time"));
            Cause::I2c(I2cFault::Stretch { byte: byte?, ns: ns? })
        }
        FaultKind::SdaStuck => Cause::I2c(I2cFault::SdaStuck { clocks: settings.optional("clocks", 255_u8)? }),
        FaultKind::SclStuck => Cause::I2c(I2cFault::SclStuck),
        FaultKind::SpuriousStart => Cause::I2c(I2cFault::SpuriousStart { byte: settings.byte()? }),
        FaultKind::SpuriousStop => Cause::I2c(I2cFault::SpuriousStop { byte: settings.byte()? }),
        FaultKind::FlipRead => Cause::FlipRead(settings.flip()?),
        FaultKind::FlipWrite => Cause::FlipWrite(settings.flip()?),
        FaultKind::ReadAs => {
            Cause::I2c(I2cFault::ReadAs { value: settings.optional("value", u8::MAX)?.unwrap_or(0xff) })
        }
        FaultKind::ShortRead => Cause::I2c(I2cFault::ShortRead { read: settings.byte()? }),
        FaultKind::Fail => {
            let error = settings.0.require("error", "what the controller reports, such as \"overrun\"");
            let (byte, error) = (settings.byte(), error.and_then(|value| value.choice(&FAILURES)));
            Cause::Fail { byte: byte?, error: error? }
        }
        FaultKind::DuplicateAddress => {
            Cause::I2c(I2cFault::Duplicate { value: settings.optional("value", u8::MAX)?.unwrap_or(0) })
        }
        FaultKind::OtherController => {
            let to = settings.0.require("to", "the address that the other controller writes to");
            let to = to.and_then(|value| value.integer(0x08..=0x77_u8));
            let (to, bytes) = (to, settings.bytes());
            Cause::I2c(I2cFault::OtherController { address: Address::SevenBit(to?), bytes: bytes? })
        }
        FaultKind::SelectFailed => Cause::Spi(SpiFault::SelectFailed),
        FaultKind::DeselectFailed => Cause::Spi(SpiFault::DeselectFailed),
        FaultKind::BusHeld => Cause::Spi(SpiFault::BusHeld { ns: settings.time("held-us", "the time")? }),
        FaultKind::SelectStuck => Cause::Spi(SpiFault::SelectStuck(settings.level()?)),
        FaultKind::MisoStuck => Cause::Spi(SpiFault::MisoStuck(settings.level()?)),
        FaultKind::BitSlip => Cause::Spi(SpiFault::BitSlip { byte: settings.byte()? }),
        FaultKind::WrongMode => {
            let mode = settings.0.require("mode", "the mode that the controller uses, 0 to 3");
            Cause::Spi(SpiFault::WrongMode(mode.and_then(|value| read_mode(&value))?))
        }
        FaultKind::BrownOut => Cause::Part(PartFault::BrownOut { byte: settings.byte()? }),
        FaultKind::Unplugged => Cause::Part(PartFault::Unplugged),
        FaultKind::Stopped => Cause::Part(PartFault::Stopped),
        FaultKind::Slow => Cause::Part(PartFault::Slow { factor: settings.factor()? }),
        FaultKind::Jitter => Cause::Part(PartFault::Jitter { factor: settings.factor()? }),
        FaultKind::Bounce => {
            let (times, ns) =
                (settings.optional("bounces", 100_u8), settings.time("bounce-us", "the length of each bounce"));
            Cause::Net(NetFault::Bounce { times: times?.unwrap_or(1), ns: ns? })
        }
        FaultKind::MissedEdge => {
            Cause::Net(NetFault::MissedEdge { ns: settings.time("late-us", "the delay until the edge is seen")? })
        }
        FaultKind::Stuck => Cause::Net(NetFault::Stuck(settings.level()?)),
        FaultKind::Panic => Cause::Part(PartFault::Panic),
        FaultKind::Framing => Cause::Uart(UartFault::Framing),
        FaultKind::Parity => Cause::Uart(UartFault::Parity),
        FaultKind::LineBreak => Cause::Uart(UartFault::LineBreak),
        FaultKind::Overrun => Cause::Uart(UartFault::Overrun),
        FaultKind::DroppedByte => {
            let sent = settings.0.get("direction").map_or(Some(false), |value| value.choice(&DIRECTIONS));
            Cause::Uart(UartFault::DroppedByte { sent: sent? })
        }
        FaultKind::WrongBaud => {
            let baud = settings.0.require("baud", "the rate of the other end, in bit/s");
            Cause::Uart(UartFault::WrongBaud { baud: baud.and_then(|value| value.integer(1..=FASTEST_BAUD))? })
        }
        FaultKind::Noise => {
            let noise = settings.0.require("noise-mv", "the greatest error of a reading, in mV");
            let mv = noise.and_then(|value| value.integer(1..=LOUDEST_MV))?;
            Cause::Adc(AdcFault::Noise { microvolts: mv * UV_PER_MV })
        }
        FaultKind::OpenInput => Cause::Adc(AdcFault::Open),
        FaultKind::DutyRefused => Cause::Pwm(PwmFault::Refused),
        FaultKind::Oversleep => Cause::Oversleep { factor: settings.factor()? },
        FaultKind::DateJump => {
            let seconds =
                settings.0.require("seconds", "by how many seconds the date jumps; a negative number jumps back");
            Cause::DateJump { seconds: seconds?.integer(-FURTHEST_S..=FURTHEST_S)? }
        }
    })
}

/// The keys of a fault.
struct Settings<'a, 't>(&'a Table<'t>);

impl Settings<'_, '_> {
    /// Reads an integer that may be left out. The outer `None` is one that was refused.
    fn optional<T>(&self, key: &'static str, greatest: T) -> Option<Option<T>>
    where
        T: TryFrom<i128> + PartialOrd + std::fmt::Display + Default,
    {
        match self.0.get(key) {
            Some(value) => value.integer(T::default()..=greatest).map(Some),
            None => Some(None),
        }
    }

    fn byte(&self) -> Option<u32> {
        self.optional("byte", LAST_BYTE).map(Option::unwrap_or_default)
    }

    /// Reads a time in microseconds that must be there, and returns it in nanoseconds.
    fn time(&self, key: &'static str, meaning: &str) -> Option<u64> {
        let value = self.0.require(key, &format!("{meaning}, in us"))?;
        value.integer(1..=LONGEST_US).map(|us| us * NS_PER_US)
    }

    fn level(&self) -> Option<Level> {
        self.0.require("level", "\"low\" or \"high\"").and_then(|value| value.choice(&LEVELS))
    }

    fn factor(&self) -> Option<u32> {
        self.0.require("factor", "how many times longer it takes").and_then(|value| value.integer(1..=GREATEST_FACTOR))
    }

    fn flip(&self) -> Option<Flip> {
        let (byte, bytes) = (self.byte(), self.0.get("bytes").map_or(Some(1), |value| value.integer(1..=LAST_BYTE)));
        let mask = self.0.get("mask").map_or(Some(0x01), |value| value.integer(1..=u8::MAX));
        Some(Flip { byte: byte?, bytes: bytes?, mask: mask? })
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        let value = self.0.require("write", "the bytes that the other controller writes")?;
        let bytes: Vec<Option<u8>> = value.list()?.iter().map(|element| element.integer(0..=u8::MAX)).collect();
        if bytes.len() > MOST_BYTES {
            value.refuse(&format!("must have at most {MOST_BYTES} bytes"), None);
            return None;
        }
        bytes.into_iter().collect()
    }
}
