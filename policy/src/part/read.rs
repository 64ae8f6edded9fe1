//! Reads the settings of a part from its `[[device]]`.

use std::ops::RangeInclusive;

use wasm_embedded_sim::Level;
use wasm_embedded_sim::parts::ds3231::DateTime;
use wasm_embedded_sim::parts::eeprom24::Size;
use wasm_embedded_sim::parts::lm75::Model;
use wasm_embedded_sim::parts::ssd1306::Panel;

use super::{Buses, FlashModel, LAST_MS, NS_PER_MS, NetName, Part, Script};
use crate::backend::read_net;
use crate::reader::{Table, Value};
use crate::suggest;

/// What `part` can be.
#[derive(Clone, Copy)]
enum Kind {
    Bme280,
    Sht4x,
    Ssd1306,
    Eeprom24,
    Lm75,
    Ds3231,
    W25q,
    Button,
    Led,
    Scripted,
    Echo,
    Voltage,
    Motor,
}

const KINDS: [(&str, Kind); 13] = [
    ("bme280", Kind::Bme280),
    ("sht4x", Kind::Sht4x),
    ("ssd1306", Kind::Ssd1306),
    ("eeprom24", Kind::Eeprom24),
    ("lm75", Kind::Lm75),
    ("ds3231", Kind::Ds3231),
    ("w25q", Kind::W25q),
    ("button", Kind::Button),
    ("led", Kind::Led),
    ("scripted", Kind::Scripted),
    ("echo", Kind::Echo),
    ("voltage", Kind::Voltage),
    ("motor", Kind::Motor),
];

const LEVELS: [(&str, Level); 2] = [("low", Level::Low), ("high", Level::High)];

const NS_PER_US: u64 = 1_000;

/// A setting that may be left out. The outer `None` is one that was refused.
type Setting<T> = Option<Option<T>>;

