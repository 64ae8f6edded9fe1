//! The process of an application: what it says, and how it ends.

use std::fs;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value as Json;

use crate::log::{Level, Log, Source};

/// The longest line of a process that is read whole. An event holds at most 64 KiB of text, and JSON makes at most six bytes of one.
const MAX_EVENT_BYTES: u64 = 512 * 1024;

/// When a process that was asked to end is asked again, and when it is killed. `run` ends half a second after the second signal,
/// which has to come a second after the first: it can then not drive outputs that do not answer.
const AGAIN: Duration = Duration::from_millis(1_500);
const KILL: Duration = Duration::from_secs(4);

/// How a process ended.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    /// The status: 128 and the number of a signal that ended it.
    pub(super) status: i32,
    /// What a person wants to know.
    pub(super) text: String,
    /// Whether it was a limit of the policy.
    pub(super) is_limit: bool,
}

/// A process that runs.
#[derive(Debug)]
pub(super) struct Running {
    child: Child,
    readers: Vec<JoinHandle<()>>,
    told: Arc<Mutex<Told>>,
}

/// What the process told of its end.
#[derive(Debug, Default)]
struct Told {
    message: Option<String>,
    is_limit: bool,
}

impl Running {
    /// Starts a process whose output goes to a log. `closed` is called when its output has ended.
    ///
    /// # Errors
    ///
    /// The program is missing, or the machine has no room.
    pub(super) fn start(
        mut command: Command,
        log: &Log,
        closed: impl FnOnce() + Send + 'static,
    ) -> io::Result<Running> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.env("NO_COLOR", "1").env_remove("WATCHDOG_USEC").env_remove("WATCHDOG_PID");
        // A group of its own: Ctrl-C is for the board, which then ends its applications.
        let mut child = command.process_group(0).spawn()?;
        let told = Arc::new(Mutex::new(Told::default()));
        let mut running = Running { readers: Vec::new(), told: told.clone(), child };
        let begin = || {
            if let Some(stdout) = running.child.stdout.take() {
                let mut listener = Events { log: log.clone(), told, stdout: String::new(), stderr: String::new() };
                running.readers.push(thread::Builder::new().name("output".to_owned()).spawn(move || {
                    lines(stdout, |line| listener.hear(line));
                    listener.end();
                    closed();
                })?);
            }
            if let Some(stderr) = running.child.stderr.take() {
                let log = log.clone();
                running.readers.push(thread::Builder::new().name("errors".to_owned()).spawn(move || {
                    lines(stderr, |line| {
                        let level = if line.starts_with("error:") { Level::Error } else { Level::Warn };
                        log.say(Source::Host, level, line);
                    });
                })?);
            }
            Ok(())
        };
        match begin() {
            Ok(()) => Ok(running),
            Err(error) => {
                child = running.child;
                // Nobody would hear it.
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Returns how it ended, if it has.
    pub(super) fn ended(&mut self) -> Option<Ended> {
        let status = match self.child.try_wait() {
            Ok(None) => return None,
            Ok(Some(status)) => Ok(status),
            Err(error) => Err(error),
        };
        // All it said comes before its end.
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
        let told = std::mem::take(&mut *self.told.lock().unwrap_or_else(PoisonError::into_inner));
        Some(match status {
            Ok(status) => ended(status, told),
            Err(error) => Ended { status: -1, text: format!("the kernel lost the process: {error}"), is_limit: false },
        })
    }

    /// Has it end: its guest is stopped, and outputs go to their `on-exit` levels. One that does not end is killed.
    pub(super) fn end(mut self, log: &Log) -> Ended {
        let began = Instant::now();
        let (mut asked, mut pause) = (0, Duration::from_micros(200));
        loop {
            if let Some(ended) = self.ended() {
                return ended;
            }
            let due = [Duration::ZERO, AGAIN, KILL].get(asked).copied();
            if due.is_some_and(|due| began.elapsed() >= due) {
                if asked == 2 {
                    let text =
                        "the process did not end when it was asked to, and was killed: outputs may stay as they are";
                    log.say(Source::Board, Level::Error, text);
                }
                self.signal(if asked == 2 { Signal::KILL } else { Signal::TERM });
                asked += 1;
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(5));
        }
    }

    fn signal(&self, signal: Signal) {
        // Only this thread waits for it: the number is its own until then.
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let _ = pid.map(|pid| kill_process(pid, signal));
    }
}

fn ended(status: ExitStatus, told: Told) -> Ended {
    let number = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default());
    let how = match (status.code(), status.signal()) {
        (Some(0), _) => "it succeeded".to_owned(),
        (_, Some(signal)) => format!("signal {signal} ended its process"),
        _ => format!("status {number}"),
    };
    let text = told.message.map_or_else(|| how.clone(), |message| format!("{message} ({how})"));
    Ended { status: number, text, is_limit: told.is_limit }
}

/// Reads lines, each up to a longest. What is longer comes in pieces.
fn lines(from: impl Read, mut hear: impl FnMut(&str)) {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while from.by_ref().take(MAX_EVENT_BYTES).read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
        let text = String::from_utf8_lossy(&line);
        hear(text.trim_end_matches(['\n', '\r']));
        line.clear();
    }
}

