//! The talk over the serial line: `test-host/pi/init` says where it is, and asks for the outside; the rest is output.

use std::path::Path;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};

use super::check::Outcome;
use super::machine::Machine;
use super::{board, outside};

/// Booting takes 8 to 13 s on two processors, more if others use them too.
const BOOT: Duration = Duration::from_secs(90);
/// A check ends itself after 60 s; this is for its end to be said.
const SILENCE: Duration = Duration::from_secs(75);
/// What begins a line that is not output.
const MARK: &str = "@@ ";

/// Waits until the board is ready for checks, and returns what was printed until then.
pub(crate) fn booted(machine: &mut Machine) -> anyhow::Result<Vec<String>> {
    let deadline = Instant::now() + BOOT;
    let mut lines = Vec::new();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match machine.lines.recv_timeout(left) {
            Ok(line) if line == "@@ ready" => return Ok(lines),
            Ok(line) => lines.push(line),
            Err(error) => {
                let why = if error == RecvTimeoutError::Timeout { "did not boot in time" } else { "went off at boot" };
                bail!("the Pi {why}; its last lines (all are in target/pi/serial.log):\n{}", last(&lines));
            }
        }
    }
}

/// Returns what the next check did, or `None` after the last. Answers what it asks of the outside meanwhile.
pub(crate) fn next(machine: &mut Machine, folder: &Path) -> anyhow::Result<Option<Outcome>> {
    let mut start = Instant::now();
    let mut past = 0;
    let mut lines: Vec<String> = Vec::new();
    loop {
        let line = match machine.lines.recv_timeout(SILENCE) {
            Ok(line) => line,
            Err(error) => {
                let why = if error == RecvTimeoutError::Timeout { "hangs" } else { "went off" };
                bail!("the Pi {why} in a check; its last lines (all are in target/pi/serial.log):\n{}", last(&lines));
            }
        };
        let Some(said) = line.strip_prefix(MARK) else {
            lines.push(line);
            continue;
        };
        // Each mark follows a line feed of its own, in case that the output ended without one.
        if lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        match said.split_once(' ').unwrap_or((said, "")) {
            ("check", _) => {
                start = Instant::now();
                past = board::traffic(folder)?.len();
                lines.clear();
            }
            ("outside", request) => {
                let answer = outside::answer(request, &mut machine.qmp, folder, past);
                machine.type_line(&format!("{} {}", if answer.yes { "yes" } else { "no" }, answer.seen))?;
            }
            ("exit", status) => {
                let exit = status.parse().with_context(|| format!("{status:?} is no exit status"))?;
                let took = start.elapsed();
                let traffic = board::traffic(folder)?.get(past..).unwrap_or_default().to_owned();
                return Ok(Some(Outcome { exit, lines, took, traffic }));
            }
            ("done", "") => {
                ensure!(lines.iter().all(String::is_empty), "the Pi said this after its last check:\n{}", last(&lines));
                return Ok(None);
            }
            _ => bail!("the Pi said {line:?}, which means nothing here"),
        }
    }
}

/// Returns the last lines, for a person.
fn last(lines: &[String]) -> String {
    lines[lines.len().saturating_sub(15)..].iter().map(|line| format!("    {line}\n")).collect()
}
