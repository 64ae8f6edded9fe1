//! Events as changes of single wires, for waveform viewers.
//!
//! The signals are, in this order: `SCL` and `SDA` of every I2C bus; `SCK`, `MOSI` and `MISO` of every SPI bus; `CS` of every
//! select line; every net by its name; `TX` and `RX` of every serial port. Where there are several I2C buses, SPI buses, select
//! lines or serial ports, theirs begin with their names: `board_SCL`, `flash_CS`, `gps_RX`.

use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use embedded_hal::spi::{Mode, Phase, Polarity};

use crate::i2c::{Ack, Address, Direction, I2cBusId};
use crate::net::Level;
use crate::pwm::PwmSignal;
use crate::spi::{SpiBusId, SpiSelectId};
use crate::trace::{Event, EventKind, I2cEvent, I2cLine, SpiEvent, Topology, UartEvent};
use crate::uart::{Frame, Parity};

/// A wire.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signal {
    /// Its name, without white space.
    pub name: String,
    /// Its level before the first change.
    pub initial: Level,
}

/// A change of a wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// When it happened, in nanoseconds of virtual time.
    pub at_ns: u64,
    /// The index of the wire in [`Wave::signals`].
    pub signal: usize,
    /// Its new level.
    pub level: Level,
}

/// Expands events into changes of wires.
///
/// A byte of I2C begins with a falling SCL; SDA changes a twentieth of a bit later, and SCL rises in the middle of the bit. On
/// SPI the edges of the clock are at one and three quarters of a bit; a bit begins at its start where the first edge samples,
/// and at the first edge where the second does.
#[derive(Clone, Debug)]
pub struct Wave {
    signals: Vec<Signal>,
    /// The level of each signal after the changes that wait.
    levels: Vec<Level>,
    /// Changes in the order of their times. A net may change within a byte, so they wait for the next event.
    waiting: VecDeque<Change>,
    i2c: usize,
    spi: usize,
    /// The signal of each select line, if it is one.
    selects: Vec<Option<usize>>,
    nets: usize,
    /// The signal of the first serial port's TX.
    uarts: usize,
    /// The nets that are modulated, each with its next edge.
    pulses: Vec<Pulses>,
}

/// The edges of a net that is modulated.
#[derive(Clone, Copy, Debug)]
struct Pulses {
    signal: usize,
    pwm: PwmSignal,
    /// When the net changes next, and to which level.
    next: (u64, Level),
}

impl Pulses {
    fn new(signal: usize, pwm: PwmSignal) -> Pulses {
        Pulses { signal, pwm, next: (pwm.from_ns.saturating_add(pwm.high_ns), Level::Low) }
    }

    /// Goes on to the edge after the next one.
    fn step(&mut self) {
        let (at_ns, level) = self.next;
        let PwmSignal { period_ns, high_ns, .. } = self.pwm;
        let wait_ns = if level == Level::High { high_ns } else { period_ns.saturating_sub(high_ns) };
        self.next = (at_ns.saturating_add(wait_ns.max(1)), !level);
    }
}

