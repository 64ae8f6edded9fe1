//! Whether the tools that teams have get what tests of guests tell: nextest runs the tests of the template through
//! `wasm-embedded-rt test`, and junitparser reads its report and that of scenarios.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::languages::tools;
use crate::process::{self, cargo, command, exists, root, target_dir};
use crate::steps::Done;
use crate::{guests, program, targets};

/// A test beside those of the template, which fails.
const FAILING: &str = r#"
#[cfg(test)]
mod cold {
    #[test]
    fn it_freezes() {
        let mut bus = wasm_embedded_hal::I2c::open("sensor").unwrap();
        let seen = super::half_degrees(&mut bus).unwrap();
        assert!(seen < 0, "{seen} half degrees, <not> \"cold\"");
    }
}
"#;

/// What nextest does not do by itself.
const SETTINGS: &str = "[profile.default.junit]\npath = \"junit.xml\"\n";

/// The tests of the template, as nextest names them, and whether they pass.
const TESTS: [(&str, bool); 4] = [
    ("cold::it_freezes", false),
    ("tests::each_test_has_a_fresh_board", true),
    ("tests::the_alarm_is_raised_above_30_degrees", true),
    ("tests::the_temperature_is_that_of_the_board", true),
];

/// The status of nextest when a test failed: `TEST_RUN_FAILED` of its exit codes.
const TEST_RUN_FAILED: i32 = 100;

/// What the reports are made and read with.
struct Desk {
    host: PathBuf,
    python: PathBuf,
    folder: PathBuf,
}

impl Desk {
    /// Installs what is missing, or says why it cannot.
    fn new() -> anyhow::Result<Result<Desk, String>> {
        let folder = target_dir().join("reports");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        targets::ensure(&[targets::GUEST])?;
        let requirements = root().join("xtask/src/reports/requirements.txt");
        let python = match tools::venv(&folder.join("python"), &requirements)? {
            Ok(python) => python,
            Err(reason) => return Ok(Err(reason)),
        };
        Ok(Ok(Desk { host: program::build()?, python, folder }))
    }

    /// Returns what junitparser has of a report: a line a test.
    fn read(&self, report: &Path) -> anyhow::Result<String> {
        let mut script = command(&self.python, [root().join("xtask/src/reports/read.py")]);
        Ok(String::from_utf8(process::output(script.arg(report))?)?)
    }

    /// Returns a command of nextest for the project. Its runner is found by its name, as users have it.
    fn nextest(&self, project: &Path, what: &str) -> Command {
        let mut nextest = cargo(["nextest", what, "--lib", "--color", "never"]);
        let programs = self.host.parent().into_iter().map(Path::to_owned);
        let path = env::var_os("PATH").unwrap_or_default();
        // Only a folder with a colon in its name cannot be joined.
        let path = env::join_paths(programs.chain(env::split_paths(&path))).unwrap_or(path.clone());
        nextest.current_dir(project).env("PATH", path).env("CARGO_TARGET_DIR", project.join("target"));
        nextest.env("CARGO_NET_OFFLINE", "true");
        nextest.env_remove("WASM_EMBEDDED_POLICY").env_remove("NEXTEST_PROFILE");
        nextest
    }
}

/// Has nextest list and run the tests of the template, and junitparser read what nextest writes of them.
pub(crate) fn nextest() -> anyhow::Result<Done> {
    if !exists(&mut cargo(["nextest", "--version"])) {
        let install = "`cargo install --locked cargo-nextest`";
        return Ok(Done::Skipped(format!("cargo-nextest is missing: {install} installs it")));
    }
    let desk = match Desk::new()? {
        Ok(desk) => desk,
        Err(reason) => return Ok(Done::Skipped(reason)),
    };
    // Outside of the repository, whose own settings of cargo would be joined to the template's.
    let folder = env::temp_dir().join(format!("xtask-reports-{}", std::process::id()));
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let outcome = tests_of_template(&desk, &folder.join("thermometer"));
    // What is left behind there is not worth a failure.
    let _ = fs::remove_dir_all(&folder);
    outcome.map(|()| Done::Passed)
}

