//! Reads a value change dump as a logic analyser reads wires: it knows edges and levels, and nothing of the simulation.

use std::collections::HashMap;
use std::io;

use embedded_hal::spi::{Mode, Phase, Polarity};
use vcd::{Command, IdCode, Parser, Value};

/// Something on I2C.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum OnI2c {
    Start,
    /// A byte, and whether it was acknowledged.
    Byte(u8, bool),
    Stop,
}

/// Something on SPI.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum OnSpi {
    Select,
    /// What went out, and what came in.
    Byte(u8, u8),
    Deselect,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Wires {
    pub(super) i2c: Vec<OnI2c>,
    pub(super) spi: Vec<OnSpi>,
    pub(super) end_ns: u64,
}

/// Reads a dump of one I2C bus and one SPI device in this mode.
pub(super) fn read(dump: &[u8], mode: Mode) -> io::Result<Wires> {
    let mut parser = Parser::new(dump);
    let header = parser.parse_header()?;
    let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let code = |name: &str| header.find_var(&["board", name]).map(|wire| wire.code).ok_or_else(|| wrong(name));
    let names = ["SCL", "SDA", "SCK", "MOSI", "MISO", "CS"];
    let codes: Vec<IdCode> = names.into_iter().map(code).collect::<io::Result<_>>()?;
    let [scl, sda, sck, mosi, miso, cs] = codes[..] else { return Err(wrong("wires")) };

    let mut levels: HashMap<IdCode, bool> = HashMap::new();
    let mut wires = Wires::default();
    let (mut i2c_bits, mut out_bits, mut in_bits) = (Vec::new(), Vec::new(), Vec::new());
    let mut initial = true;
    for command in parser {
        let (code, value) = match command? {
            Command::Timestamp(at_ns) if at_ns < wires.end_ns => return Err(wrong("time goes back")),
            Command::Timestamp(at_ns) => {
                wires.end_ns = at_ns;
                continue;
            }
            Command::ChangeScalar(code, value) => (code, value == Value::V1),
            Command::End(_) => {
                initial = false;
                continue;
            }
            _ => continue,
        };
        let before = levels.insert(code, value);
        if initial {
            continue;
        }
        if before == Some(value) {
            return Err(wrong("a change that is none"));
        }
        let is_high = |code| levels.get(&code).copied().unwrap_or_default();
        if code == sda && is_high(scl) {
            // The last clock before a START or a STOP is none of a byte.
            i2c_bits.pop();
            if !i2c_bits.is_empty() {
                return Err(wrong("half a byte"));
            }
            wires.i2c.push(if value { OnI2c::Stop } else { OnI2c::Start });
        } else if code == scl && value {
            i2c_bits.push(is_high(sda));
            if let [byte @ .., nack] = i2c_bits.as_slice()
                && byte.len() == 8
            {
                wires.i2c.push(OnI2c::Byte(number(byte), !nack));
                i2c_bits.clear();
            }
        } else if code == cs {
            if !out_bits.is_empty() {
                return Err(wrong("half a byte"));
            }
            wires.spi.push(if value { OnSpi::Deselect } else { OnSpi::Select });
        } else if code == sck && !is_high(cs) {
            let is_first = value == (mode.polarity == Polarity::IdleLow);
            if is_first == (mode.phase == Phase::CaptureOnFirstTransition) {
                out_bits.push(is_high(mosi));
                in_bits.push(is_high(miso));
            }
            if out_bits.len() == 8 {
                wires.spi.push(OnSpi::Byte(number(&out_bits), number(&in_bits)));
                out_bits.clear();
                in_bits.clear();
            }
        }
    }
    Ok(wires)
}

/// Returns the number that bits are, most significant first.
fn number(bits: &[bool]) -> u8 {
    bits.iter().fold(0, |number, bit| number << 1 | u8::from(*bit))
}
