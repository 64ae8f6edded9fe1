//! Instructions for a call: figures without noise, so that one which grows shows.
//!
//! Callgrind counts what runs from [`counted`] to [`ended`], once for some rounds of a job and once for twice as many; the difference is
//! what the rounds take, without the set-up. The component is compiled beforehand, for any processor of the architecture and not
//! for this one, so that the machine code is the same everywhere.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bench_guest::{JOBS, Job, Work};
use serde_json::{Value, json};
use wasmtime::error::Context as _;
use wasmtime::{Result, bail, ensure};

use crate::component::{Bytes, Calls, Code, Guest};

/// The rounds of the shorter run. More only make it slower: there is no noise.
const ROUNDS: u32 = 50;
/// By how much a count may grow over the stored one.
const TOLERANCE: f64 = 1.03;

/// The counts of a version of the source.
#[derive(Debug)]
pub(crate) struct Counts {
    /// The compiler and architecture that they were taken with: those of another are other counts.
    pub(crate) compiler: String,
    /// Instructions of the host and, compiled, of the guest, for one round of each job.
    pub(crate) jobs: BTreeMap<String, Count>,
}

/// Instructions for one round of a job.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    pub(crate) cranelift: u64,
    pub(crate) pulley: u64,
    /// The same of calls that come in lowered, which asynchronous ones do not.
    pub(crate) lowered: Option<[u64; 2]>,
}

impl Counts {
    /// Reads stored counts.
    pub(crate) fn read(file: &Path) -> Result<Counts> {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let value: Value = serde_json::from_str(&text)?;
        let number = |job: &Value, code: &str| job.get(code).and_then(Value::as_u64);
        let jobs = value.get("jobs").and_then(Value::as_object).into_iter().flatten().filter_map(|(name, job)| {
            let lowered = number(job, "lowered_cranelift").zip(number(job, "lowered_pulley")).map(<[u64; 2]>::from);
            let (cranelift, pulley) = (number(job, "cranelift")?, number(job, "pulley")?);
            Some((name.clone(), Count { cranelift, pulley, lowered }))
        });
        let compiler = value.get("compiler").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Counts { compiler, jobs: jobs.collect() })
    }

    /// Stores counts.
    pub(crate) fn write(&self, file: &Path) -> Result<()> {
        let job = |count: &Count| match count.lowered {
            None => json!({ "cranelift": count.cranelift, "pulley": count.pulley }),
            Some([cranelift, pulley]) => json!({
                "cranelift": count.cranelift, "pulley": count.pulley,
                "lowered_cranelift": cranelift, "lowered_pulley": pulley,
            }),
        };
        let jobs: BTreeMap<_, _> = self.jobs.iter().map(|(name, count)| (name, job(count))).collect();
        let value = json!({ "compiler": self.compiler, "jobs": jobs });
        Ok(fs::write(file, format!("{}\n", serde_json::to_string_pretty(&value)?))?)
    }
}

/// Returns what is run, in its order.
fn guests() -> impl Iterator<Item = (Code, Calls)> {
    Code::ALL.into_iter().flat_map(|code| Calls::ALL.map(|calls| (code, calls)))
}

/// Returns the jobs that are counted, by their numbers: those in which the boundary and the simulated wires are what there is.
fn jobs_of(calls: Calls) -> impl Iterator<Item = (u32, Job)> {
    let counted = |work: &Work| !matches!(work, Work::Driver(_));
    (0..).zip(JOBS.iter().copied()).filter(move |(_, job)| calls.has(job.work) && counted(&job.work))
}

