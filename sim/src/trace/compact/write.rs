//! Events and runs as records.

use alloc::vec::Vec;

use embedded_hal::spi::{MODE_0, Mode, Phase, Polarity};

use super::code::{put, put_index, put_signed, put_text};
use super::names::{self, level};
use super::{MAX_RUN_BYTES, TIMED, kind};
use crate::i2c::{Ack, Address, Direction, I2cBusId};
use crate::net::Level;
use crate::spi::SpiBusId;
use crate::trace::{Event, EventKind, I2cEvent, I2cLine, Run, RunKind, SpiEvent, Topology, UartEvent};
use crate::uart::{Frame, Parity, UartId};

/// From how many bytes on a block ends when no transaction is under way.
const BLOCK_BYTES: usize = 64 << 10;
/// From how many bytes on it ends in any case.
const LONG_BLOCK_BYTES: usize = 1 << 20;

/// Records of what happened, one after the other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    /// The virtual time that its first record counts from, in nanoseconds.
    pub start_ns: u64,
    /// The virtual time of the last thing in it, in nanoseconds.
    pub last_ns: u64,
    /// Whether no transaction was under way when it began: only from there on are the levels of the wires known.
    pub is_idle: bool,
    /// What it says.
    pub bytes: Vec<u8>,
}

/// Makes blocks of events and runs.
#[derive(Debug)]
pub struct Writer {
    /// The names, and the levels after the last event.
    topology: Topology,
    bytes: Vec<u8>,
    /// Where the records begin.
    records: usize,
    start_ns: u64,
    /// Whether the block began while no transaction was under way.
    is_idle: bool,
    /// When the last event began, and when it ended.
    at_ns: u64,
    end_ns: u64,
    /// Whether there was a block.
    has_taken: bool,
    /// How many transactions are under way.
    open: u32,
    i2c: Option<(I2cBusId, u64)>,
    spi: Option<(SpiBusId, Mode, u64)>,
    uart: Option<(UartId, Frame)>,
}

impl Writer {
    /// Creates a writer for a board of which nothing is known yet.
    #[must_use]
    pub fn new() -> Writer {
        let mut writer = Writer {
            topology: Topology::default(),
            bytes: Vec::new(),
            records: 0,
            start_ns: 0,
            is_idle: true,
            at_ns: 0,
            end_ns: 0,
            has_taken: false,
            open: 0,
            i2c: None,
            spi: None,
            uart: None,
        };
        writer.begin();
        writer
    }

    /// Takes the names of what is on the board. Returns the block that ends because they are others now.
    pub fn topology(&mut self, topology: &Topology) -> Option<Block> {
        let block = self.take();
        self.topology = topology.clone();
        self.begin();
        block
    }

    /// Returns whether the block is long enough to be taken.
    #[must_use]
    #[inline]
    pub fn is_full(&self) -> bool {
        let len = self.bytes.len();
        len >= BLOCK_BYTES && (self.open == 0 || len >= LONG_BLOCK_BYTES)
    }

    /// Returns the virtual time that the block counts from, in nanoseconds.
    #[must_use]
    #[inline]
    pub fn start_ns(&self) -> u64 {
        self.start_ns
    }

    /// Ends the block and begins the next one. Returns none if nothing happened in it.
    pub fn take(&mut self) -> Option<Block> {
        if self.bytes.len() == self.records {
            return None;
        }
        self.has_taken = true;
        let bytes = core::mem::take(&mut self.bytes);
        let block = Block { start_ns: self.start_ns, last_ns: self.at_ns, is_idle: self.is_idle, bytes };
        self.begin();
        Some(block)
    }

    /// Ends the last block. Even if nothing happened in it, it is returned if it is the first, for the names that it has.
    pub fn last(&mut self) -> Option<Block> {
        let has_taken = self.has_taken;
        self.take().or_else(|| {
            let (start_ns, last_ns, is_idle) = (self.start_ns, self.at_ns, self.is_idle);
            let bytes = core::mem::take(&mut self.bytes);
            (!has_taken).then_some(Block { start_ns, last_ns, is_idle, bytes })
        })
    }

    fn begin(&mut self) {
        self.bytes.clear();
        self.bytes.reserve(BLOCK_BYTES + BLOCK_BYTES / 8);
        names::write(&mut self.bytes, &self.topology);
        self.records = self.bytes.len();
        (self.start_ns, self.end_ns) = (self.at_ns, self.at_ns);
        self.is_idle = self.open == 0;
        (self.i2c, self.spi, self.uart) = (None, None, None);
    }

    /// Writes what a record is, and when it begins unless that is where the last one ended.
    #[inline]
    fn begin_record(&mut self, kind: u8, at_ns: u64) {
        if at_ns == self.end_ns {
            self.bytes.push(kind);
        } else {
            self.bytes.push(kind | TIMED);
            put(&mut self.bytes, at_ns.wrapping_sub(self.at_ns));
        }
        (self.at_ns, self.end_ns) = (at_ns, at_ns);
    }

