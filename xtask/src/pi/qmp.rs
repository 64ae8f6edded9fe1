//! QMP, QEMU's control protocol: one JSON object a line, over a socket.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

/// QEMU answers at once; this is for a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection to a running QEMU.
#[derive(Debug)]
pub(crate) struct Qmp {
    answers: BufReader<UnixStream>,
}

impl Qmp {
    /// Connects to the socket that QEMU made.
    pub(crate) fn connect(socket: &Path) -> anyhow::Result<Qmp> {
        let stream = UnixStream::connect(socket).with_context(|| format!("cannot connect to {}", socket.display()))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut qmp = Qmp { answers: BufReader::new(stream) };
        qmp.message().context("QEMU did not greet")?;
        qmp.execute("qmp_capabilities", json!({}))?;
        Ok(qmp)
    }

    /// Has QEMU do something and returns its answer.
    pub(crate) fn execute(&mut self, command: &str, arguments: Value) -> anyhow::Result<Value> {
        let request = json!({ "execute": command, "arguments": arguments });
        writeln!(self.answers.get_mut(), "{request}").with_context(|| format!("cannot ask QEMU for {command}"))?;
        loop {
            let mut message = self.message().with_context(|| format!("QEMU did not answer {command}"))?;
            if let Some(error) = message.get("error") {
                bail!("QEMU refused {request}: {}", error["desc"].as_str().unwrap_or("without a reason"));
            }
            if let Some(answer) = message.get_mut("return") {
                return Ok(answer.take());
            }
            // Anything else is an event: the machine was resumed, shut down and so on.
        }
    }

    /// Sets a property of an object of the machine.
    pub(crate) fn set(&mut self, path: &str, property: &str, value: Value) -> anyhow::Result<()> {
        self.execute("qom-set", json!({ "path": path, "property": property, "value": value })).map(drop)
    }

    /// Reads a 32-bit word at a physical address, as the processor inside would, but from outside.
    pub(crate) fn word(&mut self, address: u32) -> anyhow::Result<u32> {
        let answer =
            self.execute("human-monitor-command", json!({ "command-line": format!("xp /1wx {address:#x}") }))?;
        let text = answer.as_str().context("QEMU's monitor printed no text")?;
        // "000000003f200034: 0x00020000"
        text.split_once(": 0x")
            .and_then(|(_, digits)| u32::from_str_radix(digits.trim(), 16).ok())
            .with_context(|| format!("QEMU's monitor printed no word but {text:?}"))
    }

    /// Returns the next message of QEMU.
    fn message(&mut self) -> anyhow::Result<Value> {
        let mut line = String::new();
        let read = self.answers.read_line(&mut line)?;
        ensure!(read > 0, "it closed the connection");
        serde_json::from_str(&line).with_context(|| format!("it said {line:?}"))
    }
}
