//! A VCD decoded back to bytes, as a logic analyser would: what is on the wires of the dump is what went over the buses.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use embedded_hal::i2c::{I2c as _, Operation};
use embedded_hal::spi::{MODE_0, MODE_3, SpiBus as _, SpiDevice as _};
use embedded_io::Write as _;
use wasm_embedded_runtime::trace::{Trace, VcdFormat};
use wasm_embedded_sim::parts::{Echo, Scripted};
use wasm_embedded_sim::uart::Parity;
use wasm_embedded_sim::{Ack, Address, Board, Direction, I2cTarget, Part, Sim, SpiSettings, UartSettings};

/// The wires of a dump: their names, and the levels of all of them after each time.
struct Dump {
    names: BTreeMap<String, usize>,
    samples: Vec<(u64, Vec<bool>)>,
}

impl Dump {
    /// Reads a dump as sigrok and most libraries do: what it says of one time is the level at that time, whatever came before.
    fn read(vcd: &str) -> Dump {
        let (mut names, mut codes) = (BTreeMap::new(), BTreeMap::new());
        let mut samples: Vec<(u64, Vec<bool>)> = Vec::new();
        for line in vcd.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["$var", "wire", "1", code, name, "$end"] => {
                    codes.insert((*code).to_owned(), codes.len());
                    names.insert((*name).to_owned(), names.len());
                }
                [word] => {
                    if let Some(at) = word.strip_prefix('#') {
                        let levels = samples.last().map_or(vec![false; codes.len()], |(_, levels)| levels.clone());
                        let at = at.parse().expect("a time");
                        assert!(samples.last().is_none_or(|(before, _)| *before < at), "times rise");
                        samples.push((at, levels));
                    } else if let Some(wire) = word.get(1..).and_then(|code| codes.get(code)) {
                        samples.last_mut().expect("a time").1[*wire] = word.starts_with('1');
                    }
                }
                _ => {}
            }
        }
        Dump { names, samples }
    }

    fn of(sim: &Sim, act: impl FnOnce(&Sim)) -> Dump {
        let buffer = support::buffer::Buffer::default();
        let trace = Trace::new(VcdFormat::new(buffer.clone()));
        sim.trace_to(Box::new(trace.clone()));
        act(sim);
        trace.finish(sim.now_ns()).expect("a dump in memory");
        Dump::read(&buffer.text())
    }

    fn wire(&self, name: &str) -> Vec<(u64, bool)> {
        let wire = *self.names.get(name).unwrap_or_else(|| panic!("no wire {name}: {:?}", self.names));
        self.samples.iter().map(|(at, levels)| (*at, levels[wire])).collect()
    }

    /// Decodes an I2C bus: `S`, bytes with `.` or `!` for their acknowledge bit, and `P`.
    fn i2c(&self, scl: &str, sda: &str) -> String {
        let (mut text, mut bits) = (Vec::new(), Vec::new());
        let lines: Vec<(bool, bool)> =
            self.wire(scl).iter().zip(self.wire(sda)).map(|((_, scl), (_, sda))| (*scl, sda)).collect();
        for pair in lines.windows(2) {
            let [(scl_before, sda_before), (scl, sda)] = [pair[0], pair[1]];
            if scl_before && scl && sda_before != sda {
                // A bit that SCL rose for and that no falling SCL ended was none.
                bits.clear();
                text.push(if sda { "P".to_owned() } else { "S".to_owned() });
            } else if !scl_before && scl {
                bits.push(sda);
            }
            if scl_before && !scl && bits.len() == 9 {
                let byte = bits[..8].iter().fold(0_u8, |byte, bit| byte << 1 | u8::from(*bit));
                text.push(format!("{byte:02x}{}", if bits[8] { '!' } else { '.' }));
                bits.clear();
            }
        }
        text.join(" ")
    }

    /// Decodes an SPI bus: `[`, bytes each way, and `]`.
    fn spi(&self, names: [&str; 3], select: Option<&str>, samples_on_rise: bool) -> String {
        let [sck, mosi, miso] = names.map(|name| self.wire(name));
        let select = select.map(|name| self.wire(name));
        let active = |at: usize| select.as_ref().is_none_or(|select| !select[at].1);
        let (mut text, mut bits) = (Vec::new(), Vec::new());
        for at in 1..sck.len() {
            if active(at) != active(at - 1) {
                text.push(if active(at) { "[".to_owned() } else { "]".to_owned() });
                bits.clear();
            }
            if active(at) && sck[at - 1].1 != samples_on_rise && sck[at].1 == samples_on_rise {
                bits.push((mosi[at].1, miso[at].1));
            }
            if bits.len() == 8 {
                let [out, back] = [|bit: &(bool, bool)| bit.0, |bit: &(bool, bool)| bit.1]
                    .map(|side| bits.iter().fold(0_u8, |byte, bit| byte << 1 | u8::from(side(bit))));
                text.push(format!("{out:02x}>{back:02x}"));
                bits.clear();
            }
        }
        text.join(" ")
    }

    /// Decodes a serial line of eight bits, by sampling in the middle of each.
    fn uart(&self, name: &str, bit_ns: u64, parity: Parity) -> Vec<u8> {
        let wire = self.wire(name);
        let level = |at_ns: u64| wire.iter().take_while(|(at, _)| *at <= at_ns).last().is_none_or(|(_, level)| *level);
        let (mut bytes, mut free_ns) = (Vec::new(), 0);
        for pair in wire.windows(2) {
            let [(_, before), (at, now)] = [pair[0], pair[1]];
            if at < free_ns || !before || now {
                continue;
            }
            let bit = |index: u64| level(at + bit_ns * index + bit_ns / 2);
            assert!(!bit(0), "a start bit");
            let byte = (1..=8).fold(0_u8, |byte, index| byte | u8::from(bit(index)) << (index - 1));
            let stop = match parity {
                Parity::None => 9,
                Parity::Even | Parity::Odd => {
                    let odd = (byte.count_ones() % 2 == 1) != bit(9);
                    assert_eq!(odd, parity == Parity::Odd, "the parity of {byte:02x}");
                    10
                }
            };
            assert!(bit(stop), "a stop bit");
            free_ns = at + bit_ns * stop;
            bytes.push(byte);
        }
        bytes
    }
}