fn tests_of_template(desk: &Desk, project: &Path) -> anyhow::Result<()> {
    let mut new = Command::new(&desk.host);
    process::run(new.arg("new").arg(project).arg("--hal").arg(root().join("hal")))?;
    copy(&root().join("Cargo.lock"), &project.join("Cargo.lock"))?;
    let library = project.join("src/lib.rs");
    fs::write(&library, fs::read_to_string(&library)? + FAILING)?;
    fs::create_dir_all(project.join(".config"))?;
    fs::write(project.join(".config/nextest.toml"), SETTINGS)?;

    let listed = process::output(desk.nextest(project, "list").args(["--message-format", "oneline"]))?;
    let listed = String::from_utf8(listed)?;
    let names: Vec<&str> = listed.lines().filter_map(|line| line.strip_prefix("thermometer ")).collect();
    ensure!(names == TESTS.map(|(name, _)| name), "nextest lists\n{listed}");

    let ran = desk.nextest(project, "run").arg("--no-fail-fast").output().context("cannot start nextest")?;
    let said = String::from_utf8_lossy(&ran.stderr);
    ensure!(ran.status.code() == Some(TEST_RUN_FAILED), "nextest ended with {} and said\n{said}", ran.status);
    let read = desk.read(&project.join("target/nextest/default/junit.xml"))?;
    for (name, passes) in TESTS {
        let (outcome, message) = find(&read, name)?;
        ensure!(outcome == if passes { "Passed" } else { "Failure" }, "{name} is {outcome} in\n{read}");
        // The panic's place and text are those of the guest.
        let is_told = message.contains("src/lib.rs:") && message.contains("63 half degrees, <not> \"cold\"");
        ensure!(passes || is_told, "the report does not tell why {name} failed:\n{read}");
    }
    Ok(())
}

/// Has junitparser read the report of scenarios: one that passes, one that fails twice, and one that cannot be run.
pub(crate) fn scenarios() -> anyhow::Result<Done> {
    let desk = match Desk::new()? {
        Ok(desk) => desk,
        Err(reason) => return Ok(Done::Skipped(reason)),
    };
    guests::build_package("scenario-guests", &["--bins"])?;
    let folder = desk.folder.join("scenarios");
    for (name, guest) in [("fan", "fan"), ("presses", "presses_faulty")] {
        let scenario = format!("{name}.toml");
        copy(&root().join("scenario/guests/scenarios").join(&scenario), &folder.join(scenario))?;
        copy(&guests::built(guest), &folder.join(name).with_extension("wasm"))?;
    }
    fs::write(folder.join("slip.toml"), "policy = {}\n[[step]]\nwiat = \"1s\"\n")?;
    let report = folder.join("outcomes.xml");
    let mut test = Command::new(&desk.host);
    test.current_dir(&folder).args(["test", "fan.toml", "presses.toml", "slip.toml", "--no-files", "--retries", "1"]);
    let ran =
        test.arg("--junit").arg(&report).output().with_context(|| format!("cannot start {}", desk.host.display()))?;
    ensure!(ran.status.code() == Some(120), "{}", String::from_utf8_lossy(&ran.stdout));
    let read = desk.read(&report)?;
    let outcomes: Vec<&str> = read.lines().filter_map(|line| line.split('\t').nth(1)).collect();
    ensure!(outcomes == ["Passed", "Failure", "Error"], "junitparser reads\n{read}");
    ensure!(read.contains("did not happen") && read.contains("wiat"), "the report does not tell what failed:\n{read}");
    Ok(Done::Passed)
}

/// Returns the outcome and the message of a test.
fn find<'r>(read: &'r str, name: &str) -> anyhow::Result<(&'r str, &'r str)> {
    let fields = |line: &'r str| line.split_once('\t').filter(|(test, _)| *test == name)?.1.split_once('\t');
    read.lines().find_map(fields).with_context(|| format!("no test {name} in\n{read}"))
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to.parent().context("a file is in a folder")?)?;
    fs::copy(from, to).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    Ok(())
}