/// Counts all jobs. Returns nothing if there is no callgrind.
pub(crate) fn count(components: &Bytes, folder: &Path) -> Result<Option<Counts>> {
    let valgrind = || Command::new("valgrind");
    if valgrind().arg("--version").stdout(Stdio::null()).status().is_err() {
        return Ok(None);
    }
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    let mut files = Vec::new();
    for (code, calls) in guests() {
        let file = folder.join(format!("{}-{calls:?}.cwasm", code.name()));
        fs::write(&file, Guest::precompile(code, calls, components.of(calls))?)?;
        files.push(file);
    }
    let output = valgrind()
        .args(["--tool=callgrind", "--dump-before=*counts::counted*", "--dump-before=*counts::ended*"])
        .arg(format!("--callgrind-out-file={}", folder.join("out").display()))
        .arg(std::env::current_exe()?)
        .arg("counted")
        .args(&files)
        .output()?;
    ensure!(output.status.success(), "valgrind: {}", String::from_utf8_lossy(&output.stderr));
    let mut dump = 0;
    // Every second dump is what ran from `counted` to `ended`; those between are the rest.
    let mut next = || -> Result<u64> {
        dump += 2;
        total(&folder.join(format!("out.{dump}")))
    };
    let mut difference = || -> Result<u64> {
        let (once, twice) = (next()?, next()?);
        Ok(twice.saturating_sub(once).div_ceil(ROUNDS.into()))
    };
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    for (code, calls) in guests() {
        for (_, job) in jobs_of(calls) {
            let count = counts.entry(job.name.to_owned()).or_default();
            let instructions = difference()?;
            match (calls, code) {
                (Calls::Blocking | Calls::Waiting, Code::Cranelift) => count.cranelift = instructions,
                (Calls::Blocking | Calls::Waiting, Code::Pulley) => count.pulley = instructions,
                (Calls::Lowered, code) => {
                    let [cranelift, pulley] = count.lowered.get_or_insert_default();
                    *(if code == Code::Cranelift { cranelift } else { pulley }) = instructions;
                }
            }
        }
    }
    Ok(Some(Counts { compiler: compiler()?, jobs: counts }))
}

/// Runs all jobs for callgrind.
pub(crate) fn run(files: &[PathBuf]) -> Result<()> {
    for ((code, calls), file) in guests().zip(files) {
        let mut guest = Guest::precompiled(code, calls, &fs::read(file)?)?;
        for (job, _) in jobs_of(calls) {
            guest.run(job, ROUNDS)?;
            counted(&mut guest, job, ROUNDS)?;
            counted(&mut guest, job, 2 * ROUNDS)?;
        }
    }
    Ok(())
}

/// What callgrind counts in.
#[inline(never)]
fn counted(guest: &mut Guest, job: u32, rounds: u32) -> Result<u64> {
    let sum = guest.run(job, rounds);
    ended(rounds);
    sum
}

/// What ends the counting.
#[inline(never)]
fn ended(rounds: u32) {
    std::hint::black_box(rounds);
}

/// Reads how many instructions a dump of callgrind's counted.
fn total(file: &Path) -> Result<u64> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
    total.and_then(|total| total.trim().parse().ok()).with_context(|| format!("no total in {}", file.display()))
}

/// Returns what decides on the instructions beside the source.
fn compiler() -> Result<String> {
    let output = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("--version").output()?;
    Ok(format!("{}, {}", String::from_utf8_lossy(&output.stdout).trim(), std::env::consts::ARCH))
}

/// Compares counts with stored ones, and says what changed. Those of another compiler cannot be compared.
pub(crate) fn compare(counts: &Counts, stored: &Counts) -> Result<()> {
    if counts.compiler != stored.compiler {
        println!("skipped: counted with {}, stored are counts with {}", counts.compiler, stored.compiler);
        return Ok(());
    }
    let mut grown = Vec::new();
    println!("{:<46} {:>24} {:>24}", "instructions (stored)", "component: both engines", "lowered: both engines");
    for (name, count) in &counts.jobs {
        let Some(old) = stored.jobs.get(name) else { bail!("there is no stored count of {name}: `--bless` stores it") };
        let mut pairs = vec![("Cranelift", count.cranelift, old.cranelift), ("Pulley", count.pulley, old.pulley)];
        if let Some([cranelift, pulley]) = count.lowered {
            let Some([old_cranelift, old_pulley]) = old.lowered else {
                bail!("there is no stored count of {name}, lowered: `--bless` stores it")
            };
            pairs.push(("Cranelift, lowered", cranelift, old_cranelift));
            pairs.push(("Pulley, lowered", pulley, old_pulley));
        }
        let shown: Vec<_> = pairs.iter().map(|(_, now, then)| format!("{now:>6} ({then:>6})")).collect();
        println!("{name:<46} {}", shown.join(" "));
        for (code, now, then) in pairs {
            if float(now) > float(then) * TOLERANCE {
                grown.push(format!("{name}, {code}: {now} instead of {then}"));
            }
        }
    }
    ensure!(grown.is_empty(), "more instructions than are stored (`--bless` stores them): {}", grown.join("; "));
    Ok(())
}

/// A count as a number to divide.
fn float(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}
