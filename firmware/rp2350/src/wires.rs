//! What is soldered to the pins: buses, nets and parts of `wasm-embedded-sim`, and what the pads make of a block's output.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use embedded_hal::spi::{Mode, SpiBus as _};
use wasm_embedded_sim::uart::Parity;
use wasm_embedded_sim::{
    Ack, AdcSettings, Address, Direction, Drive, I2cBusId, Level, Net, Pull, Sim, SimChip, SpiBusId, SpiSelectId,
    SpiSettings, UartId, UartSettings,
};

use crate::adapter::Adapter;
use crate::listener::{Heard, Listener, Selects};
use crate::pins::{PINS, Signal, signal};

/// RP2350 data sheet, section 9.11.3, "Pad control": the fields of a pad.
const PAD_PULL_DOWN: u32 = 1 << 2;
const PAD_PULL_UP: u32 = 1 << 3;
const PAD_INPUT: u32 = 1 << 6;
const PAD_OUTPUT_OFF: u32 = 1 << 7;
const PAD_ISOLATED: u32 = 1 << 8;

/// Bits a second, parity and stop bits of eight bits of data.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SerialFormat {
    /// Bits a second.
    pub baud: f64,
    /// Bits of data.
    pub data_bits: u32,
    /// The parity.
    pub parity: Parity,
    /// Stop bits.
    pub stop_bits: u8,
}

/// How far two ends may differ: half a bit in ten.
const BAUD_TOLERANCE: f64 = 0.04;

impl SerialFormat {
    /// Eight bits, no parity, one stop bit.
    pub fn plain(baud: u32) -> SerialFormat {
        SerialFormat { baud: f64::from(baud), data_bits: 8, parity: Parity::None, stop_bits: 1 }
    }

    /// Returns what the other end makes of a byte: garbage, if it listens in another format.
    pub(crate) fn heard_by(self, other: SerialFormat, byte: u8) -> u8 {
        let same = (self.data_bits, self.parity, self.stop_bits) == (other.data_bits, other.parity, other.stop_bits);
        let near = (self.baud / other.baud - 1.0).abs() < BAUD_TOLERANCE;
        if same && near { byte } else { byte.reverse_bits() ^ 0x81 }
    }
}

struct I2cWires {
    bus: I2cBusId,
    sda: usize,
    scl: usize,
    /// Whether the board has resistors of its own.
    pulled_up: bool,
}

struct SpiWires {
    bus: SpiBusId,
    sck: usize,
    mosi: usize,
    miso: Option<usize>,
}

struct UartWires {
    port: UartId,
    tx: usize,
    rx: usize,
    format: SerialFormat,
}

/// The pins of the chip and what is soldered to them.
pub struct Wires {
    sim: Sim,
    chip: SimChip,
    heard: Arc<Mutex<Heard>>,
    selects: Selects,
    nets: [Option<Net>; PINS],
    board_pulls: [Pull; PINS],
    i2c: Vec<I2cWires>,
    spi: Vec<SpiWires>,
    uart: Vec<UartWires>,
    adapter: Option<Adapter>,
    /// The registers `GPIOn_CTRL` of IO_BANK0 and `GPIOn` of PADS_BANK0.
    pub(crate) controls: [u32; PINS],
    pub(crate) pads: [u32; PINS],
    pub(crate) sio_out: u32,
    pub(crate) sio_enable: u32,
    /// What the outputs of the PWM counters do: the length of a period and for how long of it they are high.
    pub(crate) pwm: [[(u64, u64); 2]; 12],
}

impl std::fmt::Debug for Wires {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wires").finish_non_exhaustive()
    }
}

impl Default for Wires {
    fn default() -> Wires {
        Wires::new()
    }
}

impl Wires {
    /// Creates pins with nothing on them.
    pub fn new() -> Wires {
        let (sim, heard, selects) = (Sim::new(), Arc::default(), Selects::default());
        sim.trace_to(Box::new(Listener::new(&heard, &selects)));
        Wires {
            chip: sim.chip(),
            sim,
            heard,
            selects,
            nets: [None; PINS],
            board_pulls: [Pull::None; PINS],
            i2c: Vec::new(),
            spi: Vec::new(),
            uart: Vec::new(),
            adapter: None,
            controls: [crate::blocks::io::CONTROL_RESET; PINS],
            pads: [crate::blocks::pads::PAD_RESET; PINS],
            sio_out: 0,
            sio_enable: 0,
            pwm: [[(1, 0); 2]; 12],
        }
    }

    /// Returns the board behind the pins, to put parts on it.
    pub fn sim(&self) -> &Sim {
        &self.sim
    }

