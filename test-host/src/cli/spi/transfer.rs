//! `spi transfer`: one transaction.

use std::io::{self, Read};

use clap::Args;
use embedded_hal::spi::Operation;
use serde_json::json;

use crate::cli::direct::{Direct, DirectArgs, find};
use crate::cli::failure::Failure;
use crate::cli::{json, status};
use wasm_embedded_runtime::output::outlet;

/// Sends bytes to a device and prints the answer, in one transaction
#[derive(Args)]
#[command(after_help = format!("{AFTER_HELP}\n\n{}", status::DIRECT_HELP))]
pub(in crate::cli) struct Opts {
    /// The label of the device or bus
    label: String,

    /// Bytes as two hexadecimal digits each: 9f, 0x9f or 9f000000
    bytes: Vec<String>,

    /// Reads COUNT more bytes after those sent, and prints only these
    #[arg(short, long, value_name = "COUNT", default_value_t = 0)]
    read: usize,

    /// Sends the standard input and writes the answer to the standard output, both as raw bytes
    #[arg(long, conflicts_with_all = ["bytes", "json"])]
    pipe: bool,

    #[command(flatten)]
    direct: DirectArgs,
}

const AFTER_HELP: &str = "\
SPI sends and receives at the same time, so the device answers as many bytes as this command sends. With --read, the \
command does not print the bytes that arrive while it sends, and it sends zeros while it reads.

Examples:
  wasm-embedded-rt spi transfer flash 9f --read 3 --policy board.toml      ef 40 16
  wasm-embedded-rt spi transfer flash 9f 00 00 00 --policy board.toml      ff ef 40 16
  wasm-embedded-rt spi transfer flash --pipe --policy board.toml < in > out";

/// The most bytes that are taken from the standard input: more than a policy can allow.
const LONGEST: u64 = 32 << 20;

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let bytes = if opts.pipe { input()? } else { digits(&opts.bytes)? };
    if bytes.is_empty() && opts.read == 0 {
        return Err(Failure::new(status::USAGE, "nothing to send or read: give bytes, `--read COUNT` or `--pipe`"));
    }
    let policy = opts.direct.policy.require()?;
    find(&policy.spi, |spi| &spi.label, &opts.label, "SPI")?;
    let greatest = usize::try_from(policy.limits.transaction_bytes()).unwrap_or(usize::MAX);
    if opts.read > greatest {
        let message =
            format!("cannot read {} bytes: the limit is {greatest} bytes (`transaction-bytes` in [limits])", opts.read);
        return Err(Failure::new(status::POLICY, message));
    }
    let mut direct = Direct::open(&opts.direct, &policy.only(&[&opts.label]))?;
    let mut received = vec![0; if opts.read > 0 { opts.read } else { bytes.len() }];
    let result = match (opts.read, bytes.as_slice()) {
        (0, bytes) => {
            direct.operator.hal().spi_transaction(&opts.label, &mut [Operation::Transfer(&mut received, bytes)])
        }
        (_, []) => direct.operator.hal().spi_transaction(&opts.label, &mut [Operation::Read(&mut received)]),
        (_, bytes) => {
            let operations = &mut [Operation::Write(bytes), Operation::Read(&mut received)];
            direct.operator.hal().spi_transaction(&opts.label, operations)
        }
    };
    result.map_err(|error| direct.failure(&format!("the transfer on `{}` failed", opts.label), error))?;
    direct.finish()?;
    if opts.pipe {
        outlet::stdout().say(&received).map_err(Failure::output)?;
    } else {
        let shown: Vec<String> = received.iter().map(|byte| format!("{byte:02x}")).collect();
        let fields = json!({ "label": opts.label, "messages": [received] });
        json::answer("read", fields, &(shown.join(" ") + "\n"))?;
    }
    Ok(0)
}

fn input() -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(LONGEST).read_to_end(&mut bytes);
    read.map_err(|error| Failure::file("cannot read the standard input", error))?;
    Ok(bytes)
}

/// Reads bytes in hexadecimal digits.
fn digits(words: &[String]) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    for word in words {
        let digits = word.strip_prefix("0x").unwrap_or(word).as_bytes();
        let pairs = digits.chunks(2).map(|pair| {
            let pair =
                std::str::from_utf8(pair).ok().filter(|pair| pair.bytes().all(|digit| digit.is_ascii_hexdigit()));
            pair.filter(|pair| pair.len() == 2).and_then(|pair| u8::from_str_radix(pair, 16).ok())
        });
        let Some(pairs) = pairs.collect::<Option<Vec<u8>>>().filter(|pairs| !pairs.is_empty()) else {
            let message =
                format!("`{}` is not a list of bytes: write each byte as two hexadecimal digits", word.escape_debug());
            return Err(Failure::new(status::USAGE, message));
        };
        bytes.extend(pairs);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn bytes_have_two_digits_each() {
        let of = |words: &[&str]| digits(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()).ok();
        assert_eq!(of(&["9f", "0x00", "0aFF"]), Some(vec![0x9f, 0, 0x0a, 0xff]));
        for wrong in ["9", "9f0", "", "0x", "gg", "+f", "é"] {
            assert_eq!(of(&[wrong]), None, "{wrong}");
        }
    }
}
