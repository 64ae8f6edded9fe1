//! What the tests share: the boards, and what the command said of the same guests. `cargo xtask pico2` makes that.
#![allow(dead_code, reason = "no test uses all of it")]

pub(crate) mod line;

use std::env;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use rp2350_emulator::{End, Machine, SerialFormat, Wires};
use wasm_embedded_sim::parts::eeprom24::Size;
use wasm_embedded_sim::parts::ssd1306::Panel;
use wasm_embedded_sim::parts::{Bme280, Button, Echo, Eeprom24, Led, Ssd1306, Voltage, W25q};
use wasm_embedded_sim::uart::Parity;
use wasm_embedded_sim::{I2cBusId, Level, PartId, Pull, UartSettings};

/// What the firmware says when no guest is left to run.
pub(crate) const END: &str = "no guest left";

/// Longer than any of the guests takes, in the chip's time.
pub(crate) const PATIENCE: Duration = Duration::from_secs(12);

/// Returns a file of the tests.
pub(crate) fn file(name: &str) -> Vec<u8> {
    let path = path(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}; `cargo xtask pico2` makes it", path.display()))
}

/// Returns where a file of the tests is.
pub(crate) fn path(name: &str) -> PathBuf {
    folder().join(name)
}

fn folder() -> PathBuf {
    env::var_os("PICO2_CASES").map_or_else(|| PathBuf::from("../../target/pico2"), PathBuf::from)
}

fn lines(name: &str) -> Vec<String> {
    String::from_utf8(file(name)).expect("text").lines().map(str::to_owned).collect()
}

/// Returns pins with nothing but the adapter for the log on them.
pub(crate) fn bare() -> Wires {
    let mut wires = Wires::new();
    wires.adapter(0, 1, SerialFormat::plain(115_200));
    wires
}

fn sensor() -> Bme280 {
    let mut sensor = Bme280::new(0x76).expect("an address of the part");
    sensor.set_temperature_c(21.5);
    sensor.set_humidity_percent(45.0);
    sensor.set_pressure_hpa(1013.25);
    sensor
}

/// Sensor and display on I2C0, with nothing but the chip's own pull-ups.
pub(crate) fn i2c_station() -> (Wires, PartId) {
    let mut wires = bare();
    let bus = wires.i2c("board", 8, 9, false);
    wires.sim().add_i2c(bus, sensor());
    let display = Ssd1306::i2c(Panel::OLED_128X64, 0x3c).expect("an address of the part");
    let display = wires.sim().add_i2c(bus, display);
    (wires, display)
}

/// Sensor on I2C0 and display on SPI1, as the firmware's README wires them.
pub(crate) fn spi_station() -> (Wires, PartId) {
    let mut wires = bare();
    let bus = wires.i2c("board", 8, 9, false);
    wires.sim().add_i2c(bus, sensor());
    let bus = wires.spi("spi", 10, 11, Some(12));
    let select = wires.select(bus, "screen", 13);
    let [dc, reset] = [(2, "DC"), (3, "RES")].map(|(pin, name)| wires.net(pin, name, Pull::None));
    // PmodOLED's schematic: both supplies are off until they are switched on.
    let [vbatc, vddc] = [(4, "VBATC"), (5, "VDDC")].map(|(pin, name)| wires.net(pin, name, Pull::Up));
    let display = Ssd1306::spi(Panel::OLED_128X64, dc).with_reset(reset).with_vbatc(vbatc).with_vddc(vddc);
    let display = wires.sim().add_spi(select, display);
    (wires, display)
}

/// The LED of the board.
pub(crate) fn led(wires: &mut Wires) -> PartId {
    let net = wires.net(25, "LED", Pull::None);
    wires.sim().add(Led::new(net, Level::High))
}

/// A button to ground at pin 15, which is pressed at these times in milliseconds, for 50.
pub(crate) fn button(wires: &mut Wires, at_ms: &[u64]) {
    let net = wires.net(15, "BUTTON", Pull::None);
    let presses: Vec<(u64, u64)> = at_ms.iter().map(|ms| (ms * 1_000_000, (ms + 50) * 1_000_000)).collect();
    wires.sim().add(Button::new(net, Level::Low).with_presses(&presses).expect("presses in a row"));
}

