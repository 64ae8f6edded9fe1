//! Records as events and runs.

use alloc::vec::Vec;
use core::fmt;

use embedded_hal::spi::{MODE_0, MODE_1, MODE_2, MODE_3, Mode};

use super::code::Bytes;
use super::{MAX_RUN_BYTES, TIMED, kind, names};
use crate::fault::FaultId;
use crate::i2c::{Ack, Address, Direction, I2cBusId};
use crate::net::{Level, Net};
use crate::spi::{SpiBusId, SpiSelectId};
use crate::trace::{Event, EventKind, I2cEvent, I2cLine, Run, RunKind, SpiEvent, Topology, UartEvent};
use crate::uart::{Frame, Parity, UartId};

/// Why a block cannot be read.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Damaged {
    /// It ends in the middle of something.
    CutOff,
    /// A number is too great.
    Number,
    /// A name is not UTF-8.
    Text,
    /// There is no such record.
    Record(u8),
    /// A record comes before the one that says which bus or port it is about.
    Nowhere,
}

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Damaged::CutOff => f.write_str("a block ends in the middle of a record"),
            Damaged::Number => f.write_str("a number is too great"),
            Damaged::Text => f.write_str("a name is not UTF-8"),
            Damaged::Record(kind) => write!(f, "no record is of the kind {kind}"),
            Damaged::Nowhere => f.write_str("a record names no bus or port"),
        }
    }
}

impl core::error::Error for Damaged {}

/// A record of a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Record<'a> {
    /// An event.
    Event(Event),
    /// A run of bytes.
    Run(Run<'a>),
}

/// Reads the records of a block.
#[derive(Debug)]
pub struct Reader<'a> {
    topology: Topology,
    bytes: Bytes<'a>,
    at_ns: u64,
    end_ns: u64,
    i2c: Option<(I2cBusId, u64)>,
    spi: Option<(SpiBusId, Mode, u64)>,
    uart: Option<(UartId, Frame)>,
    /// What went both ways in a run of SPI, where it is one byte again and again.
    words: [Vec<u8>; 2],
}

impl<'a> Reader<'a> {
    /// Begins to read a block.
    ///
    /// # Errors
    ///
    /// Its names cannot be read.
    pub fn new(block: &'a [u8], start_ns: u64) -> Result<Reader<'a>, Damaged> {
        let mut bytes = Bytes(block);
        let topology = names::read(&mut bytes)?;
        let words = [Vec::new(), Vec::new()];
        Ok(Reader { topology, bytes, at_ns: start_ns, end_ns: start_ns, i2c: None, spi: None, uart: None, words })
    }

    /// Returns the names of what is on the board, and its levels at the beginning of the block.
    #[must_use]
    pub fn topology(&self) -> &Topology {
        &self.topology
    }

    /// Reads the next record and gives it to `take`, which may fail. Returns what `take` returns, or `None` at the end of the block.
    ///
    /// # Errors
    ///
    /// The record cannot be read.
    pub fn next<R>(&mut self, take: impl FnOnce(Record<'_>, &Topology) -> R) -> Result<Option<R>, Damaged> {
        loop {
            if self.bytes.0.is_empty() {
                return Ok(None);
            }
            let first = self.bytes.byte()?;
            match first {
                kind::ON_I2C => self.i2c = Some((I2cBusId(self.bytes.index()?), self.bytes.number()?)),
                kind::ON_SPI => {
                    let (bus, mode) = (SpiBusId(self.bytes.index()?), mode(self.bytes.byte()?)?);
                    self.spi = Some((bus, mode, self.bytes.number()?));
                }
                kind::ON_UART => self.uart = Some(self.port()?),
                _ => {
                    if first & TIMED == 0 {
                        self.at_ns = self.end_ns;
                    } else {
                        self.at_ns = self.at_ns.wrapping_add(self.bytes.number()?);
                        self.end_ns = self.at_ns;
                    }
                    let record = self.record(first & !TIMED)?;
                    return Ok(Some(match record {
                        Said::Event(kind) => take(Record::Event(Event { at_ns: self.at_ns, kind }), &self.topology),
                        Said::I2c(kind) => take(Record::Run(Run { at_ns: self.at_ns, kind }), &self.topology),
                        Said::Spi { bus, mode, byte_ns, mosi, miso } => {
                            let [sent, seen] = &self.words;
                            let (mosi, miso) = (mosi.unwrap_or(sent), miso.unwrap_or(seen));
                            let kind = RunKind::Spi { bus, mode, byte_ns, mosi, miso };
                            take(Record::Run(Run { at_ns: self.at_ns, kind }), &self.topology)
                        }
                    }));
                }
            }
        }
    }

    fn port(&mut self) -> Result<(UartId, Frame), Damaged> {
        let (port, bit_ns) = (UartId(self.bytes.index()?), self.bytes.number()?);
        let parity = match self.bytes.byte()? {
            0 => Parity::None,
            1 => Parity::Even,
            2 => Parity::Odd,
            _ => return Err(Damaged::Number),
        };
        Ok((port, Frame { bit_ns, parity, stop_bits: self.bytes.byte()? }))
    }

    fn record(&mut self, said: u8) -> Result<Said<'a>, Damaged> {
        let low = said & 1 == 1;
        Ok(match said {
            kind::START => self.on_i2c(I2cEvent::Start)?,
            kind::REPEATED_START => self.on_i2c(I2cEvent::RepeatedStart)?,
            kind::STOP => self.on_i2c(I2cEvent::Stop)?,
            kind::CLOCK => self.on_i2c(I2cEvent::Clock)?,
            kind::ARBITRATION_LOST => self.on_i2c(I2cEvent::ArbitrationLost)?,
            8..=11 => {
                let address = Address::SevenBit(self.bytes.byte()?);
                self.on_i2c(I2cEvent::Address { address, direction: direction(said), ack: ack(said) })?
            }
            12..=15 => {
                let number = u16::try_from(self.bytes.number()?).map_err(|_| Damaged::Number)?;
                let address = Address::TenBit(number);
                self.on_i2c(I2cEvent::Address { address, direction: direction(said), ack: ack(said) })?
            }
            16..=19 => self.i2c_bytes(said)?,
            20 | 21 => {
                let line = if low { I2cLine::Sda } else { I2cLine::Scl };
                let ns = self.bytes.number()?;
                self.on_i2c(I2cEvent::Hold { line, ns })?
            }
            24 | 25 => self.on_spi(SpiEvent::Idle { level: Level::from(low) })?,
            kind::SELECT => {
                let select = SpiSelectId(self.bytes.index()?);
                self.on_spi(SpiEvent::Select { select })?
            }
            kind::DESELECT => {
                let select = SpiSelectId(self.bytes.index()?);
                self.on_spi(SpiEvent::Deselect { select })?
            }
            28..=31 => self.spi_bytes(said)?,
            32 | 33 => Said::Event(EventKind::Net { net: Net(self.bytes.index()?), level: Level::from(low) }),
            34 | 35 => {
                let (port, frame) = self.uart.ok_or(Damaged::Nowhere)?;
                let byte = self.bytes.byte()?;
                let event = if low { UartEvent::Received { byte } } else { UartEvent::Sent { byte } };
                Said::Event(EventKind::Uart { port, frame, event })
            }
            kind::PWM => {
                let net = Net(self.bytes.index()?);
                Said::Event(EventKind::Pwm { net, signal: names::read_pwm(&mut self.bytes)? })
            }
            kind::VOLTAGE => {
                let net = Net(self.bytes.index()?);
                Said::Event(EventKind::Voltage { net, microvolts: self.bytes.signed()? })
            }
            kind::CONVERSION => {
                let net = Net(self.bytes.index()?);
                Said::Event(EventKind::Conversion { net, raw: self.bytes.signed()? })
            }
            kind::FAULT => {
                let fault = FaultId(self.bytes.index()?);
                Said::Event(EventKind::Fault { fault, name: names::fault_name(self.bytes.str()?) })
            }
            kind::CONTENTION => Said::Event(EventKind::Contention { net: Net(self.bytes.index()?) }),
            other => return Err(Damaged::Record(other)),
        })
    }

    fn on_i2c(&mut self, event: I2cEvent) -> Result<Said<'a>, Damaged> {
        let (bus, bit_ns) = self.i2c.ok_or(Damaged::Nowhere)?;
        self.end_ns = self.at_ns.saturating_add(event.duration_ns(bit_ns));
        Ok(Said::Event(EventKind::I2c { bus, bit_ns, event }))
    }

