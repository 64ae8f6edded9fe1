//! `i2c set`: a register.

use clap::Args;
use embedded_hal::i2c::Operation;
use serde_json::json;

use super::Target;
use crate::cli::direct::DirectArgs;
use crate::cli::failure::Failure;
use crate::cli::{json, number, status};

/// Writes to a device, like i2cset
#[derive(Args)]
#[command(after_help = format!("{AFTER_HELP}\n\n{}", status::DIRECT_HELP))]
pub(in crate::cli) struct Opts {
    /// The label of the bus
    label: String,

    /// The 7-bit address of the device: 0x08 to 0x77
    #[arg(value_parser = number::address)]
    address: u8,

    /// The register
    #[arg(value_parser = number::byte)]
    register: u8,

    /// The value, and how to write it: b for a byte, w for a 2-byte word with the low byte first, i for several bytes
    /// [default: b]
    #[arg(value_name = "VALUE... [MODE]")]
    values: Vec<String>,

    #[command(flatten)]
    direct: DirectArgs,
}

const AFTER_HELP: &str = "\
Without a value, this command writes only the register.

Examples:
  wasm-embedded-rt i2c set clock 0x68 0x0e 0x1c --policy board.toml
  wasm-embedded-rt i2c set thermometer 0x48 0x03 0x0050 w --policy board.toml
  wasm-embedded-rt i2c set eeprom 0x50 0x10 0xca 0xfe i --policy board.toml";

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let bytes = bytes(opts.register, &opts.values).map_err(|problem| Failure::new(status::USAGE, problem))?;
    let mut target = Target::open(&opts.direct, &opts.label, opts.address)?;
    target.transaction(&mut [Operation::Write(&bytes)])?;
    target.direct.finish()?;
    json::answer("written", json!({ "label": opts.label, "address": opts.address, "bytes": bytes }), "")?;
    Ok(0)
}

/// Returns the bytes to write: the register, then the values as the mode behind them says.
fn bytes(register: u8, values: &[String]) -> Result<Vec<u8>, String> {
    let words: Vec<&str> = values.iter().map(String::as_str).collect();
    let (values, mode) = match words.as_slice() {
        [values @ .., mode @ ("b" | "w" | "i")] => (values, *mode),
        [_, _, ..] => return Err("several values need mode `i`: put `i` after the last value".to_owned()),
        values => (values, "b"),
    };
    let mut bytes = vec![register];
    match (mode, values) {
        ("b", []) if words.is_empty() => {}
        ("b", [value]) => bytes.push(number::byte(value)?),
        ("w", [value]) => {
            let word: u16 = number::parse(value, 0xffff, "a word")?;
            bytes.extend(word.to_le_bytes());
        }
        ("i", [_, ..]) => {
            for value in values {
                bytes.push(number::byte(value)?);
            }
        }
        ("i", []) => return Err("mode `i` needs at least one value".to_owned()),
        (mode, values) => {
            return Err(format!("mode `{mode}` takes one value, and the command line has {}", values.len()));
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::bytes;

    fn of(words: &[&str]) -> Result<Vec<u8>, String> {
        bytes(0x10, &words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_mode_says_how_values_are_written() {
        assert_eq!(of(&[]), Ok(vec![0x10]));
        assert_eq!(of(&["0x42"]), Ok(vec![0x10, 0x42]));
        assert_eq!(of(&["66", "b"]), Ok(vec![0x10, 0x42]));
        assert_eq!(of(&["0x1234", "w"]), Ok(vec![0x10, 0x34, 0x12]));
        assert_eq!(of(&["1", "2", "0x03", "i"]), Ok(vec![0x10, 1, 2, 3]));
    }

    #[test]
    fn what_does_not_fit_its_mode_is_refused() {
        for wrong in [&["256"][..], &["0x10000", "w"], &["1", "2"], &["1", "2", "b"], &["b"], &["i"], &["1", "x", "i"]]
        {
            assert!(of(wrong).is_err(), "{wrong:?}");
        }
    }
}
