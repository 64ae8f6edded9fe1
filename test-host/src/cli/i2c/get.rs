//! `i2c get`: a register.

use clap::{Args, ValueEnum};
use embedded_hal::i2c::Operation;
use serde_json::json;

use super::Target;
use crate::cli::direct::DirectArgs;
use crate::cli::failure::Failure;
use crate::cli::{json, number, status};

/// Reads from a device, like i2cget
#[derive(Args)]
#[command(after_help = format!("{AFTER_HELP}\n\n{}", status::DIRECT_HELP))]
pub(in crate::cli) struct Opts {
    /// The label of the bus
    label: String,

    /// The 7-bit address of the device: 0x08 to 0x77
    #[arg(value_parser = number::address)]
    address: u8,

    /// The register; without it, the command reads one byte at the device's current position
    #[arg(value_parser = number::byte)]
    register: Option<u8>,

    /// What to read
    #[arg(default_value = "b", requires = "register")]
    mode: Mode,

    /// How many bytes to read in mode i
    #[arg(value_parser = clap::value_parser!(u16).range(1..=8192), default_value_t = 32)]
    length: u16,

    #[command(flatten)]
    direct: DirectArgs,
}

const AFTER_HELP: &str = "\
This command writes the register and reads the value in one transaction, with a repeated START in between.

Examples:
  wasm-embedded-rt i2c get clock 0x68 0x00 --policy board.toml       a byte: 0x42
  wasm-embedded-rt i2c get thermometer 0x48 0 w --policy board.toml  a word, low byte first: 0x8017
  wasm-embedded-rt i2c get eeprom 0x50 0 i 4 --policy board.toml     bytes: 0x00 0x01 0x02 0x03";

/// What is read.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// A byte
    B,
    /// A 2-byte word, low byte first, as in SMBus
    W,
    /// LENGTH bytes, starting at the register
    I,
}

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let mut target = Target::open(&opts.direct, &opts.label, opts.address)?;
    let length = match opts.mode {
        Mode::B => 1,
        Mode::W => 2,
        Mode::I => opts.length.into(),
    };
    let mut bytes = vec![0; length];
    match opts.register {
        Some(register) => target.transaction(&mut [Operation::Write(&[register]), Operation::Read(&mut bytes)])?,
        None => target.transaction(&mut [Operation::Read(&mut bytes)])?,
    }
    target.direct.finish()?;
    let text = match (opts.mode, bytes.as_slice()) {
        (Mode::W, [low, high]) => format!("{:#06x}", u16::from_le_bytes([*low, *high])),
        (_, bytes) => number::bytes(bytes),
    };
    let fields = json!({ "label": opts.label, "address": opts.address, "messages": [bytes] });
    json::answer("read", fields, &format!("{text}\n"))?;
    Ok(0)
}