/// Answers at an address of ten bits, and counts up from 0xc0.
struct TenBit(u8);

impl Part for TenBit {
    fn i2c(&mut self) -> Option<&mut dyn I2cTarget> {
        Some(self)
    }
}

impl I2cTarget for TenBit {
    fn start(&mut self, address: Address, _: Direction, _: &mut dyn Board) -> Ack {
        if address == Address::TenBit(0x2a5) { Ack::Ack } else { Ack::Nack }
    }

    fn write(&mut self, _: u8, _: &mut dyn Board) -> Ack {
        Ack::Ack
    }

    fn read(&mut self, _: &mut dyn Board) -> u8 {
        self.0 += 1;
        self.0 - 1
    }

    fn stop(&mut self, _: &mut dyn Board) {}
}

fn registers() -> Scripted {
    Scripted::registers(0x2a, [(1, vec![0xa5, 0x5a])]).expect("an address")
}

#[test]
fn two_i2c_buses_decode_to_their_own_bytes_with_repeated_starts_and_both_widths_of_addresses() {
    for hz in [100_000, 400_000, 1_000_000] {
        let sim = Sim::new();
        let [left, right] = ["left", "right"].map(|name| sim.i2c_bus(name, hz));
        sim.add_i2c(left, registers());
        sim.add_i2c(right, registers());
        sim.add_i2c(right, TenBit(0xc0));
        let dump = Dump::of(&sim, |sim| {
            let (mut left, mut right) = (sim.i2c(left), sim.i2c(right));
            assert_eq!(left.write_read(0x2a_u8, &[1], &mut [0; 2]), Ok(()));
            assert_eq!(right.write(0x2a5_u16, &[0x12, 0x34]), Ok(()));
            assert!(left.write(0x2b_u8, &[1]).is_err());
            let mut read = [0; 2];
            let mut operations = [Operation::Write(&[7]), Operation::Read(&mut read), Operation::Write(&[])];
            assert_eq!(right.transaction(0x2a5_u16, &mut operations), Ok(()));
            assert_eq!(right.read(0x2a5_u16, &mut [0]), Ok(()));
            assert!(right.write(0x155_u16, &[1]).is_err());
        });
        assert_eq!(dump.i2c("left_SCL", "left_SDA"), "S 54. 01. S 55. a5. 5a! P S 56! P", "{hz} Hz");
        // UM10204, section 3.1.11: 11110, two bits of the address, and the direction; the rest follows only in a write.
        let ten = "S f4. a5. 12. 34. P S f4. a5. 07. S f5. c0. c1! S f4. a5. P S f4. a5. S f5. c2! P S f2! P";
        assert_eq!(dump.i2c("right_SCL", "right_SDA"), ten, "{hz} Hz");
    }
}