impl Wave {
    /// Creates the wave of a board. What is added to the board later is not in it.
    #[must_use]
    pub fn new(topology: &Topology) -> Wave {
        let mut signals = Vec::new();
        let mut add = |name: String, initial| {
            let clean = |c: char| if c.is_whitespace() || c.is_control() { '_' } else { c };
            signals.push(Signal { name: name.chars().map(clean).collect(), initial });
            signals.len() - 1
        };
        let prefix = |several: bool, name: &str| if several { format!("{name}_") } else { String::new() };
        for bus in &topology.i2c {
            let prefix = prefix(topology.i2c.len() > 1, &bus.name);
            add(format!("{prefix}SCL"), Level::High);
            add(format!("{prefix}SDA"), Level::High);
        }
        for bus in &topology.spi {
            let prefix = prefix(topology.spi.len() > 1, &bus.name);
            add(format!("{prefix}SCK"), bus.idle);
            add(format!("{prefix}MOSI"), bus.mosi);
            add(format!("{prefix}MISO"), bus.miso);
        }
        let several = topology.selects.iter().filter(|select| select.net.is_none()).count() > 1;
        let selects = topology.selects.iter().map(|select| {
            let own = select.net.is_none();
            own.then(|| add(format!("{}CS", prefix(several, &select.name)), Level::High))
        });
        let selects = selects.collect();
        for net in &topology.nets {
            add(net.name.clone(), net.level);
        }
        for port in &topology.uart {
            let prefix = prefix(topology.uart.len() > 1, &port.name);
            add(format!("{prefix}TX"), Level::High);
            add(format!("{prefix}RX"), Level::High);
        }
        let i2c = topology.i2c.len();
        let spi = topology.spi.len();
        let uarts = signals.len() - 2 * topology.uart.len();
        let nets = uarts - topology.nets.len();
        let levels = signals.iter().map(|signal| signal.initial).collect();
        let modulated = topology.nets.iter().enumerate().filter_map(|(net, info)| Some((nets + net, info.pwm?)));
        let pulses = modulated.map(|(signal, pwm)| Pulses::new(signal, pwm)).collect();
        Wave { signals, levels, waiting: VecDeque::new(), i2c, spi, selects, nets, uarts, pulses }
    }

    /// Returns the wires.
    #[must_use]
    pub fn signals(&self) -> &[Signal] {
        &self.signals
    }

    /// Takes an event, and gives `out` the changes before it, in the order of their times.
    pub fn event(&mut self, event: &Event, out: &mut dyn FnMut(Change)) {
        self.until(event.at_ns, out);
        match event.kind {
            EventKind::I2c { bus, bit_ns, event: kind } => self.i2c_event(event.at_ns, bus, bit_ns, kind),
            EventKind::Spi { bus, event: kind } => self.spi_event(event.at_ns, bus, kind),
            EventKind::Net { net, level } => {
                if let Some(signal) = self.nets.checked_add(net.0) {
                    self.change(event.at_ns, signal, level);
                }
            }
            EventKind::Uart { port, frame, event: kind } => {
                let Some(tx) = port.0.checked_mul(2).and_then(|pins| self.uarts.checked_add(pins)) else { return };
                match kind {
                    UartEvent::Sent { byte } => self.uart_byte(event.at_ns, tx, frame, byte),
                    UartEvent::Received { byte } => self.uart_byte(event.at_ns, tx + 1, frame, byte),
                }
            }
            EventKind::Pwm { net, signal } => {
                if let Some(index) = self.nets.checked_add(net.0) {
                    self.pwm(event.at_ns, index, signal);
                }
            }
            EventKind::Voltage { .. }
            | EventKind::Conversion { .. }
            | EventKind::Contention { .. }
            | EventKind::Fault { .. } => {}
        }
    }

    /// Gives `out` the changes that are left after the last event.
    pub fn finish(&mut self, out: &mut dyn FnMut(Change)) {
        self.waiting.drain(..).for_each(out);
    }

    /// Gives `out` the changes up to a time, in their order.
    pub fn until(&mut self, at_ns: u64, out: &mut dyn FnMut(Change)) {
        loop {
            let pulse = self.pulses.iter_mut().min_by_key(|pulses| pulses.next.0);
            let pulse = pulse.filter(|pulses| pulses.next.0 < at_ns);
            let waiting_ns = self.waiting.front().map(|change| change.at_ns).filter(|&waiting_ns| waiting_ns <= at_ns);
            match (pulse, waiting_ns) {
                (Some(pulses), waiting_ns) if waiting_ns.is_none_or(|waiting_ns| pulses.next.0 < waiting_ns) => {
                    let ((edge_ns, level), signal) = (pulses.next, pulses.signal);
                    pulses.step();
                    if let Some(now) = self.levels.get_mut(signal)
                        && *now != level
                    {
                        *now = level;
                        out(Change { at_ns: edge_ns, signal, level });
                    }
                }
                (_, Some(_)) => self.waiting.pop_front().into_iter().for_each(&mut *out),
                (_, None) => return,
            }
        }
    }

