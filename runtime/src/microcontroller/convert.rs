//! From a policy file to the policy in an image.

use std::collections::BTreeMap;

use super::rp2350::{Function, PinError, check};
use super::{Board, ast1030, peripherals};
use crate::policy::chip::{ChipBus, ChipPin, ChipPolicy, I2cPins, SpiPins};
use crate::policy::codec::LONGEST;
use crate::policy::{
    self, Block, BusBackend, Device, I2cLabel, Label, LogLevel, Pin, PinBackend, PinLabel, Policy, Spi, SpiLabel,
    Unkept,
};
use wasm_embedded_sim::model::{Course, Input, PartSpec, Shape};
use wasm_embedded_sim::parts::ON_MICROCONTROLLERS;

/// How many controllers of each kind the RP2350 has.
const BLOCKS: u8 = 2;

/// A policy that a board cannot fulfil.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// A pin cannot be what the policy wants it to be.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// There is no such controller.
    #[error("label `{label}`: unknown {kind} block `{block}`: {board} has {kind} blocks {has}")]
    Block {
        /// The label.
        label: String,
        /// SPI, I2C or UART.
        kind: &'static str,
        /// What the policy says.
        block: String,
        /// The board.
        board: Board,
        /// The blocks that it has.
        has: &'static str,
    },
    /// Two labels have one controller on different pins.
    #[error(
        "labels `{label}` and `{other}` use {kind} block {block} on different pins (`{key}` {pin} and {other_pin}): give both \
         labels the same pins"
    )]
    Pins {
        /// The label.
        label: String,
        /// The label before it.
        other: String,
        /// SPI or I2C.
        kind: &'static str,
        /// The block.
        block: u8,
        /// The key of the pins that differ.
        key: &'static str,
        /// The pin of the label.
        pin: u8,
        /// The pin of the other label.
        other_pin: u8,
    },
    /// The label stands for something of another kind of machine.
    #[error("label `{label}` is {what}, but {board} has {has}")]
    Backend {
        /// The label.
        label: String,
        /// What it stands for.
        what: &'static str,
        /// The board.
        board: Board,
        /// What the board has.
        has: &'static str,
    },
    /// A bound that no firmware keeps.
    #[error("{board} does not support `{key}` in [limits]: {instead}")]
    Limit {
        /// The key.
        key: &'static str,
        /// The board.
        board: Board,
        /// What is there instead.
        instead: &'static str,
    },
    /// A setting that no firmware keeps.
    #[error("{board} does not support `{key}` of label `{label}`: {instead}")]
    Setting {
        /// The label.
        label: String,
        /// The key.
        key: &'static str,
        /// The board.
        board: Board,
        /// What is there instead.
        instead: &'static str,
    },
    /// Faults, which no firmware plays.
    #[error("{board} does not support [[fault]]: only `run` plays faults")]
    Fault {
        /// The board.
        board: Board,
    },
    /// The firmware does not have the part's model.
    #[error("the part `{name}` cannot be on the simulated board of the firmware, which has {models}")]
    Part {
        /// The part.
        name: String,
        /// The models that it has.
        models: String,
    },
    /// A course that the firmware does not know.
    #[error("`{control}` of the part `{name}` is a sine or noise, and the firmware follows `points` and `ramp` only")]
    Course {
        /// The part.
        name: String,
        /// The control.
        control: String,
    },
    /// A course of more points than an image holds.
    #[error(
        "`{control}` of the part `{name}` goes through {points} points, and an image holds {} of each course",
        LONGEST
    )]
    Points {
        /// The part.
        name: String,
        /// The control.
        control: String,
        /// How many points there are.
        points: usize,
    },
}

/// Converts a policy, and checks it against the board.
pub(super) fn policy(policy: &Policy, board: Board, name: &str) -> Result<ChipPolicy, ConvertError> {
    if !policy.faults.is_empty() {
        return Err(ConvertError::Fault { board });
    }
    let parts = if board.simulates() { policy.devices.iter().map(part).collect::<Result<_, _>>()? } else { Vec::new() };
    let i2c = policy.i2c.iter().map(|label| i2c(label, board)).collect::<Result<Vec<_>, _>>()?;
    let spi = policy.spi.iter().map(|label| spi(label, board)).collect::<Result<Vec<_>, _>>()?;
    same_pins("I2C", i2c.iter().flat_map(i2c_wires))?;
    same_pins("SPI", spi.iter().flat_map(spi_wires))?;
    Ok(ChipPolicy {
        name: name.to_owned(),
        i2c,
        spi,
        pins: policy.pins.iter().map(|label| pin(label, board)).collect::<Result<_, _>>()?,
        pwm: peripherals::pwm(policy, board)?,
        uart: policy.uart.iter().map(|label| peripherals::uart(label, board)).collect::<Result<_, _>>()?,
        adc: policy.adc.iter().map(|label| peripherals::adc(label, board)).collect::<Result<_, _>>()?,
        devices: parts,
        faults: Vec::new(),
        limits: policy.limits.on_chip().map_err(|Unkept { key, instead }| ConvertError::Limit {
            key,
            board,
            instead,
        })?,
        log_level: Some(policy.log_level.unwrap_or(LogLevel::Info)),
        restart: policy.restart,
    })
}

