//! `i2c transfer`: any transaction.

use clap::Args;
use embedded_hal::i2c::Operation;
use serde_json::json;

use super::Target;
use crate::cli::direct::DirectArgs;
use crate::cli::failure::Failure;
use crate::cli::{json, number, status};

/// Carries out one transaction, like i2ctransfer
#[derive(Args)]
#[command(after_help = format!("{AFTER_HELP}\n\n{}", status::DIRECT_HELP))]
pub(in crate::cli) struct Opts {
    /// The label of the bus
    label: String,

    /// Messages: wLENGTH@ADDRESS and its bytes, or rLENGTH@ADDRESS; only the first message needs the address
    #[arg(required = true, value_name = "MESSAGE")]
    messages: Vec<String>,

    #[command(flatten)]
    direct: DirectArgs,
}

const AFTER_HELP: &str = "\
A sign after a byte fills the rest of its message: 0x00= repeats the byte, 0x00+ counts up, 0xff- counts down. \
The bytes of each read message appear on a line of their own. A transaction has one address. Each change of direction \
sends a repeated START.

Examples:
  wasm-embedded-rt i2c transfer eeprom w1@0x50 0x00 r2 --policy board.toml
  wasm-embedded-rt i2c transfer eeprom w9@0x50 0x10 0x00+ --policy board.toml";

/// The most bytes of a message, as i2ctransfer has it.
const LONGEST: u64 = 0xffff;

/// One message.
#[derive(Debug, PartialEq, Eq)]
enum Message {
    Write(Vec<u8>),
    Read(usize),
}

/// What a message does.
#[derive(Clone, Copy)]
enum Direction {
    Read,
    Write,
}

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let words: Vec<&str> = opts.messages.iter().map(String::as_str).collect();
    let (address, mut messages) = parse(&words).map_err(|problem| Failure::new(status::USAGE, problem))?;
    let mut target = Target::open(&opts.direct, &opts.label, address)?;
    let mut rooms: Vec<Vec<u8>> = messages
        .iter_mut()
        .map(|message| match message {
            Message::Write(bytes) => std::mem::take(bytes),
            Message::Read(len) => vec![0; *len],
        })
        .collect();
    let mut operations: Vec<Operation<'_>> = Vec::new();
    for (message, room) in messages.iter().zip(&mut rooms) {
        operations.push(match message {
            Message::Write(_) => Operation::Write(room),
            Message::Read(_) => Operation::Read(room),
        });
    }
    target.transaction(&mut operations)?;
    drop(operations);
    target.direct.finish()?;
    let read = messages.iter().zip(&rooms).filter(|(message, _)| matches!(message, Message::Read(_)));
    let read: Vec<&Vec<u8>> = read.map(|(_, bytes)| bytes).collect();
    let text: String = read.iter().map(|bytes| number::bytes(bytes) + "\n").collect();
    json::answer("read", json!({ "label": opts.label, "address": address, "messages": read }), &text)?;
    Ok(0)
}

/// Reads the messages and the address that they share.
fn parse(words: &[&str]) -> Result<(u8, Vec<Message>), String> {
    let (mut shared, mut messages, mut rest) = (None, Vec::new(), words);
    while let [word, after @ ..] = rest {
        rest = after;
        let (description, address) = match word.split_once('@') {
            Some((description, address)) => (description, Some(address)),
            None => (*word, None),
        };
        let (direction, length) = describe(word, description)?;
        let address = address.map(number::address).transpose()?;
        match (shared, address) {
            (None, None) => return Err(format!("the first message, `{}`, needs an @ADDRESS", word.escape_debug())),
            (Some(one), Some(other)) if one != other => {
                return Err(format!("a transaction has one address, not both {one:#04x} and {other:#04x}"));
            }
            (shared_before, address) => shared = shared_before.or(address),
        }
        messages.push(match direction {
            Direction::Read => Message::Read(length),
            Direction::Write => Message::Write(data(length, &mut rest)?),
        });
    }
    let address = shared.ok_or("the transaction needs at least one message")?;
    Ok((address, messages))
}

/// Reads the direction and length of a message.
fn describe(word: &str, description: &str) -> Result<(Direction, usize), String> {
    let word = word.escape_debug();
    let wrong = || format!("`{word}` is not a message: write rLENGTH@ADDRESS or wLENGTH@ADDRESS");
    let reads = description.strip_prefix('r').map(|length| (Direction::Read, length));
    let writes = || description.strip_prefix('w').map(|length| (Direction::Write, length));
    let (direction, length) = reads.or_else(writes).ok_or_else(wrong)?;
    let length: u64 = number::parse(length, u64::MAX, "a length").map_err(|_| wrong())?;
    let within = Some(length).filter(|length| *length <= LONGEST).and_then(|length| usize::try_from(length).ok());
    let length = within.ok_or_else(|| {
        format!(
            "`{word}` is too long: a message has at most {LONGEST} bytes, as in i2ctransfer; use several transactions"
        )
    })?;
    Ok((direction, length))
}

/// Takes the bytes of a message.
fn data(length: usize, rest: &mut &[&str]) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    while bytes.len() < length {
        let [word, after @ ..] = *rest else {
            return Err(format!("a message of {length} bytes has only {} on the command line", bytes.len()));
        };
        *rest = after;
        let (digits, step) = match word.as_bytes().last() {
            Some(b'=') => (word.trim_end_matches('='), Some(0)),
            Some(b'+') => (word.trim_end_matches('+'), Some(1)),
            Some(b'-') => (word.trim_end_matches('-'), Some(u8::MAX)),
            _ => (*word, None),
        };
        let mut byte = number::byte(digits)?;
        bytes.push(byte);
        let Some(step) = step else { continue };
        while bytes.len() < length {
            byte = byte.wrapping_add(step);
            bytes.push(byte);
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{Message, parse};

    #[test]
    fn messages_are_i2ctransfer_s() {
        let write = |bytes: &[u8]| Message::Write(bytes.to_vec());
        assert_eq!(parse(&["w1@0x50", "0x00", "r2"]), Ok((0x50, vec![write(&[0]), Message::Read(2)])));
        assert_eq!(parse(&["r0x10@80"]), Ok((0x50, vec![Message::Read(16)])));
        assert_eq!(parse(&["w4@0x50", "9", "0xff+"]), Ok((0x50, vec![write(&[9, 0xff, 0, 1])])));
        assert_eq!(parse(&["w3@0x50", "0x01-"]), Ok((0x50, vec![write(&[1, 0, 0xff])])));
        assert_eq!(parse(&["w3@0x50", "7=", "r1@0x50"]), Ok((0x50, vec![write(&[7, 7, 7]), Message::Read(1)])));
        assert_eq!(parse(&["w0@0x50"]), Ok((0x50, vec![write(&[])])));
    }

    #[test]
    fn what_is_no_message_is_refused() {
        let table: [&[&str]; 9] = [
            &["r2"],
            &["x2@0x50"],
            &["w2@0x50", "1"],
            &["w1@0x50", "1", "2"],
            &["w1@0x50", "256"],
            &["r1@0x50", "r1@0x51"],
            &["r1@0x80"],
            &["r65536@0x50"],
            &["w1@0x50", "+"],
        ];
        for wrong in table {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