/// Reads the events of `run --json`.
struct Events {
    log: Log,
    told: Arc<Mutex<Told>>,
    /// What has come of a line of the guest's streams.
    stdout: String,
    stderr: String,
}

impl Events {
    fn hear(&mut self, line: &str) {
        let event: Json = serde_json::from_str(line).unwrap_or_default();
        let text = |key: &str| event.get(key).and_then(Json::as_str).unwrap_or_default();
        match text("event") {
            "stdout" => flow(&self.log, &mut self.stdout, Source::Stdout, text("text")),
            "stderr" => flow(&self.log, &mut self.stderr, Source::Stderr, text("text")),
            "log" => {
                let message = text("message").escape_default_lines();
                self.log.say(Source::Log, level(text("level")), &message);
            }
            "panic" => self.log.say(Source::Log, Level::Error, &text("message").escape_default_lines()),
            "refused" => self.log.say(Source::Host, Level::Warn, text("reason")),
            "fault" => self.log.say(Source::Host, level(text("level")), text("message")),
            "exit" => {
                let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
                told.message = event.get("message").and_then(Json::as_str).map(str::to_owned);
                told.is_limit = text("reason") == "limit";
            }
            "dropped" => {
                let count = event.get("count").and_then(Json::as_u64).unwrap_or_default();
                self.log.say(Source::Host, Level::Warn, &format!("{count} messages of the guest were dropped"));
            }
            // They are on the standard error too.
            "warning" | "note" | "error" => {}
            // What another version of `run` says, or what is not an event at all.
            _ => self.log.say(Source::Host, Level::Info, line),
        }
    }

    /// Adds what has come of lines without an end.
    fn end(&mut self) {
        for (begun, source) in [(&mut self.stdout, Source::Stdout), (&mut self.stderr, Source::Stderr)] {
            if !begun.is_empty() {
                flow(&self.log, begun, source, "\n");
            }
        }
    }
}

/// Adds a piece of a stream to a log, line by line.
fn flow(log: &Log, begun: &mut String, source: Source, text: &str) {
    let level = if source == Source::Stderr { Level::Warn } else { Level::Info };
    for piece in text.split_inclusive('\n') {
        begun.push_str(piece);
        if begun.ends_with('\n') || begun.len() >= crate::log::MAX_LINE_BYTES {
            log.say(source, level, begun);
            begun.clear();
        }
    }
}

/// Keeps a message of a guest one line.
trait OneLine {
    fn escape_default_lines(&self) -> String;
}

impl OneLine for str {
    fn escape_default_lines(&self) -> String {
        self.replace('\r', "").replace('\n', "\\n")
    }
}

fn level(name: &str) -> Level {
    match name {
        "error" => Level::Error,
        "warn" => Level::Warn,
        "debug" => Level::Debug,
        "trace" => Level::Trace,
        _ => Level::Info,
    }
}

/// Returns how much memory a process has, where the kernel tells: `VmRSS` of proc_pid_status(5).
pub(super) fn memory_bytes(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests;