    /// Joins a pin and a net of the board, which may have a resistor.
    pub fn net(&mut self, pin: usize, name: &str, pull: Pull) -> Net {
        let net = self.sim.net(name);
        if let (Some(slot), Some(board_pull)) = (self.nets.get_mut(pin), self.board_pulls.get_mut(pin)) {
            (*slot, *board_pull) = (Some(net), pull);
        }
        self.update(pin);
        net
    }

    /// Joins two pins and an I2C bus, which may have pull-up resistors.
    pub fn i2c(&mut self, name: &str, sda: usize, scl: usize, pulled_up: bool) -> I2cBusId {
        let bus = self.sim.i2c_bus(name, 400_000);
        self.i2c.push(I2cWires { bus, sda, scl, pulled_up });
        bus
    }

    /// Joins pins and an SPI bus.
    pub fn spi(&mut self, name: &str, sck: usize, mosi: usize, miso: Option<usize>) -> SpiBusId {
        let bus = self.sim.spi_bus(name);
        self.spi.push(SpiWires { bus, sck, mosi, miso });
        bus
    }

    /// Joins a pin and the select line of a device, which has a pull-up resistor.
    pub fn select(&mut self, bus: SpiBusId, name: &str, cs: usize) -> SpiSelectId {
        let net = self.net(cs, name, Pull::Up);
        let select = self.sim.spi_select_net(bus, net);
        self.selects.lock().unwrap_or_else(PoisonError::into_inner).push((net, select, bus));
        select
    }

    /// Joins two pins and a serial port.
    pub fn uart(&mut self, name: &str, tx: usize, rx: usize, settings: UartSettings) -> UartId {
        let port = self.sim.uart_port(name, settings);
        let UartSettings { baud, parity, stop_bits, .. } = settings;
        let format = SerialFormat { baud: f64::from(baud), data_bits: 8, parity, stop_bits };
        self.uart.push(UartWires { port, tx, rx, format });
        port
    }

    /// Joins two pins and a serial adapter, whose text is the log.
    pub fn adapter(&mut self, tx: usize, rx: usize, format: SerialFormat) {
        self.adapter = Some(Adapter::new(tx, rx, format));
    }

    /// Returns what the serial adapter has received.
    pub fn log(&self) -> String {
        self.adapter.as_ref().map(|adapter| String::from_utf8_lossy(&adapter.heard()).into_owned()).unwrap_or_default()
    }

    /// Returns what the serial adapter has received since the last call.
    pub fn take_line(&self) -> Vec<u8> {
        self.adapter.as_ref().map(Adapter::take).unwrap_or_default()
    }

    /// Sends bytes with the serial adapter, one after the other at its speed.
    pub fn send_line(&self, bytes: &[u8]) {
        if let Some(adapter) = &self.adapter {
            adapter.send(bytes, nanoseconds(self.sim.now_ns()));
        }
    }

    /// Sets the speed of the serial adapter, both ways.
    pub fn set_line_speed(&self, baud: u32) {
        if let Some(adapter) = &self.adapter {
            adapter.set_speed(baud);
        }
    }

    /// Returns what has happened on the wires, a line an event.
    pub fn trace(&self) -> Vec<String> {
        self.heard().lines.clone()
    }