    /// Modulates a net from now on.
    fn pwm(&mut self, at_ns: u64, signal: usize, pwm: PwmSignal) {
        self.pulses.retain(|pulses| pulses.signal != signal);
        self.change(at_ns, signal, Level::from(pwm.high_ns > 0));
        if (1..pwm.period_ns).contains(&pwm.high_ns) {
            self.pulses.push(Pulses::new(signal, pwm));
        }
    }

    fn uart_byte(&mut self, at_ns: u64, signal: usize, frame: Frame, byte: u8) {
        let data = bits(byte.reverse_bits());
        let ones_are_odd = byte.count_ones() % 2 == 1;
        let parity = match frame.parity {
            Parity::None => None,
            Parity::Even => Some(Level::from(ones_are_odd)),
            Parity::Odd => Some(Level::from(!ones_are_odd)),
        };
        let mut bit_at_ns = at_ns;
        for level in [Level::Low].into_iter().chain(data).chain(parity).chain([Level::High]) {
            self.change(bit_at_ns, signal, level);
            bit_at_ns = bit_at_ns.saturating_add(frame.bit_ns);
        }
    }

    /// Notes a change, if it is one.
    fn change(&mut self, at_ns: u64, signal: usize, level: Level) {
        let Some(now) = self.levels.get_mut(signal) else { return };
        if *now != level {
            *now = level;
            let change = Change { at_ns, signal, level };
            // Nearly always it is the last one.
            if self.waiting.back().is_none_or(|last| last.at_ns <= at_ns) {
                return self.waiting.push_back(change);
            }
            let index = self.waiting.partition_point(|change| change.at_ns <= at_ns);
            self.waiting.insert(index, change);
        }
    }

    fn i2c_event(&mut self, at_ns: u64, bus: I2cBusId, bit_ns: u64, event: I2cEvent) {
        if bus.0 >= self.i2c {
            return;
        }
        let scl = bus.0 * 2;
        let sda = scl + 1;
        let after = |ns: u64| at_ns.saturating_add(ns);
        let (hold_ns, half_ns) = (bit_ns / 20, bit_ns / 2);
        match event {
            I2cEvent::Start => {
                self.change(after(half_ns), sda, Level::Low);
                self.change(after(bit_ns), scl, Level::Low);
            }
            I2cEvent::RepeatedStart => {
                self.change(at_ns, scl, Level::Low);
                self.change(after(hold_ns), sda, Level::High);
                self.change(after(half_ns), scl, Level::High);
                self.change(after(bit_ns), sda, Level::Low);
                self.change(after(event.duration_ns(bit_ns)), scl, Level::Low);
            }
            I2cEvent::Address { address, direction, ack } => {
                let read = u8::from(direction == Direction::Read);
                match address {
                    Address::SevenBit(address) => self.i2c_byte(at_ns, scl, bit_ns, (address << 1) | read, ack),
                    Address::TenBit(address) => {
                        let [high, low] = address.to_be_bytes();
                        self.i2c_byte(at_ns, scl, bit_ns, TEN_BIT_HEADER | ((high & 0b11) << 1) | read, ack);
                        if event.duration_ns(1) > BYTE_BITS {
                            self.i2c_byte(after(bit_ns.saturating_mul(BYTE_BITS)), scl, bit_ns, low, ack);
                        }
                    }
                }
            }
            I2cEvent::Byte { byte, ack, .. } => self.i2c_byte(at_ns, scl, bit_ns, byte, ack),
            I2cEvent::Stop => {
                self.change(at_ns, scl, Level::Low);
                self.change(after(hold_ns), sda, Level::Low);
                self.change(after(half_ns), scl, Level::High);
                self.change(after(bit_ns), sda, Level::High);
            }
            I2cEvent::Hold { line: I2cLine::Sda, ns } => {
                self.change(at_ns, sda, Level::Low);
                self.change(after(ns), sda, Level::High);
            }
            // Within a transaction SCL is low already, and what follows begins with that.
            I2cEvent::Hold { line: I2cLine::Scl, ns } => {
                if self.levels.get(scl) == Some(&Level::High) {
                    self.change(at_ns, scl, Level::Low);
                    self.change(after(ns), scl, Level::High);
                }
            }
            I2cEvent::Clock => {
                self.change(at_ns, scl, Level::Low);
                self.change(after(half_ns), scl, Level::High);
            }
            // The winner is the one that holds SDA low.
            I2cEvent::ArbitrationLost => self.i2c_byte(at_ns, scl, bit_ns, 0, Ack::Ack),
        }
    }