impl Part {
    /// Reads the part that `kind` names, with its settings from `table`. `on` says on which bus the table puts it.
    pub(crate) fn read(kind: &Value<'_>, table: &Table<'_>, on: Buses) -> Option<Part> {
        let what = kind.choice(&KINDS)?;
        check_buses(kind, what, on)?;
        match what {
            Kind::Bme280 => {
                let temperature = number(table, "temperature", -40.0..=85.0, "degC");
                let humidity = number(table, "humidity", 0.0..=100.0, "%");
                let pressure = number(table, "pressure", 300.0..=1100.0, "hPa");
                Some(Part::Bme280 { temperature: temperature?, humidity: humidity?, pressure: pressure? })
            }
            Kind::Sht4x => {
                let temperature = number(table, "temperature", -40.0..=125.0, "degC");
                let humidity = number(table, "humidity", 0.0..=100.0, "%");
                Some(Part::Sht4x { temperature: temperature?, humidity: humidity? })
            }
            Kind::Ssd1306 => {
                let panel = optional(table, "size", read_panel);
                let dc =
                    if on.spi { require_net(table, "dc", "the net of its D/C# pin").map(Some) } else { Some(None) };
                let (reset, vbatc, vddc) = (net(table, "reset"), net(table, "vbatc"), net(table, "vddc"));
                let panel = panel?.unwrap_or(Panel::OLED_128X64);
                Some(Part::Ssd1306 { panel, dc: dc?, reset: reset?, vbatc: vbatc?, vddc: vddc? })
            }
            Kind::Eeprom24 => {
                let size = table.require("size", "the size of the EEPROM, such as \"24c02\"");
                let size = size.and_then(|value| read_size(&value));
                let write_protect = net(table, "write-protect");
                Some(Part::Eeprom24 { size: size?, write_protect: write_protect? })
            }
            Kind::Lm75 => {
                let models = [("lm75", Model::Lm75), ("lm75b", Model::Lm75b), ("tmp105", Model::Tmp105)];
                let model = optional(table, "model", |value| value.choice(&models));
                let temperature = number(table, "temperature", -55.0..=125.0, "degC");
                let output = net(table, "output");
                let model = model?.unwrap_or(Model::Lm75);
                Some(Part::Lm75 { model, temperature: temperature?, output: output? })
            }
            Kind::Ds3231 => {
                let time = optional(table, "time", read_time);
                let temperature = number(table, "temperature", -40.0..=85.0, "degC");
                let output = net(table, "output");
                Some(Part::Ds3231 { time: time?, temperature: temperature?, output: output? })
            }
            Kind::W25q => {
                let models = [
                    ("w25q80", FlashModel::W25q80),
                    ("w25q16", FlashModel::W25q16),
                    ("w25q32", FlashModel::W25q32),
                    ("w25q64", FlashModel::W25q64),
                    ("w25q128", FlashModel::W25q128),
                ];
                let model = optional(table, "model", |value| value.choice(&models));
                let (hold, write_protect) = (net(table, "hold"), net(table, "write-protect"));
                let model = model?.unwrap_or(FlashModel::W25q32);
                Some(Part::W25q { model, hold: hold?, write_protect: write_protect? })
            }
            Kind::Button => {
                let net = require_net(table, "net", "the net that it pulls to a level while pressed");
                let pressed = optional(table, "pressed", |value| value.choice(&LEVELS));
                let presses = optional(table, "presses", read_presses);
                let bounces = optional(table, "bounces", |value| value.integer(0..=100_u8));
                let bounce_us = optional(table, "bounce-us", |value| value.integer(1..=1_000_000_u64));
                let bounce = (bounces?.unwrap_or(0), bounce_us?.unwrap_or(500) * NS_PER_US);
                let (pressed, presses) = (pressed?.unwrap_or(Level::Low), presses?.unwrap_or_default());
                Some(Part::Button { net: net?, pressed, presses, bounce })
            }
            Kind::Led => {
                let net = require_net(table, "net", "the net that lights it");
                let lit = optional(table, "lit", |value| value.choice(&LEVELS));
                Some(Part::Led { net: net?, lit: lit?.unwrap_or(Level::High) })
            }
            Kind::Scripted => {
                let lenient = optional(table, "lenient", |value| value.boolean());
                let script = Script::read(table, on);
                Some(Part::Scripted { script: script?, lenient: lenient?.unwrap_or(false) })
            }
            Kind::Echo => Some(Part::Echo),
            Kind::Voltage => {
                let net = require_net(table, "net", "the net that has the voltage");
                let points = read_voltage(table);
                Some(Part::Voltage { net: net?, points: points? })
            }
            Kind::Motor => {
                let in1 = require_net(table, "in1", "the net that turns it clockwise");
                let in2 = require_net(table, "in2", "the net that turns it counter-clockwise");
                let pwm = require_net(table, "pwm", "the net of a [pwm] label");
                let standby = net(table, "standby");
                Some(Part::Motor { in1: in1?, in2: in2?, pwm: pwm?, standby: standby? })
            }
        }
    }
}

fn check_buses(kind: &Value<'_>, what: Kind, on: Buses) -> Option<()> {
    let can = match what {
        Kind::Bme280 | Kind::Ssd1306 => Buses { i2c: true, spi: true, uart: false },
        Kind::Scripted => Buses { i2c: true, spi: true, uart: true },
        Kind::Sht4x | Kind::Eeprom24 | Kind::Lm75 | Kind::Ds3231 => Buses { i2c: true, ..Buses::default() },
        Kind::W25q => Buses { spi: true, ..Buses::default() },
        Kind::Echo => Buses { uart: true, ..Buses::default() },
        Kind::Button | Kind::Led | Kind::Voltage | Kind::Motor => Buses::default(),
    };
    let problem = match on {
        Buses { i2c: true, .. } if !can.i2c => "does not speak I2C",
        Buses { spi: true, .. } if !can.spi => "does not speak SPI",
        Buses { uart: true, .. } if !can.uart => "does not have a serial port",
        Buses { i2c: false, spi: false, uart: false } if can != Buses::default() => "needs a bus",
        _ => return Some(()),
    };
    let ways = [
        (can.i2c, "`i2c = \"BUS\"`"),
        (can.spi, "`spi = \"LABEL\"` for the select line of an SPI label"),
        (can.uart, "`uart = \"LABEL\"` for a serial label"),
    ];
    let ways: Vec<&str> = ways.into_iter().filter(|(possible, _)| *possible).map(|(_, way)| way).collect();
    let help =
        if ways.is_empty() { "it connects to nets only".to_owned() } else { format!("use {}", ways.join(", or ")) };
    kind.refuse(&format!("is \"{}\", which {problem}", kind.as_text().unwrap_or_default()), Some(help));
    None
}

