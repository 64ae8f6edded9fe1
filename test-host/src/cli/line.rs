//! The serial line to a board with the firmware: opened, and asked.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};
use serial2::SerialPort;
use wasm_embedded_line::{Client, ClientError, Key, Port, Who};

use super::failure::Failure;
use super::{json, status};
use wasm_embedded_policy::escape;

/// The speed of the log.
const LOG_BAUD: u32 = 115_200;

/// Where the board is.
#[derive(Args)]
pub(super) struct PortArgs {
    /// Serial port that the board's UART0 is wired to
    #[arg(long, value_name = "DEVICE")]
    port: PathBuf,
}

/// What needs the key of a board that has one.
#[derive(Args)]
pub(super) struct KeyArgs {
    /// File with the board's key: 64 hexadecimal digits
    #[arg(long, value_name = "FILE")]
    board_key: Option<PathBuf>,
}

/// The exit statuses of the commands for a board.
pub(super) const HELP: &str = "\
Exit status:
    0  success
    1  the board does not answer, or refuses
   64  the command line is wrong
  119  the serial port or a file cannot be used, or the output cannot be written";

/// A serial port of this machine.
#[derive(Debug)]
pub(super) struct Line {
    port: SerialPort,
    /// What has come and was not taken yet.
    waiting: Vec<u8>,
    taken: usize,
    opened: Instant,
    /// Whether the board's log goes to the standard output.
    shows_log: bool,
}

impl PortArgs {
    /// Opens the line, and asks who is there.
    pub(super) fn open(&self, shows_log: bool) -> Result<(Client<Line>, Who), Failure> {
        let mut client = Client::new(Line::open(&self.port, shows_log)?);
        let who = client.hello().map_err(|error| self.failed(error))?;
        Ok((client, who))
    }

    /// Returns a failure with the name of the port, and what to look at.
    pub(super) fn failed(&self, error: ClientError<io::Error>) -> Failure {
        let port = self.port.display();
        let status = if matches!(error, ClientError::Port(_)) { status::HOST } else { status::DEVICE };
        let advice = match error {
            ClientError::Silent => {
                ": check that the firmware runs, that RX and TX are crossed (UART0: pins 0 and 1), and that no terminal has the port open"
            }
            _ => "",
        };
        Failure::new(status, format!("{error}{advice}")).context(format!("no success with the board at {port}"))
    }
}

/// Returns what a board says of itself.
pub(super) fn json(who: &Who) -> Value {
    json!({
        "board": who.board, "firmware": who.firmware, "slots": who.slots, "half_bytes": who.half_bytes,
        "has_key": who.has_key,
    })
}

impl KeyArgs {
    /// Returns the key, if one is given.
    pub(super) fn read(&self) -> Result<Option<Key>, Failure> {
        self.board_key.as_deref().map(read_key).transpose()
    }
}

/// Returns the key in a file.
pub(super) fn read_key(path: &Path) -> Result<Key, Failure> {
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file(format!("cannot read {name}"), error))?;
    let digits = text.trim().as_bytes();
    let mut key = [0; 32];
    let pairs = digits
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).ok().filter(|pair| pair.bytes().all(|digit| digit.is_ascii_hexdigit())));
    let bytes: Option<Vec<u8>> = pairs.map(|pair| pair.and_then(|pair| u8::from_str_radix(pair, 16).ok())).collect();
    match bytes {
        Some(bytes) if digits.len() == 64 => key.copy_from_slice(&bytes),
        _ => {
            let wrong = format!("{name} is no key: write 64 hexadecimal digits, such as `openssl rand -hex 32` makes");
            return Err(Failure::new(status::USAGE, wrong));
        }
    }
    Ok(key)
}

impl Line {
    fn open(path: &Path, shows_log: bool) -> Result<Line, Failure> {
        let name = path.display();
        let mut port = SerialPort::open(path, LOG_BAUD)
            .map_err(|error| Failure::file(format!("cannot open the serial port {name}"), error))?;
        // What came before nobody waits for.
        let set = port.set_read_timeout(Duration::from_millis(100)).and_then(|()| port.discard_input_buffer());
        set.map_err(|error| Failure::file(format!("cannot set up the serial port {name}"), error))?;
        Ok(Line { port, waiting: Vec::new(), taken: 0, opened: Instant::now(), shows_log })
    }
}

impl Port for Line {
    type Error = io::Error;

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.port.write_all(bytes)
    }

    fn receive(&mut self, buffer: &mut [u8], within: Duration) -> io::Result<usize> {
        if self.taken == self.waiting.len() {
            self.waiting.resize(1024, 0);
            self.port.set_read_timeout(within.max(Duration::from_millis(1)))?;
            let count = match self.port.read(&mut self.waiting) {
                Ok(count) => count,
                Err(error) if matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::Interrupted) => 0,
                Err(error) => {
                    (self.waiting, self.taken) = (Vec::new(), 0);
                    return Err(error);
                }
            };
            self.waiting.truncate(count);
            self.taken = 0;
        }
        let rest = self.waiting.get(self.taken..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer.iter_mut().zip(rest).for_each(|(slot, byte)| *slot = *byte);
        self.taken += count;
        Ok(count)
    }

    fn set_speed(&mut self, baud: u32) -> io::Result<()> {
        self.port.flush()?;
        let mut settings = self.port.get_configuration()?;
        settings.set_baud_rate(baud)?;
        self.port.set_configuration(&settings)
    }

    fn now(&self) -> Duration {
        self.opened.elapsed()
    }

    fn text(&mut self, text: &[u8]) {
        if self.shows_log {
            let text = String::from_utf8_lossy(text);
            let line = text.trim_end_matches(['\r', '\n']);
            // Who closes the output has heard enough: the next command of this program says so.
            let _ = json::answer("line", json!({ "text": line }), &format!("{}\n", escape::line(line)));
        }
    }
}
