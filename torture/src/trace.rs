//! Whatever goes over the wires: who reads the trace, edge by edge as a logic analyser does, finds the same bytes again.

mod reader;

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use embedded_hal::delay::DelayNs as _;
use embedded_hal::digital::OutputPin as _;
use embedded_hal::i2c::{self, I2c as _};
use embedded_hal::spi::{self, MODE_0, MODE_1, MODE_2, MODE_3, SpiDevice as _};
use wasm_embedded_runtime::trace::{TextFormat, Trace, VcdFormat};
use wasm_embedded_sim::parts::eeprom24::Size;
use wasm_embedded_sim::parts::{Bme280, Eeprom24};
use wasm_embedded_sim::{
    Ack, Address, Direction, Event, EventKind, I2cEvent, Level, Sim, SpiEvent, SpiSettings, Topology, TraceSink,
};

use self::reader::{OnI2c, OnSpi};
use crate::input::Input;

/// Checks the trace of some traffic.
///
/// # Panics
///
/// Something does not hold.
pub fn check(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let sim = Sim::new();
    let bus = sim.i2c_bus("i2c", input.one_of(&[10_000, 100_000, 400_000, 1_000_000]));
    let mode = input.one_of(&[MODE_0, MODE_1, MODE_2, MODE_3]);
    let frequency_hz = input.one_of(&[100_000, 1_000_000, 10_000_000]);
    let spi_bus = sim.spi_bus("spi");
    let settings = SpiSettings { mode, frequency_hz, select_setup_ns: 100, select_hold_ns: 100 };
    let select = sim.spi_select(spi_bus, "device", settings);
    sim.add_i2c(bus, Eeprom24::new(Size::C02, 0x50).expect("an address"));
    sim.add_i2c(bus, Bme280::new(0x76).expect("an address"));
    sim.add_spi(select, Bme280::new_spi());
    let mut led = sim.output(sim.net("LED"), Level::Low);

    let (text, vcd, kept) = (Buffer::default(), Buffer::default(), Kept::default());
    let (text_trace, vcd_trace) = (Trace::new(TextFormat::new(text.clone())), Trace::new(VcdFormat::new(vcd.clone())));
    sim.trace_to(Box::new(text_trace.clone()));
    sim.trace_to(Box::new(vcd_trace.clone()));
    sim.trace_to(Box::new(kept.clone()));
    let (mut i2c, mut device) = (sim.i2c(bus), sim.spi_device(select));
    while !input.is_empty() {
        let (written, read_len) = (usize::from(input.below(6)), usize::from(input.below(6)));
        let (written, mut read) = (input.bytes(written), vec![0; read_len]);
        match input.below(8) {
            0 => sim.delay().delay_ns(input.u16().into()),
            1 => {
                // Driving a simulated pin does not fail.
                let Ok(()) = led.set_state(input.one_in(2).into());
            }
            2 | 3 => {
                let operations = &mut [spi::Operation::Write(&written), spi::Operation::Read(&mut read)];
                // Without a fault it does not fail; what comes back is compared below.
                let _ = device.transaction(operations);
            }
            4 => {
                let _ = i2c.transaction(u16::from(input.byte()) << 2, &mut [i2c::Operation::Write(&written)]);
            }
            _ => {
                let address = input.one_of(&[0x50, 0x50, 0x76, 0x76, 0x33_u8]);
                let mut operations = [i2c::Operation::Write(&written), i2c::Operation::Read(&mut read)];
                // A device that is busy, or not there, is a part of the traffic.
                let _ = i2c.transaction(address, &mut operations[usize::from(input.below(2))..]);
            }
        }
    }
    let now_ns = sim.now_ns();
    drop(sim.end_trace());
    text_trace.finish(now_ns).expect("memory does not fail");
    vcd_trace.finish(now_ns).expect("memory does not fail");

    let events = kept.events();
    let read = reader::read(&vcd.take(), mode).unwrap_or_else(|error| panic!("the VCD cannot be read: {error}"));
    assert_eq!(read.i2c, events.iter().flat_map(on_i2c).collect::<Vec<_>>(), "on I2C");
    assert_eq!(read.spi, events.iter().filter_map(on_spi).collect::<Vec<_>>(), "on SPI");
    assert!(read.end_ns >= now_ns, "the VCD ends at {} ns", read.end_ns);
    let text = String::from_utf8(text.take()).expect("a trace is text");
    assert_eq!(text.lines().count(), events.len(), "lines");
}

/// What an event is on the wires of I2C.
fn on_i2c(event: &Event) -> Vec<OnI2c> {
    let EventKind::I2c { event, .. } = event.kind else { return Vec::new() };
    let is_acknowledged = |ack| ack == Ack::Ack;
    match event {
        I2cEvent::Start | I2cEvent::RepeatedStart => vec![OnI2c::Start],
        I2cEvent::Stop => vec![OnI2c::Stop],
        I2cEvent::Byte { byte, ack, .. } => vec![OnI2c::Byte(byte, is_acknowledged(ack))],
        I2cEvent::Address { address: Address::SevenBit(address), direction, ack } => {
            vec![OnI2c::Byte(address << 1 | u8::from(direction == Direction::Read), is_acknowledged(ack))]
        }
        // I2C-bus specification (NXP UM10204, revision 7.0), section 3.1.11.
        I2cEvent::Address { address: Address::TenBit(address), direction, ack } => {
            let [high, low] = address.to_be_bytes();
            let read = direction == Direction::Read;
            let mut bytes = vec![OnI2c::Byte(0xf0 | high << 1 | u8::from(read), is_acknowledged(ack))];
            if !read && ack == Ack::Ack {
                bytes.push(OnI2c::Byte(low, true));
            }
            bytes
        }
        other => panic!("{other:?} without a fault"),
    }
}

/// What an event is on the wires of SPI.
fn on_spi(event: &Event) -> Option<OnSpi> {
    match event.kind {
        EventKind::Spi { event: SpiEvent::Select { .. }, .. } => Some(OnSpi::Select),
        EventKind::Spi { event: SpiEvent::Deselect { .. }, .. } => Some(OnSpi::Deselect),
        EventKind::Spi { event: SpiEvent::Byte { mosi, miso, .. }, .. } => Some(OnSpi::Byte(mosi, miso)),
        _ => None,
    }
}

/// Keeps events. Clones share them.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<Event>>>);

impl Kept {
    fn events(&self) -> MutexGuard<'_, Vec<Event>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TraceSink for Kept {
    fn event(&mut self, event: &Event, _topology: &Topology) {
        self.events().push(*event);
    }
}

/// Memory that a trace is written to. Clones share it.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
