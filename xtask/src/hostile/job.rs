//! What is run, and how it ended.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use anyhow::bail;

use super::Outcome;
use crate::guests;

/// The policy of most cases.
const POLICY: &str = include_str!("policy.toml");

/// A call of the host.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// `run` or another command.
    pub(crate) command: &'static str,
    /// The component; the guests of this list if there is none.
    pub(crate) component: Option<PathBuf>,
    pub(crate) policy: Option<String>,
    /// Options of the command.
    pub(crate) options: Vec<String>,
    /// The guest's arguments.
    pub(crate) args: Vec<String>,
    /// What comes before the command, such as a shell that sets a limit.
    pub(crate) wrapper: Vec<String>,
    /// How long it may take.
    pub(crate) most_s: u64,
    /// Where the standard output goes, if not to the record.
    pub(crate) stdout: Option<PathBuf>,
}

impl Job {
    fn new(command: &'static str) -> Job {
        Job {
            command,
            component: None,
            policy: Some(POLICY.to_owned()),
            options: Vec::new(),
            args: Vec::new(),
            wrapper: Vec::new(),
            most_s: 30,
            stdout: None,
        }
    }

    /// Runs one of the guests of this list.
    pub(crate) fn guest(what: &str) -> Job {
        Job { args: vec![what.to_owned()], ..Job::new("run") }
    }

    /// Runs one of the asynchronous guests.
    pub(crate) fn asynchronous(what: &str) -> Job {
        Job { args: vec![what.to_owned()], ..Job::component(guests::built("hostile_async")) }
    }

    /// Runs a component.
    pub(crate) fn component(component: PathBuf) -> Job {
        Job { component: Some(component), ..Job::new("run") }
    }

    /// Loads a component, and does not run it.
    pub(crate) fn check(component: PathBuf) -> Job {
        Job { component: Some(component), ..Job::new("check") }
    }

    /// Compiles a component.
    pub(crate) fn compile(component: &Path) -> Job {
        Job { component: Some(component.to_owned()), ..Job::new("compile") }
    }

    /// Has a serial port of the machine's.
    pub(crate) fn serial(self, path: &Path) -> Job {
        let policy = self.policy.as_deref().unwrap_or_default();
        let policy =
            Some(policy.replace("[uart.SERIAL]\nsim = true", &format!("[uart.SERIAL]\npath = \"{}\"", path.display())));
        Job { policy, ..self }
    }

    /// Has limits in the policy.
    pub(crate) fn limits(self, limits: &str) -> Job {
        self.more(&format!("[limits]\n{limits}\n"))
    }

    /// Has something more in the policy.
    pub(crate) fn more(self, more: &str) -> Job {
        let policy = Some(format!("{}\n{more}", self.policy.as_deref().unwrap_or_default()));
        Job { policy, ..self }
    }

    /// Has another policy.
    pub(crate) fn policy(self, policy: &str) -> Job {
        Job { policy: Some(policy.to_owned()), ..self }
    }

    /// Has options of the command.
    pub(crate) fn options(mut self, options: &[&str]) -> Job {
        self.options.extend(options.iter().map(|option| (*option).to_owned()));
        self
    }
}

/// A call of the host that ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: ExitStatus,
    pub(crate) hung: bool,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    /// The end of the standard error.
    pub(crate) tail: Vec<u8>,
    /// How long the files are, of which the records are the beginnings.
    pub(crate) stdout_bytes: u64,
    pub(crate) stderr_bytes: u64,
}

impl Ran {
    /// Returns the standard output as text.
    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Returns the standard error as text.
    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Returns the end of the standard error as text.
    pub(crate) fn tail(&self) -> String {
        String::from_utf8_lossy(&self.tail).into_owned()
    }

    /// Fails unless the last that the trace says of a net is that it is low.
    pub(crate) fn left_low(&self, net: &str) -> anyhow::Result<()> {
        let tail = self.tail();
        match tail.lines().rfind(|line| line.contains(&format!(" {net} "))) {
            Some(line) if line.ends_with(" low") => Ok(()),
            other => bail!("{net} is left as {other:?}"),
        }
    }

    /// Fails unless the last that the trace says of the I2C bus is a STOP.
    pub(crate) fn left_idle(&self) -> anyhow::Result<()> {
        let tail = self.tail();
        match tail.lines().rfind(|line| line.contains(" i2c ")) {
            Some(line) if line.ends_with(" stop") => Ok(()),
            // The guest did not come to use it.
            None => Ok(()),
            Some(other) => bail!("the bus is left after {other:?}"),
        }
    }

    /// Returns what became of it; fails for a host that crashed or did not end, and for a guest that found something else than
    /// it expected.
    pub(crate) fn outcome(&self) -> anyhow::Result<Outcome> {
        let told = || {
            let stderr = self.stderr();
            let end = stderr.char_indices().rev().nth(400).map_or(0, |(at, _)| at);
            stderr.get(end..).unwrap_or_default().trim().to_owned()
        };
        if self.hung {
            bail!("it did not end: {}", told());
        }
        match self.status.code() {
            Some(0) if self.stdout().lines().any(|line| line == "typed") => Ok(Outcome::Typed),
            Some(0) => Ok(Outcome::Harmless),
            // A limit, a trap, the end of its time, a signal.
            Some(118 | 122 | 123 | 129..160) => Ok(Outcome::Stopped),
            Some(120 | 121) => Ok(Outcome::Refused),
            _ => bail!("it ended with {}: {}", self.status, told()),
        }
    }
}
