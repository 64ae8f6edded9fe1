//! Shows what a guest says to a person: its output as it is, its log on the standard error.

use std::io::{self, IsTerminal};

use wasm_embedded_host::log::Level;

use super::outlet::{self, Outlet};
use super::{Listener, Said, level_name};
use crate::escape::{self, Decoder};
use crate::style::Style;

const NS_PER_US: u64 = 1_000;
const US_PER_S: u64 = 1_000_000;

/// The standard output and error of this program.
///
/// On a terminal and on the standard error, control characters of the guest are shown as escapes, and a line of the guest's that
/// begins as those of the log do is indented. A file or pipe gets the guest's standard output as it is.
#[derive(Debug)]
pub struct Console {
    stdout: Option<Decoder>,
    /// The standard error is the log, too: there the guest's text is always shown so.
    stderr: Decoder,
    /// Whether the next character of the guest's begins a line of the standard error.
    at_start: bool,
    style: Style,
    /// The guest's name, where there are several.
    guest: Option<String>,
}

impl Console {
    /// Creates the console.
    #[must_use]
    pub fn new() -> Console {
        Console {
            stdout: io::stdout().is_terminal().then(Decoder::default),
            stderr: Decoder::default(),
            at_start: true,
            style: Style::of_stderr(),
            guest: None,
        }
    }

    /// Creates the console for one of several guests: lines about it begin with its name, and its output stays as it is.
    #[must_use]
    pub fn of_guest(name: &str) -> Console {
        Console { guest: Some(name.to_owned()), ..Console::new() }
    }

    fn line(&self, at_ns: u64, level: &str, paint: fn(Style, &str) -> String, text: &str) -> io::Result<()> {
        let us = at_ns / NS_PER_US;
        let time = self.style.dim(&format!("[{:5}.{:06}]", us / US_PER_S, us % US_PER_S));
        let guest = self.guest.as_ref().map(|name| format!("{}: ", escape::line(name))).unwrap_or_default();
        let line = format!("{time} {} {guest}{text}\n", paint(self.style, &format!("{level:5}")));
        outlet::stderr().say(line.as_bytes())
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
            Said::Stdout(bytes) => write(outlet::stdout(), self.stdout.as_mut(), bytes),
            Said::Stderr(bytes) => {
                let text = self.stderr.terminal(bytes);
                let text = indent(&text, &mut self.at_start);
                outlet::stderr().say(text.as_bytes())
            }
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

/// Puts a space before each line that begins like one of the log's. `at_start` says whether a line begins.
fn indent(text: &str, at_start: &mut bool) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if *at_start && char == '[' {
            out.push(' ');
        }
        // After a carriage return a terminal writes over what is there.
        *at_start = matches!(char, '\n' | '\r');
        out.push(char);
    }
    out
}

fn write(out: &Outlet, terminal: Option<&mut Decoder>, bytes: &[u8]) -> io::Result<()> {
    match terminal {
        Some(decoder) => out.say(decoder.terminal(bytes).as_bytes()),
        None => out.say(bytes),
    }
}

fn paint(level: Level) -> fn(Style, &str) -> String {
    match level {
        Level::Error => Style::red,
        Level::Warn => Style::yellow,
        Level::Info => Style::green,
        Level::Debug | Level::Trace => Style::dim,
    }
}

#[cfg(test)]
mod tests {
    use super::indent;

    #[test]
    fn a_guest_writes_no_line_of_the_log() {
        let mut at_start = true;
        let mut written = String::new();
        for piece in ["[    0.000000] host  all is well\n", "[", "1]\r[2] [3]\n", "x", "[4]\n"] {
            written.push_str(&indent(piece, &mut at_start));
        }
        assert_eq!(written, " [    0.000000] host  all is well\n [1]\r [2] [3]\nx[4]\n");
    }
}
