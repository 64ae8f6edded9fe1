//! Carries out a script.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Debug;

use crate::devices::Devices;
use crate::parse::{BadWord, buffer, number, show};
use crate::{delay, digital, i2c, pwm, spi, uart};

/// The line that answers a command.
pub(crate) type Answer = String;

/// What a command is called on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Via {
    /// The type that was opened.
    Itself,
    /// `&mut T`.
    Reference,
    /// A type that leaves to the trait what it can.
    Defaults,
}

/// An open handle.
enum Handle<D: Devices> {
    I2c(D::I2c),
    SpiDevice(D::SpiDevice),
    SpiBus(D::SpiBus),
    Output(D::Output),
    Input(D::Input),
    Io(D::Io),
    Pwm(D::Pwm),
    Uart(D::Uart),
}

/// Carries out a script, and gives `say` a line for every command.
pub fn run<D: Devices>(devices: &mut D, script: &str, say: &mut dyn FnMut(&str)) {
    let mut handles = BTreeMap::new();
    for command in script.split(';').map(str::trim).filter(|command| !command.is_empty()) {
        let words: Vec<&str> = command.split_whitespace().collect();
        let answer = carry_out(devices, &mut handles, &words);
        say(&answer.unwrap_or_else(|BadWord| format!("bad {command:?}")));
    }
}

fn carry_out<D: Devices>(
    devices: &mut D,
    handles: &mut BTreeMap<String, Handle<D>>,
    words: &[&str],
) -> Result<Answer, BadWord> {
    let [first, rest @ ..] = words else { return Err(BadWord) };
    let (name, via) = match first.split_once('@') {
        None => (*first, Via::Itself),
        Some((name, "ref")) => (name, Via::Reference),
        Some((name, "default")) => (name, Via::Defaults),
        Some(_) => return Err(BadWord),
    };
    let (kind, verb) = name.split_once(':').unwrap_or((name, ""));
    match (kind, rest) {
        ("delay", words) => return delay::command(devices.delay(), verb, via, words),
        ("pin-state", []) => return Ok(digital::pin_state()),
        ("close", [label]) => {
            return handles.remove(*label).map(|_| String::from("ok")).ok_or(BadWord);
        }
        ("open", [kind, label]) => {
            return Ok(match open(devices, kind, label)? {
                Ok(handle) => {
                    handles.insert(String::from(*label), handle);
                    String::from("ok")
                }
                Err(why) => format!("err open {why}"),
            });
        }
        _ => {}
    }
    let [label, words @ ..] = rest else { return Err(BadWord) };
    if !handles.contains_key(*label) {
        match open(devices, kind, label)? {
            Ok(handle) => drop(handles.insert(String::from(*label), handle)),
            Err(why) => return Ok(format!("err open {why}")),
        }
    }
    if kind == "wait" {
        return wait(devices, handles, label, verb, words);
    }
    match (handles.get_mut(*label), verb) {
        (Some(Handle::SpiDevice(device)), "drop") => spi::drop(devices, device, words),
        (Some(Handle::Uart(port)), "drop-read" | "drop-exact") => {
            let [len, after_ms] = words else { return Err(BadWord) };
            let (mut buffer, after_ms) = (buffer(len)?, number(after_ms)?);
            dropped(devices.drop_read(port, &mut buffer, verb == "drop-exact", after_ms))
        }
        (Some(Handle::Pwm(output)), _) => pwm::command(output, verb, via, words),
        (Some(Handle::Uart(port)), _) => uart::command(port, verb, via, words),
        (Some(Handle::I2c(bus)), _) => i2c::command(bus, verb, via, words),
        (Some(Handle::SpiDevice(device)), _) => spi::device(device, verb, via, words),
        (Some(Handle::SpiBus(bus)), _) => spi::bus(bus, verb, words),
        (Some(Handle::Output(pin)), _) => digital::driven(pin, verb, via, words),
        (Some(Handle::Input(pin)), "level") => Ok(digital::read(pin, via)),
        (Some(Handle::Io(pin)), "level") => Ok(digital::read(pin, via)),
        (Some(Handle::Io(pin)), _) => digital::driven(pin, verb, via, words),
        (Some(Handle::Input(_)) | None, _) => Err(BadWord),
    }
}

/// Waits at an input while the output `OUT` is driven.
fn wait<D: Devices>(
    devices: &mut D,
    handles: &mut BTreeMap<String, Handle<D>>,
    label: &str,
    what: &str,
    words: &[&str],
) -> Result<Answer, BadWord> {
    const DRIVEN: &str = "OUT";
    let [steps] = words else { return Err(BadWord) };
    if !handles.contains_key(DRIVEN) {
        match devices.output(DRIVEN) {
            Ok(output) => drop(handles.insert(String::from(DRIVEN), Handle::Output(output))),
            Err(why) => return Ok(format!("err open {why}")),
        }
    }
    let Some(mut waiting) = handles.remove(label) else { return Err(BadWord) };
    let answer = match (&mut waiting, handles.get_mut(DRIVEN)) {
        (Handle::Input(input), Some(Handle::Output(output))) => devices.wait(input, what, output, steps),
        _ => None,
    };
    handles.insert(String::from(label), waiting);
    answer.ok_or(BadWord)
}

/// Returns the answer to something that was to be dropped.
pub(crate) fn dropped(ended: Option<bool>) -> Result<Answer, BadWord> {
    ended.map(|ended| String::from(if ended { "ended" } else { "dropped" })).ok_or(BadWord)
}

/// Opens a label, or the label before a `#`.
fn open<D: Devices>(devices: &mut D, kind: &str, label: &str) -> Result<Result<Handle<D>, String>, BadWord> {
    let label = label.split_once('#').map_or(label, |(label, _)| label);
    Ok(match kind {
        "i2c" => devices.i2c(label).map(Handle::I2c),
        "spi" => devices.spi_device(label).map(Handle::SpiDevice),
        "bus" => devices.spi_bus(label).map(Handle::SpiBus),
        "out" => devices.output(label).map(Handle::Output),
        "pwm" => devices.pwm(label).map(Handle::Pwm),
        "uart" => devices.uart(label).map(Handle::Uart),
        "in" | "wait" => devices.input(label).map(Handle::Input),
        "io" => devices.io(label).map(Handle::Io),
        _ => return Err(BadWord),
    })
}

/// Returns the answer to a call: what it returned, and the buffers as it left them.
pub(crate) fn answer<'a, K: Debug, E: Debug>(
    result: Result<(), (K, E)>,
    buffers: impl IntoIterator<Item = &'a [u8]>,
) -> Answer {
    let mut answer = match result {
        Ok(()) => String::from("ok"),
        Err((kind, error)) => format!("err {kind:?} {error:?}"),
    };
    buffers.into_iter().for_each(|buffer| show(&mut answer, buffer));
    answer
}