/// A lamp on PWM, a serial port that echoes, and a voltage.
pub(crate) fn peripherals() -> Wires {
    let mut wires = bare();
    let lamp = wires.net(14, "LAMP", Pull::None);
    wires.sim().add(Led::new(lamp, Level::High));
    let settings = UartSettings { baud: 9_600, parity: Parity::Even, ..UartSettings::default() };
    let port = wires.uart("SERIAL", 4, 5, settings);
    wires.sim().add_uart(port, Echo::new());
    let pot = wires.net(26, "POT", Pull::None);
    wires.sim().add(Voltage::new(pot, 1_234_000));
    wires
}

/// An EEPROM on I2C0, and a flash memory on SPI0. Returns their bus too, and the memory.
pub(crate) fn memories() -> (Wires, I2cBusId, PartId) {
    let mut wires = bare();
    let bus = wires.i2c("board", 8, 9, false);
    wires.sim().add_i2c(bus, Eeprom24::new(Size::C02, 0x50).expect("an address of the part"));
    let spi = wires.spi("spi", 18, 19, Some(16));
    let select = wires.select(spi, "flash", 17);
    let flash = wires.sim().add_spi(select, W25q::w25q32());
    (wires, bus, flash)
}

/// Returns a chip with the firmware and these images, all dragged to its drive.
pub(crate) fn machine(wires: Wires, images: &[&str]) -> Machine {
    let mut machine = Machine::new(wires);
    for name in ["firmware"].iter().chain(images) {
        machine.drop_uf2(&file(&format!("{name}.uf2"))).unwrap_or_else(|error| panic!("{name}.uf2: {error}"));
    }
    machine
}

/// Runs until a line of the log says something.
pub(crate) fn run_until(machine: &mut Machine, what: &str) {
    let end = machine.run(PATIENCE, |wires| wires.log().contains(what)).expect("the boot ROM starts the firmware");
    assert_eq!(end, End::Reached, "waiting for {what:?}; the log is:\n{}", machine.wires().log());
}

/// Runs a guest alone to its end, and compares what it said and did with what it said and did under the command. `set_up` is what
/// the pins do as the firmware makes them what the policy says.
pub(crate) fn same_as_under_the_command(name: &str, wires: Wires, set_up: &[&str]) -> Machine {
    let mut machine = machine(wires, &[name]);
    run_until(&mut machine, END);
    assert_eq!(machine.bites(), 0, "the watchdog bit:\n{}", machine.wires().log());
    same_log(&machine, name);
    same_trace(&machine, name, set_up);
    machine
}

/// Compares what a guest has logged and printed.
pub(crate) fn same_log(machine: &Machine, name: &str) {
    let there: Vec<String> = lines(&format!("{name}.log")).iter().map(|line| words(line)).collect();
    assert!(!there.is_empty(), "the guest said nothing under the command");
    assert_eq!(said(machine), there, "the whole log:\n{}", machine.wires().log());
}

/// Returns what guests have logged and printed, without times.
pub(crate) fn said(machine: &Machine) -> Vec<String> {
    let log = machine.wires().log();
    let lines = log.lines().filter(|line| !line.starts_with("firmware:"));
    lines.map(|line| words(line).trim_start_matches("print ").to_owned()).collect()
}

/// Returns a line without its guest and time. What the host refuses has another level in each of both logs.
fn words(line: &str) -> String {
    without_time(line).replace("host  ", "warn  refused: ")
}

fn without_time(line: &str) -> String {
    match line.split_once("] ") {
        Some((before, rest)) if before.contains('[') => rest.trim_end().to_owned(),
        _ => line.trim_end().to_owned(),
    }
}

