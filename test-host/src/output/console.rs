//! Shows what a guest says to a person: its output as it is, its log on the standard error.

use std::io::{self, IsTerminal, Write};

use wasm_embedded_host::log::Level;

use super::{Listener, Said, level_name};
use crate::escape::{self, Decoder};
use crate::style::Style;

const NS_PER_US: u64 = 1_000;
const US_PER_S: u64 = 1_000_000;

/// The standard output and error of this program.
///
/// On a terminal, control characters of the guest are shown as escapes; a file or pipe gets the guest's output as it is.
#[derive(Debug)]
pub struct Console {
    stdout: Option<Decoder>,
    stderr: Option<Decoder>,
    style: Style,
}

impl Console {
    /// Creates the console.
    #[must_use]
    pub fn new() -> Console {
        let decoder = |terminal: bool| terminal.then(Decoder::default);
        Console {
            stdout: decoder(io::stdout().is_terminal()),
            stderr: decoder(io::stderr().is_terminal()),
            style: Style::of_stderr(),
        }
    }

    fn line(&self, at_ns: u64, level: &str, paint: fn(Style, &str) -> String, text: &str) -> io::Result<()> {
        let us = at_ns / NS_PER_US;
        let time = self.style.dim(&format!("[{:5}.{:06}]", us / US_PER_S, us % US_PER_S));
        writeln!(io::stderr().lock(), "{time} {} {text}", paint(self.style, &format!("{level:5}")))
    }
}

impl Default for Console {
    fn default() -> Console {
        Console::new()
    }
}

impl Listener for Console {
    fn hear(&mut self, at_ns: u64, said: Said<'_>) -> io::Result<()> {
        match said {
            Said::Stdout(bytes) => write(&mut io::stdout().lock(), self.stdout.as_mut(), bytes),
            Said::Stderr(bytes) => write(&mut io::stderr().lock(), self.stderr.as_mut(), bytes),
            Said::Log { level, target, message } => {
                let text = match target {
                    "" => escape::line(message),
                    _ => format!("{}: {}", escape::line(target), escape::line(message)),
                };
                self.line(at_ns, level_name(level), paint(level), &text)
            }
            Said::Panic(message) => self.line(at_ns, "panic", Style::red, &escape::line(message)),
            Said::Refused(reason) => self.line(at_ns, "host", Style::yellow, &escape::line(reason)),
            Said::Fault { level, message } => self.line(at_ns, "host", paint(level), &escape::line(message)),
            Said::Dropped(count) => {
                self.line(at_ns, "host", Style::yellow, &format!("{count} messages dropped: the guest logs too much"))
            }
        }
    }
}

fn write(out: &mut impl Write, terminal: Option<&mut Decoder>, bytes: &[u8]) -> io::Result<()> {
    match terminal {
        Some(decoder) => out.write_all(decoder.terminal(bytes).as_bytes())?,
        None => out.write_all(bytes)?,
    }
    out.flush()
}

fn paint(level: Level) -> fn(Style, &str) -> String {
    match level {
        Level::Error => Style::red,
        Level::Warn => Style::yellow,
        Level::Info => Style::green,
        Level::Debug | Level::Trace => Style::dim,
    }
}