fn optional<T>(table: &Table<'_>, key: &'static str, read: impl FnOnce(&Value<'_>) -> Option<T>) -> Setting<T> {
    match table.get(key) {
        Some(value) => read(&value).map(Some),
        None => Some(None),
    }
}

fn number(table: &Table<'_>, key: &'static str, range: RangeInclusive<f64>, unit: &str) -> Setting<f64> {
    optional(table, key, |value| value.number(range, unit))
}

fn net(table: &Table<'_>, key: &'static str) -> Setting<NetName> {
    optional(table, key, read_net)
}

fn require_net(table: &Table<'_>, key: &'static str, meaning: &str) -> Option<NetName> {
    table.require(key, meaning).and_then(|value| read_net(&value))
}

fn read_panel(value: &Value<'_>) -> Option<Panel> {
    let panel = value.text()?.parse();
    if let Err(error) = &panel {
        value.refuse(&format!("is invalid: {error}"), None);
    }
    panel.ok()
}

fn read_size(value: &Value<'_>) -> Option<Size> {
    let name = value.text()?;
    let size = Size::from_name(name);
    if size.is_none() {
        let sizes = Size::ALL.map(Size::name);
        let advice = suggest::advice(name, "sizes", &sizes);
        value.refuse(&format!("must be a size of the family, not \"{}\"", name.escape_debug()), Some(advice));
    }
    size
}

fn read_time(value: &Value<'_>) -> Option<DateTime> {
    let datetime = value.datetime()?;
    let (date, time) = (datetime.date, datetime.time);
    let parts = date.zip(time).filter(|_| datetime.offset.is_none());
    let Some((date, time)) = parts else {
        value.refuse("must be a date and time without an offset, such as 2026-01-31T12:00:00", None);
        return None;
    };
    let second = time.second.unwrap_or(0);
    let time = DateTime::new(date.year, date.month, date.day, time.hour, time.minute, second);
    if let Err(error) = &time {
        value.refuse(&format!("is invalid: {error}"), None);
    }
    time.ok()
}

/// Reads `presses = [{ at-ms = 100, for-ms = 50 }]` as the times of press and release.
fn read_presses(value: &Value<'_>) -> Option<Vec<(u64, u64)>> {
    let presses = value.list()?.into_iter().map(|element| {
        let table = element.table(element.name.clone())?;
        let at_ms = table.require("at-ms", "the time of the press, in ms").and_then(|v| v.integer(0..=LAST_MS));
        let for_ms = table.require("for-ms", "the length of the press, in ms").and_then(|v| v.integer(1..=LAST_MS));
        table.finish();
        let (at_ms, for_ms) = (at_ms?, for_ms?);
        Some((at_ms * NS_PER_MS, (at_ms + for_ms) * NS_PER_MS))
    });
    let presses: Vec<Option<(u64, u64)>> = presses.collect();
    presses.into_iter().collect()
}

/// The greatest voltage of a source, either way, in millivolts.
const GREATEST_MV: i32 = 1_000_000;

/// Reads `millivolts`, or `points = [{ at-ms = 0, millivolts = 0 }]`, as times in nanoseconds and microvolts.
fn read_voltage(table: &Table<'_>) -> Option<Vec<(u64, i32)>> {
    let millivolts = |value: Value<'_>| Some(value.integer(-GREATEST_MV..=GREATEST_MV)? * 1_000);
    table.exclude("millivolts", "points", "a voltage is constant, or follows `points`");
    if let Some(points) = table.get("points") {
        let points = points.list()?.into_iter().map(|element| {
            let table = element.table(element.name.clone())?;
            let at_ms = table.require("at-ms", "the time of this voltage, in ms");
            let at_ms = at_ms.and_then(|value| value.integer(0..=LAST_MS));
            let voltage = table.require("millivolts", "the voltage").and_then(millivolts);
            table.finish();
            Some((at_ms? * NS_PER_MS, voltage?))
        });
        let points: Vec<Option<(u64, i32)>> = points.collect();
        return points.into_iter().collect();
    }
    let steady = table.require("millivolts", "the voltage, or `points` with times").and_then(millivolts);
    Some(vec![(0, steady?)])
}
