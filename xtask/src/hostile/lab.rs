//! Where the cases are run.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};

use super::job::{Job, Ran};
use super::process::{self, Ended};
use super::{Outcome, mebibytes};
use crate::guests;
use crate::process::target_dir;

/// How much of what a guest brings about is looked at.
const RECORD_BYTES: u64 = 4 << 20;

/// And of its end.
const TAIL_BYTES: u64 = 16 << 10;

/// A folder, a host, and what the runs of a case took.
#[derive(Debug)]
pub(crate) struct Lab {
    host: PathBuf,
    guest: PathBuf,
    /// The program that makes components from text.
    wat: PathBuf,
    folder: PathBuf,
    peak_kib: Cell<u64>,
    /// How many were started: each has files of its own.
    runs: Cell<u32>,
}

/// A host that runs.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) policy: PathBuf,
    job: Job,
    stdout: PathBuf,
    stderr: PathBuf,
}

/// Within which time a guest says that it is ready.
const READY: Duration = Duration::from_secs(20);

impl Lab {
    pub(crate) fn new(host: PathBuf, wat: PathBuf) -> anyhow::Result<Lab> {
        let folder = target_dir().join("hostile");
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
        }
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let lab =
            Lab { host, guest: guests::built("hostile"), wat, folder, peak_kib: Cell::new(0), runs: Cell::new(0) };
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
        let path = self.path(name);
        let mut tool =
            Command::new(&self.wat).arg(&path).stdin(Stdio::piped()).spawn().context("cannot start `wat`")?;
        tool.stdin.take().context("`wat` has no input")?.write_all(text.as_bytes())?;
        ensure!(tool.wait()?.success(), "{name} could not be made from its text");
        Ok(path)
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
    pub(crate) fn start(&self, job: Job) -> anyhow::Result<Running> {
        let run = self.runs.get();
        self.runs.set(run + 1);
        let (out, err) = (self.path(&format!("{run}.stdout")), self.path(&format!("{run}.stderr")));
        let file = self.path(&format!("{run}-policy.toml"));
        let mut words = job.wrapper.clone();
        words.push(self.host.display().to_string());
        words.push(job.command.to_owned());
        words.push(job.component.as_deref().unwrap_or(&self.guest).display().to_string());
        if let Some(policy) = &job.policy {
            words.push("--policy".to_owned());
            fs::write(&file, policy).context("cannot write the policy")?;
            words.push(file.display().to_string());
        }
        words.extend(job.options.iter().cloned());
        if !job.args.is_empty() {
            words.push("--".to_owned());
            words.extend(job.args.iter().cloned());
        }
        let stdout = match &job.stdout {
            Some(path) => File::options().write(true).open(path).context("cannot open the standard output")?,
            None => File::create(&out).context("cannot write the record")?,
        };
        let stderr = File::create(&err).context("cannot write the record")?;
        let (program, args) = words.split_first().context("there is a program")?;
        let mut command = Command::new(program);
        command.args(args).current_dir(&self.folder).stdin(Stdio::piped()).stdout(stdout).stderr(stderr);
        command.env_remove("WASM_EMBEDDED_POLICY").env("NO_COLOR", "1").env("RUST_BACKTRACE", "0");
        command.env("XDG_CACHE_HOME", self.path("cache")).env("XDG_STATE_HOME", self.path("state"));
        let child = command.spawn().with_context(|| format!("cannot start {program}"))?;
        Ok(Running { child, policy: file, job, stdout: out, stderr: err })
    }

    /// Waits for a host that was started.
    pub(crate) fn wait(&self, running: Running) -> anyhow::Result<Ran> {
        let most = Duration::from_secs(running.job.most_s);
        let Ended { status, peak_kib, hung } = process::wait(&running.child, most)?;
        self.peak_kib.set(self.peak_kib.get().max(peak_kib));
        let (stdout, stdout_bytes) = match &running.job.stdout {
            Some(_) => (Vec::new(), 0),
            None => record(&running.stdout)?,
        };
        let (stderr, stderr_bytes) = record(&running.stderr)?;
        let tail = tail(&running.stderr)?;
        for path in [&running.stdout, &running.stderr, &running.policy] {
            // One that was not written cannot be removed.
            let _ = fs::remove_file(path);
        }
        Ok(Ran { status, hung, stdout, stderr, tail, stdout_bytes, stderr_bytes })
    }

    /// Runs a job to its end.
    pub(crate) fn run(&self, job: Job) -> anyhow::Result<Ran> {
        let mut running = self.start(job)?;
        // Its input is empty.
        drop(running.child.stdin.take());
        self.wait(running)
    }

    /// Starts a guest and waits until it says that it is ready. Its input stays open.
    pub(crate) fn start_ready(&self, job: Job) -> anyhow::Result<Running> {
        let running = self.start(job)?;
        let began = Instant::now();
        while !fs::read(&running.stdout)?.starts_with(b"ready") {
            if began.elapsed() > READY {
                process::signal(&running.child, libc::SIGKILL)?;
                bail!("the guest is not ready: {}", self.wait(running)?.stderr());
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok(running)
    }

    /// Sends a signal to a guest that is ready, after a time; returns how it ended, and how long after the signal.
    pub(crate) fn stopped(&self, job: Job, signal: i32, after: Duration) -> anyhow::Result<(Ran, Duration)> {
        let running = self.start_ready(job)?;
        thread::sleep(after);
        let began = Instant::now();
        process::signal(&running.child, signal)?;
        let ran = self.wait(running)?;
        Ok((ran, began.elapsed()))
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

/// Returns the end of a record.
fn tail(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut file = File::open(path).context("cannot read the record")?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}
