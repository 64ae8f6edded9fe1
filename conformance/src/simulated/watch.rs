//! Watches the simulation's wires, and reads them as a logic analyser does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use embedded_hal::spi::{MODE_0, MODE_3, Mode};
use wasm_embedded_sim::{Change, EventKind, Level, Sim, Topology, TraceSink, UartEvent, Wave};

use crate::decode::{I2cLines, SpiLine, SpiLines};
use crate::event::{Event, What};

/// The pins that are watched.
const PINS: [&str; 5] = ["OUT", "UP", "NOUT", "IO", "HELD"];

/// The serial ports of the bench.
pub const PORTS: [&str; 2] = ["SERIAL", "SMALL"];

/// The devices of the bench behind select lines, each with its mode.
pub const DEVICES: [(&str, Mode); 3] = [("device", MODE_0), ("other", MODE_3), ("slow", MODE_0)];

/// What was on the wires.
#[derive(Debug, Default)]
pub struct Watch {
    topology: Topology,
    events: Vec<wasm_embedded_sim::Event>,
    /// What needs no decoder: the levels of pins, how they are modulated, and frames of serial ports.
    pins: Vec<Event>,
}

/// The simulation's end of it.
#[derive(Debug)]
pub struct Sink(pub Arc<Mutex<Watch>>);

/// Takes the lock, which nobody panics with.
pub fn lock(watch: &Mutex<Watch>) -> MutexGuard<'_, Watch> {
    watch.lock().unwrap_or_else(PoisonError::into_inner)
}

impl TraceSink for Sink {
    fn topology(&mut self, topology: &Topology) {
        lock(&self.0).topology = topology.clone();
    }

    fn event(&mut self, event: &wasm_embedded_sim::Event, topology: &Topology) {
        let mut watch = lock(&self.0);
        match event.kind {
            // A select line that is a net, since a pin of a chip drives it.
            EventKind::Net { net, .. } if is_select(topology.net_name(net)) => watch.events.push(*event),
            EventKind::Net { net, level } => watch.level(event.at_ns, topology.net_name(net), level),
            EventKind::Pwm { net, signal } => {
                let what = What::Pulses { high_ns: signal.high_ns, period_ns: signal.period_ns };
                watch.pins.push(Event::new(event.at_ns, topology.net_name(net), what));
            }
            EventKind::Uart { port, frame, event: kind } => {
                let (end, byte) = match kind {
                    UartEvent::Sent { byte } => ("TX", byte),
                    UartEvent::Received { byte } => ("RX", byte),
                    _ => return,
                };
                let wire = format!("{}.{end}", topology.uart_name(port));
                let until_ns = event.at_ns + frame.byte_ns();
                watch.pins.push(Event { at_ns: event.at_ns, until_ns, wire, what: What::Frame { byte } });
            }
            _ => watch.events.push(*event),
        }
    }
}

fn is_select(net: &str) -> bool {
    DEVICES.iter().any(|(device, _)| *device == net)
}

impl Watch {
    fn level(&mut self, at_ns: u64, pin: &str, level: Level) {
        if PINS.contains(&pin) {
            self.pins.push(Event::new(at_ns, pin, What::Level { high: level == Level::High }));
        }
    }

    /// Notes the levels of pins that had no reason to change while the board was built.
    pub fn built(&mut self, sim: &Sim) {
        for pin in PINS {
            if !self.pins.iter().any(|event| event.wire == pin) {
                self.level(0, pin, sim.level(sim.net(pin)));
            }
        }
    }

    /// Returns everything, read from the wires.
    ///
    /// # Errors
    ///
    /// A transaction on the I2C bus has no end.
    pub fn events(&mut self) -> Result<Vec<Event>, String> {
        let mut wave = Wave::new(&self.topology);
        let mut changes = Vec::new();
        one_after_the_other(&mut self.events);
        self.events.iter().for_each(|event| wave.event(event, &mut |change| changes.push(change)));
        wave.finish(&mut |change| changes.push(change));
        let mut events = std::mem::take(&mut self.pins);
        let mut analyser = Analyser::new(&wave);
        changes.into_iter().for_each(|change| analyser.change(change, &mut events));
        if !analyser.i2c.is_idle() {
            return Err("the I2C bus was not idle when the guest had ended".to_owned());
        }
        events.sort_by_key(|event| event.at_ns);
        Ok(events)
    }
}

/// Has each event on an I2C bus begin when the one before has ended: a controller that is modelled byte by byte tells of a START and of
/// the address in one moment.
fn one_after_the_other(events: &mut [wasm_embedded_sim::Event]) {
    let mut free_ns = BTreeMap::new();
    for event in events.iter_mut() {
        if let EventKind::I2c { bus, bit_ns, event: kind } = event.kind {
            let free_ns = free_ns.entry(bus).or_insert(0);
            event.at_ns = event.at_ns.max(*free_ns);
            *free_ns = event.at_ns.saturating_add(kind.duration_ns(bit_ns));
        }
    }
    events.sort_by_key(|event| event.at_ns);
}

/// The decoders, and which wire belongs to which.
struct Analyser {
    wires: Vec<Option<Wire>>,
    i2c: I2cLines,
    spi: [(&'static str, SpiLines); 2],
}

#[derive(Clone, Copy)]
enum Wire {
    Scl,
    Sda,
    Spi(&'static str, SpiLine),
    Select(&'static str),
}

impl Analyser {
    fn new(wave: &Wave) -> Analyser {
        Analyser {
            wires: wave.signals().iter().map(|signal| Analyser::wire(&signal.name)).collect(),
            i2c: I2cLines::new("i2c"),
            spi: [
                ("spi", SpiLines::new("spi", &DEVICES, false)),
                ("strip", SpiLines::without_selects("strip", MODE_0, false)),
            ],
        }
    }

    fn wire(name: &str) -> Option<Wire> {
        let bus = |bus: &str| if bus == "strip" { "strip" } else { "spi" };
        match name.split_once('_') {
            None if name == "SCL" => Some(Wire::Scl),
            None if name == "SDA" => Some(Wire::Sda),
            None => DEVICES.into_iter().find(|(device, _)| *device == name).map(|(device, _)| Wire::Select(device)),
            Some((name, "SCK")) => Some(Wire::Spi(bus(name), SpiLine::Sck)),
            Some((name, "MOSI")) => Some(Wire::Spi(bus(name), SpiLine::Mosi)),
            Some((name, "MISO")) => Some(Wire::Spi(bus(name), SpiLine::Miso)),
            Some((name, "CS")) => {
                DEVICES.into_iter().find(|(device, _)| *device == name).map(|(device, _)| Wire::Select(device))
            }
            _ => None,
        }
    }

    fn change(&mut self, Change { at_ns, signal, level }: Change, out: &mut Vec<Event>) {
        let high = level == Level::High;
        match self.wires.get(signal).copied().flatten() {
            Some(Wire::Scl) => self.i2c.scl(at_ns, high, out),
            Some(Wire::Sda) => self.i2c.sda(at_ns, high, out),
            Some(Wire::Spi(bus, line)) => {
                let lines = self.spi.iter_mut().filter(|(name, _)| *name == bus);
                lines.for_each(|(_, lines)| lines.line(at_ns, line, high, out));
            }
            Some(Wire::Select(device)) => self.spi[0].1.select(at_ns, device, high, out),
            None => {}
        }
    }
}
