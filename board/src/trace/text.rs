//! The trace as text, one event a line.

use std::io::{self, Write};

use wasm_embedded_sim::{Ack, Address, Direction, Event, EventKind, I2cEvent, SpiEvent, Topology};

use super::Format;

const NS_PER_S: u64 = 1_000_000_000;

/// Writes events as lines such as `0.000027500 board > 0xd0 ack`.
#[derive(Debug)]
pub struct TextFormat<W> {
    out: W,
    /// The times of the first and the last event that is written.
    window: (u64, u64),
    line: Vec<u8>,
}

impl<W: Write> TextFormat<W> {
    /// Creates the text form over a writer, which should be buffered.
    pub fn new(out: W) -> TextFormat<W> {
        TextFormat::between(out, 0, u64::MAX)
    }

    /// Creates the text form of what begins between two virtual times in nanoseconds.
    pub fn between(out: W, from_ns: u64, until_ns: u64) -> TextFormat<W> {
        TextFormat { out, window: (from_ns, until_ns), line: Vec::new() }
    }
}

impl<W: Write + Send> Format for TextFormat<W> {
    fn event(&mut self, event: &Event, topology: &Topology) -> io::Result<()> {
        let (from_ns, until_ns) = self.window;
        if !(from_ns..=until_ns).contains(&event.at_ns) {
            return Ok(());
        }
        self.line.clear();
        if !is_frequent(event, topology, &mut self.line) {
            return writeln!(self.out, "{}", event.text(topology));
        }
        self.out.write_all(&self.line)
    }

    fn topology(&mut self, _topology: &Topology) {}

    fn finish(&mut self, _end_ns: u64) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes the line of an event of which a trace is full, as [`Event::text`] would, which takes ten times as long. Returns `false` for
/// another event.
fn is_frequent(event: &Event, topology: &Topology, line: &mut Vec<u8>) -> bool {
    let mut begin = |name: &str| {
        line.extend_from_slice(itoa::Buffer::new().format(event.at_ns / NS_PER_S).as_bytes());
        line.push(b'.');
        // With a leading 1 it has all its zeros.
        let fraction = NS_PER_S + event.at_ns % NS_PER_S;
        line.extend_from_slice(itoa::Buffer::new().format(fraction).as_bytes().get(1..).unwrap_or_default());
        line.push(b' ');
        line.extend_from_slice(name.as_bytes());
    };
    match event.kind {
        EventKind::I2c { bus, event: I2cEvent::Byte { byte, direction, ack }, .. } => {
            begin(topology.i2c_name(bus));
            line.extend_from_slice(if direction == Direction::Read { b" < 0x" } else { b" > 0x" });
            line.extend_from_slice(&hex(byte));
            line.extend_from_slice(answer(ack));
        }
        EventKind::I2c {
            bus,
            event: I2cEvent::Address { address: Address::SevenBit(address), direction, ack },
            ..
        } => {
            begin(topology.i2c_name(bus));
            line.extend_from_slice(b" 0x");
            line.extend_from_slice(&hex(address));
            line.extend_from_slice(if direction == Direction::Read { b" read" } else { b" write" });
            line.extend_from_slice(answer(ack));
        }
        EventKind::I2c { bus, event: kind @ (I2cEvent::Start | I2cEvent::RepeatedStart | I2cEvent::Stop), .. } => {
            begin(topology.i2c_name(bus));
            line.extend_from_slice(match kind {
                I2cEvent::Start => b" start",
                I2cEvent::Stop => b" stop",
                _ => b" repeated start",
            });
        }
        EventKind::Spi { bus, event: SpiEvent::Byte { mosi, miso, .. } } => {
            begin(topology.spi_name(bus));
            line.extend_from_slice(b" > 0x");
            line.extend_from_slice(&hex(mosi));
            line.extend_from_slice(b" < 0x");
            line.extend_from_slice(&hex(miso));
        }
        _ => return false,
    }
    line.push(b'\n');
    true
}

fn answer(ack: Ack) -> &'static [u8] {
    match ack {
        Ack::Ack => b" ack",
        Ack::Nack => b" nack",
    }
}

fn hex(byte: u8) -> [u8; 2] {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    [byte >> 4, byte & 0xf].map(|digit| DIGITS.get(usize::from(digit)).copied().unwrap_or(b'?'))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use embedded_hal::i2c::{I2c as _, Operation};
    use embedded_hal::spi::SpiDevice as _;
    use wasm_embedded_sim::parts::Eeprom24;
    use wasm_embedded_sim::parts::eeprom24::Size;
    use wasm_embedded_sim::{Sim, SpiSettings, TraceSink};

    use super::*;

    /// Compares the lines of events with those of `Event::text`, and counts them.
    struct Compares(Arc<Mutex<u32>>);

    impl TraceSink for Compares {
        fn event(&mut self, event: &Event, topology: &Topology) {
            let mut line = Vec::new();
            if is_frequent(event, topology, &mut line) {
                assert_eq!(String::from_utf8_lossy(&line), format!("{}\n", event.text(topology)));
                *self.0.lock().expect("nobody panicked") += 1;
            }
        }
    }

    #[test]
    fn frequent_lines_are_those_of_the_simulation() {
        let sim = Sim::new();
        let bus = sim.i2c_bus("board", 400_000);
        sim.add_i2c(bus, Eeprom24::new(Size::C32, 0x50).expect("an address"));
        let select = sim.spi_select(sim.spi_bus("flash"), "device", SpiSettings::default());
        let count = Arc::new(Mutex::new(0));
        sim.trace_to(Box::new(Compares(count.clone())));
        let mut i2c = sim.i2c(bus);
        for at_ns in [0, 999_999_990, 86_400_000_000_007] {
            sim.advance_ns(at_ns);
            let operations = &mut [Operation::Write(&[0, 0xab]), Operation::Read(&mut [0; 3])];
            i2c.transaction(0x50_u8, operations).expect("an EEPROM answers");
            assert!(i2c.write(0x51_u8, &[1]).is_err());
            sim.spi_device(select).write(&[0x5f, 0xa0]).expect("no fault is armed");
        }
        // Of I2C 10 and 3 lines, of SPI 2.
        assert_eq!(*count.lock().expect("nobody panicked"), 3 * (10 + 3 + 2));
    }
}
