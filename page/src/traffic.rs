//! What is on the wires, as the page shows it: transactions, edges of nets, and bytes of serial ports.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value as Json, json};
use wasm_embedded_sim::{
    Ack, Address, Direction, Event, EventKind, I2cBusId, I2cEvent, Level, Net, Reaction, SpiBusId, SpiEvent, Topology,
    TraceSink, UartEvent, UartId,
};

use crate::desk::Desk;
use crate::hub::{Hub, Line, Mode};

/// How many steps of a transaction are shown. Bytes past them are counted.
const SHOWN_STEPS: usize = 40;

/// The longest pause within a burst on an SPI bus without a select line.
const BURST_NS: u64 = 50_000;

/// A transaction on a bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Transaction {
    at_ns: u64,
    end_ns: u64,
    /// `i2c` or `spi`.
    kind: &'static str,
    /// The bus, or the select line.
    on: Arc<str>,
    /// The length of a bit of I2C, or of a byte of SPI.
    unit_ns: u64,
    steps: Vec<Step>,
    /// All bytes, of which some may not be among the steps.
    bytes: u64,
}

/// Something in a transaction, so many nanoseconds after its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    after_ns: u64,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Start,
    Restart,
    Address { address: u16, reads: bool, ack: bool },
    Byte { byte: u8, reads: bool, ack: bool },
    Stop,
    Exchange { mosi: u8, miso: u8 },
    Held,
    Lost,
}

impl Transaction {
    /// Returns it for the page: times, bus, unit, bytes, and steps as lists that begin with their time and kind.
    pub(crate) fn json(&self) -> Json {
        let step = |step: &Step| match step.what {
            What::Start => json!([step.after_ns, "S"]),
            What::Restart => json!([step.after_ns, "R"]),
            What::Address { address, reads, ack } => json!([step.after_ns, "A", address, reads, ack]),
            What::Byte { byte, reads, ack } => json!([step.after_ns, "B", byte, reads, ack]),
            What::Stop => json!([step.after_ns, "P"]),
            What::Exchange { mosi, miso } => json!([step.after_ns, "X", mosi, miso]),
            What::Held => json!([step.after_ns, "H"]),
            What::Lost => json!([step.after_ns, "L"]),
        };
        let steps: Vec<Json> = self.steps.iter().map(step).collect();
        json!({
            "at": self.at_ns, "end": self.end_ns, "kind": self.kind, "on": &*self.on,
            "unit": self.unit_ns, "bytes": self.bytes, "steps": steps,
        })
    }

    fn add(&mut self, at_ns: u64, what: What) {
        let is_byte = matches!(what, What::Byte { .. } | What::Exchange { .. });
        self.bytes = self.bytes.saturating_add(u64::from(is_byte));
        if self.steps.len() < SHOWN_STEPS || matches!(what, What::Stop) {
            self.steps.push(Step { after_ns: at_ns.saturating_sub(self.at_ns), what });
        }
    }
}

/// A change of a net, by its number among those that the page knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) at_ns: u64,
    pub(crate) net: usize,
    pub(crate) signal: Signal,
}

/// What a net carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Level(bool),
    /// Pulses: the period and the time that it is high, in nanoseconds.
    Pulses(u64, u64),
}

/// A byte of a serial port, by its number among those that the page knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) at_ns: u64,
    pub(crate) port: usize,
    pub(crate) sent: bool,
    pub(crate) byte: u8,
    pub(crate) bit_ns: u64,
}

/// A bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bus {
    I2c(I2cBusId),
    Spi(SpiBusId),
}

/// Takes the events of a board.
pub(crate) struct Traffic {
    pub(crate) hub: Arc<Hub>,
    pub(crate) desk: Arc<Mutex<Desk>>,
    /// The nets and ports that the page knows, by their numbers there.
    pub(crate) nets: Vec<Net>,
    pub(crate) ports: Vec<UartId>,
    open: Vec<(Bus, Transaction)>,
    /// Whether a step has ended, and the board is to stand still now.
    holds: bool,
}

impl Traffic {
    pub(crate) fn new(hub: Arc<Hub>, desk: Arc<Mutex<Desk>>, nets: Vec<Net>, ports: Vec<UartId>) -> Traffic {
        Traffic { hub, desk, nets, ports, open: Vec::new(), holds: false }
    }

    fn open(&mut self, bus: Bus, at_ns: u64, on: &str, unit_ns: u64) -> &mut Transaction {
        let place = match self.open.iter().position(|(other, _)| *other == bus) {
            Some(place) => place,
            None => {
                let kind = if let Bus::I2c(_) = bus { "i2c" } else { "spi" };
                let (on, steps) = (Arc::from(on), Vec::new());
                self.open.push((bus, Transaction { at_ns, end_ns: at_ns, kind, on, unit_ns, steps, bytes: 0 }));
                self.open.len() - 1
            }
        };
        &mut self.open[place].1
    }