    fn on_spi(&mut self, event: SpiEvent) -> Result<Said<'a>, Damaged> {
        let (bus, ..) = self.spi.ok_or(Damaged::Nowhere)?;
        Ok(Said::Event(EventKind::Spi { bus, event }))
    }

    fn len(&mut self) -> Result<usize, Damaged> {
        let len = self.bytes.index()?;
        if len <= MAX_RUN_BYTES { Ok(len) } else { Err(Damaged::Number) }
    }

    fn i2c_bytes(&mut self, said: u8) -> Result<Said<'a>, Damaged> {
        let (bus, bit_ns) = self.i2c.ok_or(Damaged::Nowhere)?;
        let len = self.len()?;
        let bytes = self.bytes.bytes(len)?;
        let kind = RunKind::I2c { bus, bit_ns, direction: direction(said), bytes, last: ack(said) };
        self.end_ns = Run { at_ns: self.at_ns, kind }.byte_at_ns(len);
        Ok(Said::I2c(kind))
    }

    fn spi_bytes(&mut self, said: u8) -> Result<Said<'a>, Damaged> {
        let (bus, mode, byte_ns) = self.spi.ok_or(Damaged::Nowhere)?;
        let len = self.len()?;
        let mut sides = [None, None];
        for ((index, side), words) in (0_u8..).zip(&mut sides).zip(&mut self.words) {
            if said >> index & 1 == 0 {
                *side = Some(self.bytes.bytes(len)?);
            } else {
                words.clear();
                words.resize(len, self.bytes.byte()?);
            }
        }
        let [mosi, miso] = sides;
        let run = RunKind::Spi { bus, mode, byte_ns, mosi: &[], miso: &[] };
        self.end_ns = Run { at_ns: self.at_ns, kind: run }.byte_at_ns(len);
        Ok(Said::Spi { bus, mode, byte_ns, mosi, miso })
    }
}

/// What a record says, without its time.
enum Said<'a> {
    Event(EventKind),
    I2c(RunKind<'a>),
    /// The sides that are not one byte again and again.
    Spi {
        bus: SpiBusId,
        mode: Mode,
        byte_ns: u64,
        mosi: Option<&'a [u8]>,
        miso: Option<&'a [u8]>,
    },
}

fn ack(said: u8) -> Ack {
    if said & 1 == 1 { Ack::Ack } else { Ack::Nack }
}

fn direction(said: u8) -> Direction {
    if said >> 1 & 1 == 1 { Direction::Read } else { Direction::Write }
}

fn mode(number: u8) -> Result<Mode, Damaged> {
    [MODE_0, MODE_1, MODE_2, MODE_3].get(usize::from(number)).copied().ok_or(Damaged::Number)
}