/// Compares what happened on the wires, event by event, but for the times. What comes over a serial port comes when it does: it is
/// compared by itself.
pub(crate) fn same_trace(machine: &Machine, name: &str, set_up: &[&str]) {
    let (received, here): (Vec<_>, Vec<_>) =
        events(machine.wires().trace()).into_iter().partition(|event| is_received(event));
    let (received_there, there) =
        events(lines(&format!("{name}.trace"))).into_iter().partition(|event| is_received(event));
    let (mut there, received_there): (Vec<String>, Vec<String>) = (there, received_there);
    // The firmware brings a clock to its idle level when it sets a bus up, the simulation before its first byte.
    for idle in set_up.iter().filter(|event| event.contains("clock idle")) {
        there.iter().position(|event| event == idle).map(|at| there.remove(at));
    }
    assert!(there.len() > 5, "the command traced only {} events", there.len());
    let (first, here) = here.split_at(set_up.len().min(here.len()));
    assert_eq!(first, set_up, "what the pins did at first");
    for at in 0..here.len().max(there.len()) {
        let (one, other) = (here.get(at), there.get(at));
        let same = one.zip(other).is_some_and(|(one, other)| same_event(one, other));
        let around = |events: &[String]| events.iter().skip(at.saturating_sub(5)).take(10).cloned().collect::<Vec<_>>();
        assert!(same, "event {at} differs: {one:?} here, {other:?} under the command; around it {:#?}", around(here));
    }
    assert_eq!(received, received_there, "what came over the serial port");
}

/// Whether an event is a byte that came over a serial port.
fn is_received(event: &str) -> bool {
    let words: Vec<&str> = event.split(' ').collect();
    matches!(words[..], [_, "<", _])
}

/// Returns events without their times. A PWM output that is told its duty once more is one event.
fn events(lines: Vec<String>) -> Vec<String> {
    let mut events: Vec<String> =
        lines.iter().map(|line| line.split_once(' ').map_or(line.as_str(), |(_, event)| event).to_owned()).collect();
    events.dedup_by(|one, other| one == other && one.contains(" pwm "));
    // The command tells an output its duty on exit twice, a look at the simulation apart.
    let mut told = events.iter().rev().filter(|event| event.contains(" pwm "));
    if let (Some(last), Some(before)) = (told.next(), told.next())
        && last == before
        && events.last() == Some(last)
    {
        events.pop();
    }
    events
}

/// A counter has no period of exactly 5 ms: 0.1 % is as near as its dividers come.
fn same_event(one: &str, other: &str) -> bool {
    let (Some((net, high, period)), Some((other_net, other_high, other_period))) = (pwm(one), pwm(other)) else {
        return one == other;
    };
    let near = |one: f64, other: f64| (one - other).abs() <= other_period * 0.001;
    net == other_net && near(high, other_high) && near(period, other_period)
}

fn pwm(event: &str) -> Option<(&str, f64, f64)> {
    let (net, rest) = event.split_once(" pwm high for ")?;
    let (high, period) = rest.split_once(" ns of ")?;
    Some((net, high.parse().ok()?, period.strip_suffix(" ns")?.parse().ok()?))
}

/// Compares what a display shows with the command's picture, pixel by pixel.
pub(crate) fn same_picture(machine: &Machine, display: PartId, name: &str) {
    // `screen.rs` of the command: a pixel of the display is four of the picture, which has a margin of sixteen.
    const SCALE: usize = 4;
    const MARGIN: usize = 16;
    const LIT: u8 = 2;
    let frame = machine.wires().sim().with_part::<Ssd1306, _>(display, |display, board| display.frame(board.now_ns()));
    let frame = frame.expect("the display is there");
    assert!(frame.lit() > 100, "the display is dark");
    let decoder = png::Decoder::new(std::io::Cursor::new(file(&format!("{name}.png"))));
    let mut reader = decoder.read_info().expect("a PNG");
    let mut data = vec![0; reader.output_buffer_size().expect("a small picture")];
    let info = reader.next_frame(&mut data).expect("a whole PNG");
    assert_eq!(usize::try_from(info.width), Ok(frame.width * SCALE + 2 * MARGIN));
    for y in 0..frame.height {
        for x in 0..frame.width {
            let (column, row) = (MARGIN + x * SCALE, MARGIN + y * SCALE);
            // Two bits a pixel, the first the highest.
            let byte = data[row * info.line_size + column / 4];
            let lit = byte >> (6 - column % 4 * 2) & 3 == LIT;
            assert_eq!(lit, frame.pixel(x, y), "pixel {x}, {y}; the display shows\n{frame}");
        }
    }
}