    fn close(&mut self, bus: Bus, end_ns: u64) {
        let Some(place) = self.open.iter().position(|(other, _)| *other == bus) else { return };
        let (_, mut transaction) = self.open.swap_remove(place);
        transaction.end_ns = end_ns.max(transaction.end_ns);
        let mut state = self.hub.lock();
        state.transactions.push(Arc::new(transaction));
        if state.mode == Mode::Step {
            state.mode = Mode::Paused;
            self.holds = true;
        }
    }

    fn i2c(&mut self, at_ns: u64, bus: I2cBusId, bit_ns: u64, event: I2cEvent, name: &str) {
        let end_ns = at_ns.saturating_add(event.duration_ns(bit_ns));
        let what = match event {
            I2cEvent::Start => What::Start,
            I2cEvent::RepeatedStart => What::Restart,
            I2cEvent::Address { address, direction, ack } => {
                let address = match address {
                    Address::SevenBit(address) => u16::from(address),
                    Address::TenBit(address) => address,
                };
                What::Address { address, reads: direction == Direction::Read, ack: ack == Ack::Ack }
            }
            I2cEvent::Byte { byte, direction, ack } => {
                What::Byte { byte, reads: direction == Direction::Read, ack: ack == Ack::Ack }
            }
            I2cEvent::Stop => What::Stop,
            I2cEvent::ArbitrationLost => What::Lost,
            _ => What::Held,
        };
        let transaction = self.open(Bus::I2c(bus), at_ns, name, bit_ns);
        transaction.add(at_ns, what);
        transaction.end_ns = end_ns;
        if matches!(event, I2cEvent::Stop | I2cEvent::ArbitrationLost) {
            self.close(Bus::I2c(bus), end_ns);
        }
    }

    fn spi(&mut self, at_ns: u64, bus: SpiBusId, event: SpiEvent, topology: &Topology) {
        let key = Bus::Spi(bus);
        match event {
            SpiEvent::Select { select } => {
                self.close(key, at_ns);
                self.open(key, at_ns, topology.select_name(select), 0);
            }
            SpiEvent::Deselect { .. } => self.close(key, at_ns),
            SpiEvent::Byte { mosi, miso, byte_ns, .. } => {
                let is_over = |open: &(Bus, Transaction)| {
                    open.0 == key && open.1.bytes > 0 && at_ns.saturating_sub(open.1.end_ns) > BURST_NS
                };
                if self.open.iter().any(is_over) {
                    self.close(key, 0);
                }
                let transaction = self.open(key, at_ns, topology.spi_name(bus), byte_ns);
                transaction.unit_ns = byte_ns;
                transaction.add(at_ns, What::Exchange { mosi, miso });
                transaction.end_ns = at_ns.saturating_add(byte_ns);
            }
            _ => {}
        }
    }

    fn edge(&self, at_ns: u64, net: Net, signal: Signal) {
        if let Some(net) = self.nets.iter().position(|known| *known == net) {
            self.hub.lock().edges.push(Edge { at_ns, net, signal });
        }
    }
}

impl TraceSink for Traffic {
    fn event(&mut self, event: &Event, topology: &Topology) {
        let at_ns = event.at_ns;
        match event.kind {
            EventKind::I2c { bus, bit_ns, event } => self.i2c(at_ns, bus, bit_ns, event, topology.i2c_name(bus)),
            EventKind::Spi { bus, event } => self.spi(at_ns, bus, event, topology),
            EventKind::Net { net, level } => self.edge(at_ns, net, Signal::Level(level == Level::High)),
            EventKind::Pwm { net, signal } => self.edge(at_ns, net, Signal::Pulses(signal.period_ns, signal.high_ns)),
            EventKind::Uart { port, frame, event } => {
                let Some(port) = self.ports.iter().position(|known| *known == port) else { return };
                let (sent, byte) = match event {
                    UartEvent::Sent { byte } => (true, byte),
                    UartEvent::Received { byte } => (false, byte),
                    _ => return,
                };
                self.hub.lock().said.push(Said { at_ns, port, sent, byte, bit_ns: frame.bit_ns });
            }
            EventKind::Fault { name, .. } => {
                self.hub.lock().lines.push(Line { at_ns, kind: "fault", text: format!("the fault `{name}` strikes") });
            }
            EventKind::Contention { net } => {
                let text = format!("{} is driven high and low at once", topology.net_name(net));
                self.hub.lock().lines.push(Line { at_ns, kind: "fault", text });
            }
            _ => {}
        }
    }

    fn react(&mut self) -> Option<Reaction> {
        if !std::mem::take(&mut self.holds) {
            return None;
        }
        let desk = self.desk.clone();
        Some(Box::new(move |stage| desk.lock().unwrap_or_else(PoisonError::into_inner).hold(stage)))
    }
}