#[test]
fn spi_decodes_to_its_bytes_in_modes_0_and_3_from_time_0_on() {
    for (mode, name) in [(MODE_0, "mode 0"), (MODE_3, "mode 3")] {
        let sim = Sim::new();
        let bus = sim.spi_bus("spi");
        let select =
            sim.spi_select(bus, "flash", SpiSettings { frequency_hz: 3_000_000, mode, ..SpiSettings::default() });
        let dump = Dump::of(&sim, |sim| {
            let mut flash = sim.spi_device(select);
            assert_eq!(flash.write(&[0x9f, 0x80, 0x01]), Ok(()));
            sim.advance_ns(10_000);
            assert_eq!(flash.transaction(&mut []), Ok(()));
            sim.advance_ns(10_000);
            assert_eq!(flash.write(&[]), Ok(()));
        });
        let decoded = dump.spi(["SCK", "MOSI", "MISO"], Some("CS"), true);
        assert_eq!(decoded, "[ 9f>ff 80>ff 01>ff ] [ ] [ ]", "{name}");
    }
}

#[test]
fn an_edge_at_time_0_is_an_edge() {
    let sim = Sim::new();
    let bus = sim.spi_bus("strip");
    let dump = Dump::of(&sim, |sim| {
        let settings = SpiSettings { frequency_hz: 3_000_000, ..SpiSettings::default() };
        assert_eq!(sim.spi(bus, settings).write(&[0x88, 0x8e]), Ok(()));
    });
    let mosi = dump.wire("MOSI");
    assert_eq!(mosi[..2], [(0, false), (1, true)], "the level before, and then the first bit");
    assert_eq!(dump.spi(["SCK", "MOSI", "MISO"], None, true), "88>ff 8e>ff");
}

#[test]
fn serial_ports_decode_to_their_bytes_from_time_0_on_with_every_parity() {
    for parity in [Parity::None, Parity::Even, Parity::Odd] {
        let sim = Sim::new();
        let settings = UartSettings { baud: 115_200, parity, ..UartSettings::default() };
        let ports = ["gps", "modem"].map(|name| sim.uart_port(name, settings));
        sim.add_uart(ports[1], Echo::new());
        let dump = Dump::of(&sim, |sim| {
            assert_eq!(sim.uart(ports[0]).write_all(b"\x00\xffU\xaa"), Ok(()));
            assert_eq!(sim.uart(ports[1]).write_all(b"AT\r"), Ok(()));
            sim.advance_ns(2_000_000);
        });
        let bit_ns = 1_000_000_000_u64.div_ceil(115_200);
        assert_eq!(dump.uart("gps_TX", bit_ns, parity), b"\x00\xffU\xaa", "{parity:?}");
        assert_eq!(dump.uart("modem_TX", bit_ns, parity), b"AT\r", "{parity:?}");
        assert_eq!(dump.uart("modem_RX", bit_ns, parity), b"AT\r", "{parity:?}");
        assert_eq!(dump.uart("gps_RX", bit_ns, parity), b"", "{parity:?}");
    }
}

/// The levels of a strip's line for one byte, four bits of SPI each two bits, as the crate `ws2812-spi` sends them.
fn strip(byte: u8) -> impl Iterator<Item = u8> {
    (0..4).map(move |pair| [0x88, 0x8e, 0xe8, 0xee][usize::from(byte << (2 * pair) >> 6)])
}

#[test]
fn sigrok_decodes_a_strip_from_its_first_bit_on() {
    let probe = Command::new("sigrok-cli").arg("--version").output();
    if !probe.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: sigrok-cli is not installed (`apt-get install sigrok-cli`)");
        return;
    }
    let sim = Sim::new();
    let bus = sim.spi_bus("strip");
    let buffer = support::buffer::Buffer::default();
    let trace = Trace::new(VcdFormat::new(buffer.clone()));
    sim.trace_to(Box::new(trace.clone()));
    let mut line = sim.spi(bus, SpiSettings { frequency_hz: 3_000_000, ..SpiSettings::default() });
    for _ in 0..2 {
        // Two lights, green before red before blue.
        let colours = [0x00, 0xff, 0x01, 0x34, 0x12, 0x56].into_iter().flat_map(strip);
        let frame: Vec<u8> = colours.chain([0; 140]).collect();
        assert_eq!(line.write(&frame), Ok(()));
    }
    trace.finish(sim.now_ns()).expect("a dump in memory");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("strip.vcd");
    fs::write(&file, buffer.text()).expect("a file");
    let decoded = Command::new("sigrok-cli")
        .args(["-I", "vcd", "-P", "rgb_led_ws281x:din=MOSI", "-A", "rgb_led_ws281x", "-i"])
        .arg(&file)
        .output()
        .expect("sigrok-cli starts");
    let text = String::from_utf8_lossy(&decoded.stdout);
    let found: Vec<&str> =
        text.lines().filter_map(|line| line.split_once('#').map(|(_, colour)| colour.trim())).collect();
    assert_eq!(found, ["ff0001", "123456", "ff0001", "123456"], "{text}");
}
