//! Where the cases are run.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, bail};

use super::job::{Job, Ran};
use super::process::{self, Ended};
use super::{Outcome, mebibytes};
use crate::guests;
use crate::process::target_dir;

/// How much of what a guest brings about is looked at.
const RECORD_BYTES: u64 = 4 << 20;

/// A folder, a host, and what the runs of a case took.
#[derive(Debug)]
pub(crate) struct Lab {
    host: PathBuf,
    guest: PathBuf,
    folder: PathBuf,
    peak_kib: Cell<u64>,
}

/// A host that runs.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) child: Child,
    job: Job,
}

impl Lab {
    pub(crate) fn new(host: PathBuf) -> anyhow::Result<Lab> {
        let folder = target_dir().join("hostile");
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
        }
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let lab = Lab { host, guest: guests::built("hostile"), folder, peak_kib: Cell::new(0) };
        // From here on the guests' code is in the cache: what a case takes is not what compiling takes.
        lab.expect(Job::guest("idle"), Outcome::Harmless)?;
        lab.take_peak_kib();
        Ok(lab)
    }

    /// Returns a file in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes a file into the folder.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> anyhow::Result<PathBuf> {
        let path = self.path(name);
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }

    /// Writes a component that is given as text.
    pub(crate) fn wat(&self, name: &str, text: &str) -> anyhow::Result<PathBuf> {
        self.file(name, &wat::parse_str(text).with_context(|| format!("{name} is not valid text"))?)
    }

    /// Returns the guests of this list.
    pub(crate) fn guest(&self) -> &Path {
        &self.guest
    }

    /// Returns what the host takes for a guest that does nothing.
    pub(crate) fn idle_kib(&self) -> anyhow::Result<u64> {
        self.expect(Job::guest("idle"), Outcome::Harmless)?;
        Ok(self.take_peak_kib())
    }

    /// Returns the most that a run took since this was asked last.
    pub(crate) fn take_peak_kib(&self) -> u64 {
        self.peak_kib.take()
    }

    /// Starts a host.
    pub(crate) fn start(&self, job: Job, stdin: Stdio) -> anyhow::Result<Running> {
        let mut words = job.wrapper.clone();
        words.push(self.host.display().to_string());
        words.push(job.command.to_owned());
        words.push(job.component.as_deref().unwrap_or(&self.guest).display().to_string());
        if let Some(policy) = &job.policy {
            words.push("--policy".to_owned());
            words.push(self.file("policy.toml", policy.as_bytes())?.display().to_string());
        }
        words.extend(job.options.iter().cloned());
        if !job.args.is_empty() {
            words.push("--".to_owned());
            words.extend(job.args.iter().cloned());
        }
        let stdout = match &job.stdout {
            Some(path) => File::options().write(true).open(path).context("cannot open the standard output")?,
            None => File::create(self.path("stdout")).context("cannot write the record")?,
        };
        let stderr = File::create(self.path("stderr")).context("cannot write the record")?;
        let (program, args) = words.split_first().context("there is a program")?;
        let mut command = Command::new(program);
        command.args(args).current_dir(&self.folder).stdin(stdin).stdout(stdout).stderr(stderr);
        command.env_remove("WASM_EMBEDDED_POLICY").env("NO_COLOR", "1").env("RUST_BACKTRACE", "0");
        command.env("XDG_CACHE_HOME", self.path("cache")).env("XDG_STATE_HOME", self.path("state"));
        let child = command.spawn().with_context(|| format!("cannot start {program}"))?;
        Ok(Running { child, job })
    }

    /// Waits for a host that was started.
    pub(crate) fn wait(&self, running: &Running) -> anyhow::Result<Ran> {
        let Ended { status, peak_kib, hung } = process::wait(&running.child, running.job.most)?;
        self.peak_kib.set(self.peak_kib.get().max(peak_kib));
        let (stdout, stdout_bytes) = match &running.job.stdout {
            Some(_) => (Vec::new(), 0),
            None => record(&self.path("stdout"))?,
        };
        let (stderr, stderr_bytes) = record(&self.path("stderr"))?;
        Ok(Ran { status, hung, stdout, stderr, stdout_bytes, stderr_bytes })
    }

    /// Runs a job to its end.
    pub(crate) fn run(&self, job: Job) -> anyhow::Result<Ran> {
        self.wait(&self.start(job, Stdio::null())?)
    }

    /// Runs a job and fails unless its end is as expected.
    pub(crate) fn expect(&self, job: Job, wanted: Outcome) -> anyhow::Result<Ran> {
        let what = match (&job.component, job.args.first()) {
            (None, Some(what)) => what.clone(),
            (component, _) => component.as_deref().unwrap_or(&self.guest).display().to_string(),
        };
        let ran = self.run(job)?;
        let outcome = ran.outcome().with_context(|| what.clone())?;
        if outcome != wanted {
            bail!("{what}: the outcome is {}, and should be {}: {}", outcome.letter(), wanted.letter(), ran.stderr());
        }
        Ok(ran)
    }

    /// Fails unless the host tells the operator something.
    pub(crate) fn says(ran: &Ran, text: &str) -> anyhow::Result<()> {
        if !ran.stderr().contains(text) {
            bail!("the host does not say {text:?}: {}", ran.stderr());
        }
        Ok(())
    }

    /// Fails unless a file is as short as it should be.
    pub(crate) fn at_most(what: &str, bytes: u64, most: u64) -> anyhow::Result<()> {
        if bytes > most {
            bail!("{what} has {}, and may have {}", mebibytes(bytes >> 10), mebibytes(most >> 10));
        }
        Ok(())
    }
}

fn record(path: &Path) -> anyhow::Result<(Vec<u8>, u64)> {
    let file = File::open(path).context("cannot read the record")?;
    let length = file.metadata()?.len();
    let mut bytes = Vec::new();
    file.take(RECORD_BYTES).read_to_end(&mut bytes)?;
    Ok((bytes, length))
}
