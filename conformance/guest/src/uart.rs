//! Commands on serial ports.

use alloc::format;
use alloc::string::{String, ToString};
use core::error::Error;

use embedded_io::{BufRead, Read, ReadExactError, ReadReady, Write, WriteReady};

use crate::parse::{BadWord, buffer, bytes, number, show};
use crate::script::{Answer, Via, answer};

/// How often a port is asked whether it is ready, at most.
const LOOKS: u32 = 10_000_000;

/// What a serial port is.
pub trait Serial: Read + BufRead + Write + ReadReady + WriteReady {}

impl<T: Read + BufRead + Write + ReadReady + WriteReady> Serial for T {}

/// Carries out a command.
pub(crate) fn command<P: Serial>(port: &mut P, verb: &str, via: Via, words: &[&str]) -> Result<Answer, BadWord> {
    match via {
        Via::Reference => call(&mut &mut *port, verb, words),
        Via::Itself | Via::Defaults => call(port, verb, words),
    }
}

fn call<P: Serial>(port: &mut P, verb: &str, words: &[&str]) -> Result<Answer, BadWord> {
    let result = match (verb, words) {
        ("read", [len]) => return read(port, len),
        ("read-exact", [len]) => return read_exact(port, len),
        ("take", [count]) => return take(port, number(count)?),
        ("write", []) => port.write(&[]).map(Some),
        ("write", [data]) => port.write(&bytes(data)?).map(Some),
        ("write-all", [data]) => port.write_all(&bytes(data)?).map(|()| None),
        ("flush", []) => port.flush().map(|()| None),
        ("peek", []) => {
            let first = port.fill_buf().map(|bytes| bytes.first().copied());
            return Ok(match first {
                Ok(first) => shown(first.as_slice()),
                Err(error) => failed(error),
            });
        }
        ("ready", []) => {
            let ready = port.read_ready().and_then(|read| Ok((read, port.write_ready()?)));
            return Ok(ready.map_or_else(failed, |(read, write)| format!("ok read={read} write={write}")));
        }
        ("until-ready", []) => until_ready(port).map(|()| None),
        ("describe", []) => {
            let description = port.read(&mut [0]).err().map(|error| describe(&error));
            return Ok(format!("ok {}", description.unwrap_or_default()));
        }
        _ => return Err(BadWord),
    };
    Ok(match result {
        Ok(None) => String::from("ok"),
        Ok(Some(count)) => format!("ok {count}"),
        Err(error) => failed(error),
    })
}

fn read<P: Serial>(port: &mut P, len: &str) -> Result<Answer, BadWord> {
    let mut buffer = buffer(len)?;
    Ok(match port.read(&mut buffer) {
        Ok(count) => {
            let mut answer = format!("ok {count}");
            show(&mut answer, &buffer);
            answer
        }
        Err(error) => failed(error),
    })
}

fn read_exact<P: Serial>(port: &mut P, len: &str) -> Result<Answer, BadWord> {
    let mut buffer = buffer(len)?;
    Ok(match port.read_exact(&mut buffer) {
        Ok(()) => shown(&buffer),
        Err(ReadExactError::UnexpectedEof) => String::from("err UnexpectedEof"),
        Err(ReadExactError::Other(error)) => failed(error),
    })
}

/// Takes so many bytes out of the port's own buffer, as often as it takes.
fn take<P: Serial>(port: &mut P, mut left: usize) -> Result<Answer, BadWord> {
    let mut taken = alloc::vec::Vec::new();
    while left > 0 {
        let count = match port.fill_buf() {
            Ok(bytes) => {
                let bytes = bytes.get(..left).unwrap_or(bytes);
                taken.extend_from_slice(bytes);
                bytes.len()
            }
            Err(error) => return Ok(failed(error)),
        };
        if count == 0 {
            break;
        }
        port.consume(count);
        left -= count;
    }
    Ok(shown(&taken))
}

fn until_ready<P: Serial>(port: &mut P) -> Result<(), P::Error> {
    for _ in 0..LOOKS {
        if port.read_ready()? {
            break;
        }
    }
    Ok(())
}

fn shown(bytes: &[u8]) -> Answer {
    let mut answer = String::from("ok");
    show(&mut answer, bytes);
    answer
}

fn failed<E: embedded_io::Error>(error: E) -> Answer {
    answer(Err((error.kind(), error)), [])
}

fn describe(error: &dyn Error) -> String {
    error.to_string()
}