/// A pin that a label's block is brought out on.
struct Wire<'a> {
    label: &'a str,
    block: u8,
    key: &'static str,
    pin: u8,
}

fn i2c_wires(label: &Label<policy::I2c, ChipBus<I2cPins>>) -> Vec<Wire<'_>> {
    let ChipBus::Block { block, pins: I2cPins { sda, scl } } = label.backend else { return Vec::new() };
    let wire = |(key, pin)| Wire { label: &label.label, block, key, pin };
    [("sda", sda), ("scl", scl)].map(wire).into()
}

fn spi_wires(label: &Label<Spi, ChipBus<SpiPins>>) -> Vec<Wire<'_>> {
    let ChipBus::Block { block, pins: SpiPins { sck, mosi, miso, .. } } = label.backend else { return Vec::new() };
    let pins = [("sck", Some(sck)), ("mosi", Some(mosi)), ("miso", miso)];
    let wire = |(key, pin): (_, Option<u8>)| Some(Wire { label: &label.label, block, key, pin: pin? });
    pins.into_iter().filter_map(wire).collect()
}

/// Refuses labels of one block that disagree on its pins.
fn same_pins<'a>(kind: &'static str, wires: impl Iterator<Item = Wire<'a>>) -> Result<(), ConvertError> {
    let mut seen: BTreeMap<(u8, &'static str), (&str, u8)> = BTreeMap::new();
    for Wire { label, block, key, pin } in wires {
        let Some((other, other_pin)) = seen.insert((block, key), (label, pin)) else { continue };
        if other_pin != pin {
            let (label, other) = (label.to_owned(), other.to_owned());
            return Err(ConvertError::Pins { label, other, kind, block, key, pin, other_pin });
        }
    }
    Ok(())
}

fn i2c(label: &I2cLabel, board: Board) -> Result<Label<policy::I2c, ChipBus<I2cPins>>, ConvertError> {
    let bus = match backend(&label.label, &label.backend, board)? {
        Place::Sim(name) => ChipBus::Sim(name.to_owned()),
        Place::Block(found) => {
            let block = number(&label.label, "I2C", found, board)?;
            let pins = if board == Board::Ast1030 {
                ast1030::i2c_pins(&label.label, found, block)?
            } else {
                I2cPins {
                    sda: wired(&label.label, found, "sda", Function::I2cSda(block))?.unwrap_or_default(),
                    scl: wired(&label.label, found, "scl", Function::I2cScl(block))?.unwrap_or_default(),
                }
            };
            ChipBus::Block { block, pins }
        }
    };
    let mut converted = label.on(bus);
    converted.shared = false;
    Ok(converted)
}

fn spi(label: &SpiLabel, board: Board) -> Result<Label<Spi, ChipBus<SpiPins>>, ConvertError> {
    only_i2c(&label.label, "an SPI device", board)?;
    let bus = match backend(&label.label, &label.backend, board)? {
        Place::Sim(name) => ChipBus::Sim(name.to_owned()),
        Place::Block(found) => {
            let block = number(&label.label, "SPI", found, board)?;
            let pins = SpiPins {
                sck: wired(&label.label, found, "sck", Function::SpiSck(block))?.unwrap_or_default(),
                mosi: wired(&label.label, found, "mosi", Function::SpiTx(block))?.unwrap_or_default(),
                miso: wired(&label.label, found, "miso", Function::SpiRx(block))?,
                cs: wired(&label.label, found, "cs", Function::Gpio)?,
            };
            ChipBus::Block { block, pins }
        }
    };
    Ok(label.on(bus))
}