    /// Takes a run.
    #[inline]
    pub fn run(&mut self, run: &Run<'_>) {
        if run.len() > MAX_RUN_BYTES {
            let (first, rest) = run.split_at(MAX_RUN_BYTES);
            self.run(&first);
            return self.run(&rest);
        }
        match run.kind {
            RunKind::I2c { bus, bit_ns, direction, bytes, last } => {
                self.on_i2c(bus, bit_ns);
                self.begin_record(kind::I2C_BYTES | answered(direction, last), run.at_ns);
                put_index(&mut self.bytes, bytes.len());
                self.bytes.extend_from_slice(bytes);
            }
            RunKind::Spi { bus, mode, byte_ns, mosi, miso } => {
                self.on_spi(bus, Some((mode, byte_ns)));
                let [sent, seen] = [mosi, miso].map(once);
                let once = u8::from(sent.is_some()) | u8::from(seen.is_some()) << 1;
                self.begin_record(kind::SPI_BYTES | once, run.at_ns);
                put_index(&mut self.bytes, run.len());
                for (once, bytes) in [(sent, mosi), (seen, miso)] {
                    match once {
                        Some(byte) => self.bytes.push(byte),
                        None => self.bytes.extend_from_slice(bytes.get(..run.len()).unwrap_or(bytes)),
                    }
                }
                if let (Some(info), [.., mosi], [.., miso]) = (self.topology.spi.get_mut(bus.0), mosi, miso) {
                    (info.mosi, info.miso) = (last_bit(*mosi), last_bit(*miso));
                }
            }
        }
        self.end_ns = run.byte_at_ns(run.len());
    }

    /// Takes an event.
    #[inline]
    pub fn event(&mut self, event: &Event) {
        match event.kind {
            EventKind::I2c { bus, bit_ns, event: kind } => {
                self.on_i2c(bus, bit_ns);
                self.i2c(event.at_ns, kind);
                self.end_ns = event.at_ns.saturating_add(kind.duration_ns(bit_ns));
            }
            EventKind::Spi { bus, event: SpiEvent::Byte { mosi, miso, mode, byte_ns } } => {
                let kind = RunKind::Spi { bus, mode, byte_ns, mosi: &[mosi], miso: &[miso] };
                self.run(&Run { at_ns: event.at_ns, kind });
            }
            _ => self.other(event),
        }
    }

    #[inline]
    fn on_i2c(&mut self, bus: I2cBusId, bit_ns: u64) {
        if self.i2c != Some((bus, bit_ns)) {
            self.i2c = Some((bus, bit_ns));
            self.bytes.push(kind::ON_I2C);
            put_index(&mut self.bytes, bus.0);
            put(&mut self.bytes, bit_ns);
        }
    }

    /// Says which SPI bus is meant, and how it clocks if that matters.
    #[inline]
    fn on_spi(&mut self, bus: SpiBusId, clocking: Option<(Mode, u64)>) {
        let before = self.spi.filter(|(before, ..)| *before == bus).map(|(_, mode, byte_ns)| (mode, byte_ns));
        if before.is_some() && clocking.is_none_or(|clocking| Some(clocking) == before) {
            return;
        }
        let (mode, byte_ns) = clocking.unwrap_or((MODE_0, 0));
        self.spi = Some((bus, mode, byte_ns));
        self.bytes.push(kind::ON_SPI);
        put_index(&mut self.bytes, bus.0);
        let polarity = u8::from(mode.polarity == Polarity::IdleHigh);
        self.bytes.push(polarity << 1 | u8::from(mode.phase == Phase::CaptureOnSecondTransition));
        put(&mut self.bytes, byte_ns);
    }

    #[inline]
    fn i2c(&mut self, at_ns: u64, event: I2cEvent) {
        match event {
            I2cEvent::Start => {
                self.begin_record(kind::START, at_ns);
                self.open = self.open.saturating_add(1);
            }
            I2cEvent::RepeatedStart => self.begin_record(kind::REPEATED_START, at_ns),
            I2cEvent::Address { address: Address::SevenBit(address), direction, ack } => {
                self.begin_record(kind::SEVEN_BIT | answered(direction, ack), at_ns);
                self.bytes.push(address);
            }
            I2cEvent::Address { address: Address::TenBit(address), direction, ack } => {
                self.begin_record(kind::TEN_BIT | answered(direction, ack), at_ns);
                put(&mut self.bytes, address.into());
            }
            I2cEvent::Byte { byte, direction, ack } => {
                self.begin_record(kind::I2C_BYTES | answered(direction, ack), at_ns);
                self.bytes.extend_from_slice(&[1, byte]);
            }
            I2cEvent::Stop => {
                self.begin_record(kind::STOP, at_ns);
                self.open = self.open.saturating_sub(1);
            }
            I2cEvent::Hold { line, ns } => {
                self.begin_record(kind::HOLD | u8::from(line == I2cLine::Sda), at_ns);
                put(&mut self.bytes, ns);
            }
            I2cEvent::Clock => self.begin_record(kind::CLOCK, at_ns),
            I2cEvent::ArbitrationLost => self.begin_record(kind::ARBITRATION_LOST, at_ns),
        }
    }