    /// Forgets what has happened so far: as the parts were put there.
    pub(crate) fn forget(&self) {
        self.heard().lines.clear();
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the board's time come up to the chip's.
    pub(crate) fn advance_to(&self, now_ns: u64) {
        let ahead_ns = now_ns.saturating_sub(self.sim.now_ns());
        if ahead_ns > 0 {
            self.sim.advance_ns(ahead_ns);
        }
    }

    /// Returns the pins whose nets changed since the last call, with their new levels.
    pub(crate) fn edges(&self) -> Vec<(usize, Level)> {
        let edges = std::mem::take(&mut self.heard().edges);
        let pin_of = |net: Net| self.nets.iter().position(|joined| *joined == Some(net));
        edges.into_iter().filter_map(|(net, level)| Some((pin_of(net)?, level))).collect()
    }

    pub(crate) fn signal(&self, pin: usize) -> Signal {
        signal(pin, self.controls.get(pin).map_or(31, |control| control & 0x1f))
    }

    fn pad(&self, pin: usize) -> u32 {
        self.pads.get(pin).copied().unwrap_or(PAD_ISOLATED)
    }

    fn output_reaches(&self, pin: usize) -> bool {
        self.pad(pin) & (PAD_ISOLATED | PAD_OUTPUT_OFF) == 0
    }

    fn input_reaches(&self, pin: usize) -> bool {
        self.pad(pin) & (PAD_ISOLATED | PAD_INPUT) == PAD_INPUT
    }

    /// Returns what a pin is told to be, before the pad: whether it is driven, and to which level.
    /// RP2350 data sheet, section 9.11.1, register `GPIO0_CTRL`: fields OUTOVER and OEOVER.
    pub(crate) fn commanded(&self, pin: usize) -> (bool, bool) {
        let control = self.controls.get(pin).copied().unwrap_or_default();
        let (enabled, high) = match self.signal(pin) {
            Signal::Sio => (self.sio_enable >> pin & 1 == 1, self.sio_out >> pin & 1 == 1),
            Signal::Pwm(slice, output) => (true, self.pwm[slice][output].1 > 0),
            _ => (false, false),
        };
        let overridden = |normal: bool, field: u32| match field & 3 {
            0 => normal,
            1 => !normal,
            2 => false,
            _ => true,
        };
        (overridden(enabled, control >> 14), overridden(high, control >> 12))
    }

    /// Has the net of a pin follow what the pin does now.
    pub(crate) fn update(&mut self, pin: usize) {
        let Some(net) = self.nets.get(pin).copied().flatten() else { return };
        let pull = match (self.board_pulls[pin], self.pad(pin) & (PAD_PULL_UP | PAD_PULL_DOWN)) {
            (Pull::None, PAD_PULL_UP) => Pull::Up,
            (Pull::None, PAD_PULL_DOWN) => Pull::Down,
            (board, _) => board,
        };
        self.sim.set_pull(net, pull);
        if self.pad(pin) & PAD_ISOLATED != 0 {
            // The latch of the pad holds what it did when it was isolated: after a reset, nothing.
            return;
        }
        let (enabled, high) = self.commanded(pin);
        let drive = if enabled && self.output_reaches(pin) { Drive::from(Level::from(high)) } else { Drive::Released };
        match self.signal(pin) {
            Signal::Pwm(slice, output) if drive != Drive::Released => {
                let (period_ns, high_ns) = self.pwm[slice][output];
                self.chip.modulate(net, period_ns, high_ns);
            }
            _ => self.chip.drive(net, drive),
        }
    }

    /// Has every net follow its pin after a reset of the pads, which lets go of them.
    pub(crate) fn release(&mut self) {
        for pin in 0..PINS {
            if let Some(net) = self.nets.get(pin).copied().flatten() {
                self.chip.drive(net, Drive::Released);
                self.update(pin);
            }
        }
    }

    /// Returns the level that a block sees at a pin.
    pub(crate) fn input(&self, pin: usize) -> bool {
        let level = self.nets.get(pin).copied().flatten().map_or(Level::Low, |net| self.sim.level(net));
        let seen = self.input_reaches(pin) && level == Level::High;
        match self.controls.get(pin).copied().unwrap_or_default() >> 16 & 3 {
            0 => seen,
            1 => !seen,
            2 => false,
            _ => true,
        }
    }

    /// Returns the bus that a controller's wires go to, if all of them do and something pulls them up.
    fn i2c_bus(&self, block: usize) -> Option<I2cBusId> {
        let is_wire = |pin: usize, expected: Signal, pulled_up: bool| {
            let up = pulled_up || self.pad(pin) & PAD_PULL_UP != 0;
            self.signal(pin) == expected && self.output_reaches(pin) && self.input_reaches(pin) && up
        };
        let mut wired = self.i2c.iter().filter(|wires| {
            is_wire(wires.sda, Signal::I2cSda(block), wires.pulled_up)
                && is_wire(wires.scl, Signal::I2cScl(block), wires.pulled_up)
        });
        wired.next().map(|wires| wires.bus)
    }

    /// Returns whether both lines of a controller are high at rest.
    pub(crate) fn i2c_is_idle(&self, block: usize) -> bool {
        self.i2c_bus(block).is_some()
    }

    pub(crate) fn i2c_start(&mut self, block: usize, bit_ns: u64, again: bool, to: Address, way: Direction) -> Ack {
        self.i2c_bus(block).map_or(Ack::Nack, |bus| self.chip.i2c_start(bus, bit_ns, again, to, way))
    }

    pub(crate) fn i2c_write(&mut self, block: usize, bit_ns: u64, byte: u8) -> Ack {
        self.i2c_bus(block).map_or(Ack::Nack, |bus| self.chip.i2c_write(bus, bit_ns, byte))
    }

    pub(crate) fn i2c_read(&mut self, block: usize) -> u8 {
        self.i2c_bus(block).map_or(0xff, |bus| self.chip.i2c_read(bus))
    }

    pub(crate) fn i2c_answer(&mut self, block: usize, bit_ns: u64, byte: u8, ack: Ack) {
        if let Some(bus) = self.i2c_bus(block) {
            self.chip.i2c_answer(bus, bit_ns, byte, ack);
        }
    }

    pub(crate) fn i2c_stop(&mut self, block: usize, bit_ns: u64) {
        if let Some(bus) = self.i2c_bus(block) {
            self.chip.i2c_stop(bus, bit_ns);
        }
    }

    /// Brings the clock of a bus to the level at which it idles in a mode.
    pub(crate) fn spi_idle(&mut self, block: usize, mode: Mode) {
        let is_driven =
            |wires: &&SpiWires| self.signal(wires.sck) == Signal::SpiSck(block) && self.output_reaches(wires.sck);
        if let Some(wires) = self.spi.iter().find(is_driven) {
            // A transfer of nothing, at a clock whose half bit takes no time.
            let settings = SpiSettings { mode, frequency_hz: u32::MAX, ..SpiSettings::default() };
            let _ = self.sim.spi(wires.bus, settings).write(&[]);
        }
    }

    /// Exchanges a byte whose clocks take `byte_ns` and end now, by the chip's clock.
    pub(crate) fn spi_exchange(&mut self, block: usize, mode: Mode, byte_ns: u64, mosi: u8) -> u8 {
        let wired = self
            .spi
            .iter()
            .find(|wires| self.signal(wires.sck) == Signal::SpiSck(block) && self.output_reaches(wires.sck));
        let Some(wires) = wired else { return 0 };
        // A line that is not the controller's stays at one level.
        let drives = self.signal(wires.mosi) == Signal::SpiTx(block) && self.output_reaches(wires.mosi);
        let mut word = [if drives { mosi } else { 0 }];
        let settings = SpiSettings { mode, ..SpiSettings::default() };
        let settings = SpiSettings { frequency_hz: hertz(8_000_000_000, byte_ns), ..settings };
        // A bus of this board: it cannot fail.
        let _ = self.sim.spi(wires.bus, settings).transfer_in_place(&mut word);
        let hears = wires.miso.is_some_and(|pin| self.signal(pin) == Signal::SpiRx(block) && self.input_reaches(pin));
        if hears { word[0] } else { 0 }
    }

    /// Sends a byte whose frame begins now.
    pub(crate) fn uart_send(&mut self, block: usize, format: SerialFormat, byte: u8) {
        let is_wire = |pin: usize| self.signal(pin) == Signal::UartTx(block) && self.output_reaches(pin);
        for wires in self.uart.iter().filter(|wires| is_wire(wires.tx)) {
            let heard = format.heard_by(wires.format, byte);
            // Never more than the port takes: the frame before has ended.
            let _ = self.sim.uart(wires.port).write_within(&[heard], 0);
        }
        if let Some(adapter) = self.adapter.as_ref().filter(|adapter| is_wire(adapter.tx)) {
            adapter.hear(format, byte);
        }
    }

    /// Receives the bytes whose frames have ended.
    pub(crate) fn uart_receive(&mut self, block: usize, format: SerialFormat, now_ns: u64) -> Vec<u8> {
        let is_wire = |pin: usize| self.signal(pin) == Signal::UartRx(block) && self.input_reaches(pin);
        let mut received = Vec::new();
        if let Some(adapter) = self.adapter.as_ref().filter(|adapter| is_wire(adapter.rx)) {
            received.extend(adapter.arrived(nanoseconds(now_ns), format));
        }
        for wires in self.uart.iter().filter(|wires| is_wire(wires.rx)) {
            let mut buffer = [0; 64];
            while let Ok(Some(count @ 1..)) = self.sim.uart(wires.port).read_within(&mut buffer, 0) {
                received.extend(buffer.iter().take(count).map(|byte| wires.format.heard_by(format, *byte)));
            }
        }
        received
    }

    /// Returns what the converter makes of a pin's voltage, of 4096.
    pub(crate) fn convert(&mut self, pin: usize) -> u32 {
        let Some(net) = self.nets.get(pin).copied().flatten() else { return 0 };
        let raw = self.chip.convert(net, AdcSettings { resolution_bits: 12, reference_uv: 3_300_000 });
        let raw = u32::try_from(raw).unwrap_or(0);
        // A source of 10 kOhm against the 50 kOhm of a pad's pull. RP2350 data sheet, section 14.9, "Pin specifications".
        match self.pad(pin) & (PAD_PULL_UP | PAD_PULL_DOWN) {
            PAD_PULL_DOWN => raw * 5 / 6,
            PAD_PULL_UP => (raw * 5 + 4_095) / 6,
            _ => raw,
        }
    }
}

/// As far as a float goes: to the nanosecond for a hundred days.
fn nanoseconds(ns: u64) -> f64 {
    Duration::from_nanos(ns).as_secs_f64() * 1e9
}

fn hertz(units: u64, ns: u64) -> u32 {
    u32::try_from(units / ns.max(1)).unwrap_or(u32::MAX)
}