fn pin(label: &PinLabel, board: Board) -> Result<Label<Pin, ChipPin>, ConvertError> {
    only_i2c(&label.label, "a pin", board)?;
    if label.debounce.is_some() {
        let instead = "the driver in the guest must debounce its inputs";
        return Err(ConvertError::Setting { label: label.label.clone(), key: "debounce", board, instead });
    }
    let place = match (&label.backend, board) {
        (PinBackend::Sim(net), Board::An505 | Board::Virt) => ChipPin::Sim(net.clone()),
        (PinBackend::Pin { chip: None, pin }, Board::Pico2) => {
            ChipPin::Pin(check(&label.label, "pin", *pin, Function::Gpio)?)
        }
        (PinBackend::Sim(_), Board::Pico2 | Board::Ast1030) => {
            return Err(refuse(&label.label, "a simulated net", board));
        }
        (PinBackend::Pin { .. } | PinBackend::Line(_), _) => {
            return Err(refuse(&label.label, "a line of a Linux machine", board));
        }
    };
    Ok(label.on(place))
}

/// Returns a part as the firmware takes it.
fn part(device: &Device) -> Result<PartSpec, ConvertError> {
    let spec = &device.spec;
    if !ON_MICROCONTROLLERS.iter().any(|maker| maker.name == spec.model) {
        let models = ON_MICROCONTROLLERS.map(|maker| maker.name).join(", ");
        return Err(ConvertError::Part { name: spec.name.clone(), models });
    }
    for (control, input) in &spec.controls {
        if let Input::Course { course: Course { shape: Shape::Sine { .. } | Shape::Noise { .. }, .. } } = input {
            return Err(ConvertError::Course { name: spec.name.clone(), control: control.clone() });
        }
        if let Input::Course { course: Course { shape: Shape::Points { points }, .. } } = input
            && points.len() > LONGEST
        {
            let (name, control, points) = (spec.name.clone(), control.clone(), points.len());
            return Err(ConvertError::Points { name, control, points });
        }
    }
    Ok(spec.clone())
}

/// What stands behind a bus's label on a microcontroller.
pub(super) enum Place<'a> {
    Sim(&'a str),
    Block(&'a Block),
}

pub(super) fn backend<'a>(label: &str, backend: &'a BusBackend, board: Board) -> Result<Place<'a>, ConvertError> {
    match (backend, board) {
        (BusBackend::Sim(name), Board::An505 | Board::Virt) => Ok(Place::Sim(name)),
        (BusBackend::Block(block), Board::Pico2 | Board::Ast1030) => Ok(Place::Block(block)),
        (BusBackend::Sim(_), Board::Pico2 | Board::Ast1030) => Err(refuse(label, "a simulated bus", board)),
        (BusBackend::Block(_), Board::An505 | Board::Virt) => Err(refuse(label, "a block of a chip", board)),
        (BusBackend::Linux(_), _) => Err(refuse(label, "a device file on Linux", board)),
    }
}

pub(super) fn refuse(label: &str, what: &'static str, board: Board) -> ConvertError {
    let has = match board {
        Board::Pico2 => "blocks and pins: use `block` or `pin`",
        Board::An505 | Board::Virt => "simulated parts only: use `sim`",
        Board::Ast1030 => "I2C only: use `block`",
    };
    ConvertError::Backend { label: label.to_owned(), what, board, has }
}

/// Refuses what the firmware of the AST1030 has no driver for.
pub(super) fn only_i2c(label: &str, what: &'static str, board: Board) -> Result<(), ConvertError> {
    if board == Board::Ast1030 { Err(refuse(label, what, board)) } else { Ok(()) }
}

/// Returns the number of a block that is called `0` or `SPI0`.
pub(super) fn number(label: &str, kind: &'static str, block: &Block, board: Board) -> Result<u8, ConvertError> {
    let name = block.name.to_ascii_uppercase();
    let (blocks, has) = if board == Board::Ast1030 { (ast1030::I2C_BLOCKS, "0 to 13") } else { (BLOCKS, "0 and 1") };
    let number = name.strip_prefix(kind).unwrap_or(&name).parse().ok().filter(|number| *number < blocks);
    number.ok_or_else(|| ConvertError::Block { label: label.to_owned(), kind, block: block.name.clone(), board, has })
}

/// Returns the pin of a block under a key, if it is given.
pub(super) fn wired(
    label: &str,
    block: &Block,
    key: &'static str,
    wanted: Function,
) -> Result<Option<u8>, ConvertError> {
    let pin = block.pins.iter().find(|(other, _)| *other == key);
    Ok(pin.map(|(_, pin)| check(label, key, *pin, wanted)).transpose()?)
}

#[cfg(test)]
mod tests;
