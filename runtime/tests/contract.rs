//! The boundary does not show: the same driver code gives the same traffic and the same answers natively and in a guest.

mod support;

use std::fs;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use embedded_hal::spi::MODE_0;
use wasm_embedded_hal::adc::AdcChannel;
use wasm_embedded_runtime::board::Board;
use wasm_embedded_runtime::harness::run_component;
use wasm_embedded_runtime::policy::Policy;
use wasm_embedded_runtime::run::{Exit, RunOptions};
use wasm_embedded_runtime::trace::{TextFormat, Trace};
use wasm_embedded_sim::{AdcSettings, Level, Pull, PwmSettings, SimAdc, SpiSettings, UartSettings};

const BUSES: &str = r#"
[i2c.bus]
sim = "i2c"
frequency = 100_000
allow = ["0x08-0x77", { address = "0x000-0x3ff", ten-bit = true }]

[spi.device]
sim = "spi"
frequency = 2_000_000

[spi.strip]
sim = "strip"
select = "none"
frequency = 1_000_000

[[part]]
model = "scripted"
name = "registers"
i2c = "i2c"
address = 0x2a
registers = [{ register = 0x00, bytes = [1, 2, 3] }, { register = 0x03, bytes = [0x30, 0x31, 0x32, 0x33, 0x34] }]

[[part]]
model = "w25q"
spi = "device"

[uart.SERIAL]
sim = true
baud = 115_200
parity = "even"

[adc.POT]
sim = true
resolution-bits = 10

[[part]]
model = "echo"
uart = "SERIAL"

[[part]]
model = "voltage"
net = "POT"
points = [{ at-ms = 0, millivolts = -200 }, { at-ms = 500, millivolts = 4_000 }]

# Forty reads in one transaction take 108 ms.
[limits]
transaction-time-ns = 200_000_000
"#;

/// Native code makes its pins itself.
const PINS: &str = r#"
[gpio]
OUT = { sim = true, direction = "output", initial = "low" }
IO = { sim = true, direction = "open-drain", bias = "pull-up", initial = "high" }

[pwm.FAN]
sim = true
frequency = 25_000
active-low = true
"#;

/// Runs the traffic natively on the board of the policy, and returns what came back and what was on the wires.
fn natively() -> (String, String) {
    let board = Board::new(&policy(BUSES)).expect("a board");
    let (sim, text) = (board.sim(), Buffer::default());
    let trace = Trace::new(TextFormat::new(text.clone()));
    let settings = |frequency_hz| SpiSettings { frequency_hz, mode: MODE_0, ..SpiSettings::default() };
    sim.set_pull(sim.net("IO"), Pull::Up);
    let (mut output, mut io) = (sim.output(sim.net("OUT"), Level::Low), sim.open_drain(sim.net("IO"), Level::High));
    let settings_of_fan = PwmSettings { frequency_hz: 25_000, inverted: true };
    let mut fan = sim.pwm(sim.net("FAN"), settings_of_fan, 0);
    sim.trace_to(Box::new(trace.clone()));

    let mut out = String::new();
    let mut bus = sim.i2c(sim.i2c_bus("i2c", 100_000));
    test_guests::i2c(&mut bus, &mut out).expect("text can be written");
    test_guests::i2c_ten_bit(&mut bus, &mut out).expect("text can be written");
    let select = sim.spi_select(sim.spi_bus("spi"), "device", settings(2_000_000));
    test_guests::spi(&mut sim.spi_device(select), &mut out).expect("text can be written");
    let mut strip = sim.spi(sim.spi_bus("strip"), settings(1_000_000));
    test_guests::spi_bus(&mut strip, &mut out).expect("text can be written");
    test_guests::pins(&mut output, &mut io, &mut sim.delay(), &mut out).expect("text can be written");
    test_guests::pwm(&mut fan, &mut sim.delay(), &mut out).expect("text can be written");
    // The ports that the policy made: settings of another one would not count.
    let mut port = sim.uart(sim.uart_port("SERIAL", UartSettings::default()));
    test_guests::uart(&mut port, &mut sim.delay(), &mut out).expect("text can be written");
    let settings = AdcSettings { resolution_bits: 10, ..AdcSettings::default() };
    let mut pot = Pot(sim.adc(sim.net("POT"), settings));
    test_guests::adc(&mut pot, &mut sim.delay(), &mut out).expect("text can be written");
    sim.end_trace();
    trace.finish(sim.now_ns()).expect("memory can be written");
    (out, text.text())
}

#[test]
fn a_guest_makes_the_traffic_of_native_code_and_gets_its_answers() {
    assert_same_as_natively("contract");
}

#[test]
fn an_asynchronous_guest_makes_the_traffic_of_a_blocking_one_at_the_same_times() {
    assert_same_as_natively("contract_async");
}

fn assert_same_as_natively(guest: &str) {
    let (answers, traffic) = natively();
    let component = fs::read(support::guest("test-guests", guest)).expect("the component can be read");
    let outcome =
        run_component(&component, &policy(&format!("{BUSES}{PINS}")), &RunOptions::default()).expect("it runs");
    assert_eq!(outcome.exit, Exit::Status(0), "{}", outcome.said.stderr_text());
    assert_eq!(outcome.said.refusals, Vec::<String>::new());
    compare("answers", &answers, &outcome.said.stdout_text());
    compare("wires", &traffic, &outcome.trace);
    assert!(traffic.lines().count() > 1000, "the traffic is all there");
}

fn policy(text: &str) -> Policy {
    Policy::parse("contract.toml", text).unwrap_or_else(|error| panic!("{error:#?}"))
}

/// Compares line by line: the first difference says more than two long texts.
fn compare(what: &str, native: &str, guest: &str) {
    for (number, (native, guest)) in native.lines().zip(guest.lines()).enumerate() {
        assert_eq!(native, guest, "{what}, line {}: natively on the left, the guest's on the right", number + 1);
    }
    assert_eq!(native.lines().count(), guest.lines().count(), "{what}: how many lines");
}

/// A simulated input as guests see theirs.
struct Pot(SimAdc);

impl AdcChannel for Pot {
    type Error = core::convert::Infallible;

    fn resolution_bits(&self) -> u8 {
        self.0.resolution_bits()
    }

    fn read_raw(&mut self) -> Result<i32, Self::Error> {
        Ok(self.0.read_raw())
    }

    fn read_microvolts(&mut self) -> Result<i32, Self::Error> {
        Ok(self.0.read_microvolts())
    }
}

/// Memory that a trace writes to.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("nobody panicked").clone()).expect("the trace is text")
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panicked").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