    fn i2c_byte(&mut self, at_ns: u64, scl: usize, bit_ns: u64, byte: u8, ack: Ack) {
        let mut start_ns = at_ns;
        for level in bits(byte).chain([Level::from(ack == Ack::Nack)]) {
            self.change(start_ns, scl, Level::Low);
            self.change(start_ns.saturating_add(bit_ns / 20), scl + 1, level);
            self.change(start_ns.saturating_add(bit_ns / 2), scl, Level::High);
            start_ns = start_ns.saturating_add(bit_ns);
        }
    }

    fn spi_event(&mut self, at_ns: u64, bus: SpiBusId, event: SpiEvent) {
        if bus.0 >= self.spi {
            return;
        }
        let sck = self.i2c * 2 + bus.0 * 3;
        match event {
            SpiEvent::Idle { level } => self.change(at_ns, sck, level),
            SpiEvent::Select { select } => self.select(at_ns, select, Level::Low),
            SpiEvent::Deselect { select } => {
                self.select(at_ns, select, Level::High);
                self.change(at_ns, sck + 2, Level::High);
            }
            SpiEvent::Byte { mosi, miso, mode, byte_ns } => self.spi_byte(at_ns, sck, [mosi, miso], mode, byte_ns),
        }
    }

    fn select(&mut self, at_ns: u64, select: SpiSelectId, level: Level) {
        if let Some(&Some(signal)) = self.selects.get(select.0) {
            self.change(at_ns, signal, level);
        }
    }

    fn spi_byte(&mut self, at_ns: u64, sck: usize, [mosi, miso]: [u8; 2], mode: Mode, byte_ns: u64) {
        let idle = Level::from(mode.polarity == Polarity::IdleHigh);
        for (index, (mosi, miso)) in (0_u64..).zip(bits(mosi).zip(bits(miso))) {
            // In quarters of a bit.
            let at = |quarter: u64| at_ns.saturating_add((index * 4 + quarter).saturating_mul(byte_ns) / 32);
            let shift_ns = at(match mode.phase {
                Phase::CaptureOnFirstTransition => 0,
                Phase::CaptureOnSecondTransition => 1,
            });
            self.change(at(1), sck, !idle);
            self.change(shift_ns, sck + 1, mosi);
            self.change(shift_ns, sck + 2, miso);
            self.change(at(3), sck, idle);
        }
    }
}

/// The first five bits of a ten-bit address, in the byte that its two upper bits are in.
/// I2C-bus specification (NXP UM10204, revision 7.0), section 3.1.11.
const TEN_BIT_HEADER: u8 = 0b1111_0000;

/// The bits of a byte and its acknowledge.
const BYTE_BITS: u64 = 9;

/// Returns the bits of a byte, most significant first.
fn bits(byte: u8) -> impl Iterator<Item = Level> {
    (0..8).rev().map(move |bit| Level::from((byte >> bit) & 1 == 1))
}