    fn other(&mut self, event: &Event) {
        let at_ns = event.at_ns;
        match event.kind {
            EventKind::I2c { .. } => {}
            EventKind::Spi { bus, event } => {
                self.on_spi(bus, None);
                self.spi(at_ns, bus, event);
            }
            EventKind::Net { net, level: to } => {
                self.begin_record(kind::NET | level(to), at_ns);
                put_index(&mut self.bytes, net.0);
                if let Some(info) = self.topology.nets.get_mut(net.0) {
                    info.level = to;
                }
            }
            EventKind::Uart { port, frame, event } => {
                self.on_uart(port, frame);
                let (received, byte) = match event {
                    UartEvent::Sent { byte } => (0, byte),
                    UartEvent::Received { byte } => (1, byte),
                };
                self.begin_record(kind::UART | received, at_ns);
                self.bytes.push(byte);
            }
            EventKind::Pwm { net, signal } => {
                self.begin_record(kind::PWM, at_ns);
                put_index(&mut self.bytes, net.0);
                names::pwm(&mut self.bytes, signal);
                if let Some(info) = self.topology.nets.get_mut(net.0) {
                    info.pwm = (1..signal.period_ns).contains(&signal.high_ns).then_some(signal);
                }
            }
            EventKind::Voltage { net, microvolts: number } | EventKind::Conversion { net, raw: number } => {
                let is_voltage = matches!(event.kind, EventKind::Voltage { .. });
                self.begin_record(if is_voltage { kind::VOLTAGE } else { kind::CONVERSION }, at_ns);
                put_index(&mut self.bytes, net.0);
                put_signed(&mut self.bytes, number);
            }
            EventKind::Fault { fault, name } => {
                self.begin_record(kind::FAULT, at_ns);
                put_index(&mut self.bytes, fault.0);
                put_text(&mut self.bytes, name);
            }
            EventKind::Contention { net } => {
                self.begin_record(kind::CONTENTION, at_ns);
                put_index(&mut self.bytes, net.0);
            }
        }
    }

    fn spi(&mut self, at_ns: u64, bus: SpiBusId, event: SpiEvent) {
        match event {
            SpiEvent::Byte { .. } => {}
            SpiEvent::Idle { level: to } => {
                self.begin_record(kind::IDLE | level(to), at_ns);
                if let Some(info) = self.topology.spi.get_mut(bus.0) {
                    info.idle = to;
                }
            }
            SpiEvent::Select { select } => {
                self.begin_record(kind::SELECT, at_ns);
                put_index(&mut self.bytes, select.0);
                self.open = self.open.saturating_add(1);
            }
            SpiEvent::Deselect { select } => {
                self.begin_record(kind::DESELECT, at_ns);
                put_index(&mut self.bytes, select.0);
                self.open = self.open.saturating_sub(1);
                if let Some(info) = self.topology.spi.get_mut(bus.0) {
                    info.miso = Level::High;
                }
            }
        }
    }

    fn on_uart(&mut self, port: UartId, frame: Frame) {
        if self.uart == Some((port, frame)) {
            return;
        }
        self.uart = Some((port, frame));
        self.bytes.push(kind::ON_UART);
        put_index(&mut self.bytes, port.0);
        put(&mut self.bytes, frame.bit_ns);
        let parity = match frame.parity {
            Parity::None => 0,
            Parity::Even => 1,
            Parity::Odd => 2,
        };
        self.bytes.extend_from_slice(&[parity, frame.stop_bits]);
    }
}

impl Default for Writer {
    fn default() -> Writer {
        Writer::new()
    }
}

/// The lowest bits of what a record of I2C is.
#[inline]
fn answered(direction: Direction, ack: Ack) -> u8 {
    u8::from(ack == Ack::Ack) | u8::from(direction == Direction::Read) << 1
}

/// Returns the level that a byte leaves on its wire.
fn last_bit(byte: u8) -> Level {
    Level::from(byte & 1 == 1)
}

/// Returns the byte that all are, if it saves room to say so.
fn once(bytes: &[u8]) -> Option<u8> {
    match bytes {
        [first, rest @ ..] if !rest.is_empty() && rest.iter().all(|byte| byte == first) => Some(*first),
        _ => None,
    }
}
