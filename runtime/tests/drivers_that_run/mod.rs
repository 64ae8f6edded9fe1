//! Every use of a driver in `drivers-demo/run` prints what its row says, and `docs/drivers.md` is made from the rows.

mod rows;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use wasm_embedded_runtime::engine::EngineOptions;
use wasm_embedded_runtime::harness::{Outcome, run_program};
use wasm_embedded_runtime::policy::Policy;
use wasm_embedded_runtime::program::Program;
use wasm_embedded_runtime::run::RunOptions;
use wasm_embedded_runtime::trust::Trust;
use wasm_embedded_sim::model::Value;

use self::rows::{DRIVERS, Driver, Shown, Verdict};
use crate::support;

const BEGIN: &str =
    "<!-- drivers: `BLESS=1 cargo nextest run -p wasm-embedded-runtime --test drivers` writes the tables -->\n";
const END: &str = "<!-- end of drivers -->";

/// The program with all the uses, and the board with all the parts.
struct Bench {
    program: Program,
    policy: Policy,
}

impl Bench {
    fn new() -> Bench {
        let path = support::workspace().join("drivers-demo/run/board.toml");
        let policy = Policy::load(&path).expect("the policy is valid");
        let bytes = fs::read(support::guest("drivers-run", "drivers")).expect("the component can be read");
        let program = Program::load(&bytes, EngineOptions::of(&policy), &Trust::default()).expect("a component");
        Bench { program, policy }
    }

    fn run(&self, args: &[&str]) -> Outcome {
        let args = ["drivers"].iter().chain(args).map(|arg| (*arg).to_owned()).collect();
        let options = RunOptions { args, ..RunOptions::default() };
        run_program(&self.program, &self.policy, &options, |_| ()).expect("it can be run")
    }
}

/// Returns the uses in `drivers-demo/run`, with their drivers.
fn uses() -> impl Iterator<Item = (&'static Driver, &'static str, &'static str, &'static [Shown])> {
    DRIVERS.iter().flat_map(|driver| {
        driver.uses.iter().filter_map(move |use_| Some((driver, use_.run?, use_.prints, use_.shows)))
    })
}

#[test]
fn every_driver_prints_what_its_row_says() {
    let bench = Bench::new();
    let mut problems = String::new();
    for (_, run, prints, shows) in uses() {
        let outcome = bench.run(&[run]);
        let (printed, said) = (outcome.said.stdout_text(), outcome.said.stderr_text());
        // The line after that of the place is the message.
        let panic = said.split_once("panicked at ").and_then(|(_, place)| place.lines().nth(1));
        let (printed, said) = match panic {
            Some(message) => (format!("{printed}panics: {message}"), String::new()),
            None => (printed, said),
        };
        if printed.trim_end() != prints || !said.is_empty() || !outcome.said.refusals.is_empty() {
            let refusals = &outcome.said.refusals;
            writeln!(problems, "{run}: expected {prints:?}\n    printed {printed:?}\n    {said} {refusals:?}")
                .expect("text");
        }
        for (name, readout, expected) in shows {
            let value = if *readout == "colours" { colours(&outcome, name) } else { shown(&outcome, name, readout) };
            if value.as_deref() != Some(expected) {
                writeln!(problems, "{run}: {name}.{readout} is {value:?}, not {expected}").expect("text");
            }
        }
    }
    assert!(problems.is_empty(), "\n{problems}");
}

fn shown(outcome: &Outcome, name: &str, readout: &str) -> Option<String> {
    let part = outcome.board.part(name).unwrap_or_else(|| panic!("there is no part {name}"));
    outcome.board.sim().read(part, readout).map(|value| text(&value))
}

/// Returns the colours of a strip's lights, or of some points of a display.
fn colours(outcome: &Outcome, name: &str) -> Option<String> {
    let hex = |[red, green, blue]: [u8; 3]| format!("{red:02x}{green:02x}{blue:02x}");
    let frame = outcome.board.frame(name)?;
    let points = if frame.height == 1 { (0..frame.width).map(|x| (x, 0)).collect() } else { POINTS.to_vec() };
    let colours = points.into_iter().filter_map(|(x, y)| frame.colour(x, y));
    Some(colours.map(hex).collect::<Vec<_>>().join(" "))
}

/// Points in the three squares that `drivers-demo/run/src/screens.rs` draws, and beside them.
const POINTS: [(usize, usize); 4] = [(5, 5), (15, 5), (25, 5), (60, 60)];

/// Returns a value of a part as the rows have it.
fn text(value: &Value) -> String {
    match value {
        Value::Number(number) => format!("{number:.3}"),
        Value::Integer(number) => number.to_string(),
        Value::Switch(on) => on.to_string(),
        Value::Text(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

#[test]
fn every_use_of_the_program_has_a_row_and_every_row_a_use() {
    let listed = Bench::new().run(&[]).said.stdout_text();
    let listed: BTreeSet<&str> = listed.lines().collect();
    let rows: BTreeSet<&str> = uses().map(|(_, run, _, _)| run).collect();
    assert_eq!(listed, rows);
    let programs = support::workspace().join("drivers-demo/src/bin");
    for use_ in DRIVERS.iter().flat_map(|driver| driver.uses) {
        if let Some(program) = use_.program {
            assert!(programs.join(format!("{program}.rs")).exists(), "there is no program {program}");
        }
    }
}

/// Returns the version of a crate that the guests are built with.
fn version<'a>(lock: &'a str, name: &str) -> &'a str {
    let entry = format!("name = \"{name}\"\nversion = \"");
    let mut entries = lock.match_indices(&entry).map(|(at, _)| &lock[at + entry.len()..]);
    let first = entries.next().unwrap_or_else(|| panic!("{name} is not among the dependencies"));
    assert!(entries.next().is_none(), "there are two versions of {name}");
    first.split('"').next().expect("a version")
}

fn tables() -> String {
    let lock = fs::read_to_string(support::workspace().join("Cargo.lock")).expect("Cargo.lock");
    let (mut right, mut wrong) = (String::new(), String::new());
    let mut drivers: Vec<&Driver> = DRIVERS.iter().collect();
    drivers.sort_by_key(|driver| (driver.name, driver.part));
    for driver in &drivers {
        let version = version(&lock, driver.name);
        let faults = driver.uses.iter().filter(|use_| matches!(use_.verdict, Verdict::Wrong { .. })).count();
        let verdict = match (faults, driver.uses.len()) {
            (0, _) => "right",
            (faults, uses) if faults == uses => "wrong",
            _ => "right but for what is below",
        };
        writeln!(right, "| {} | {version} | {} | {verdict} |", driver.name, driver.part).expect("text");
        for use_ in driver.uses {
            if let Verdict::Wrong { asked, should } = use_.verdict {
                let prints = use_.prints.replace('\n', "; ").replace('|', "\\|").replace('`', "");
                writeln!(wrong, "| {} | {version} | {asked} | `{prints}` | {should} |", driver.name).expect("text");
            }
        }
    }
    let names: BTreeSet<&str> = drivers.iter().map(|driver| driver.name).collect();
    let faulty = wrong.lines().count();
    format!(
        "{} drivers run, with {} parts; {faulty} of their answers are wrong.\n\n## Drivers that run\n\n\
         | driver | version | part | verdict |\n| --- | --- | --- | --- |\n{right}\n## Where a driver is wrong\n\n\
         | driver | version | asked | answers | the data sheet |\n| --- | --- | --- | --- | --- |\n{wrong}",
        names.len(),
        drivers.iter().map(|driver| driver.part).collect::<BTreeSet<_>>().len(),
    )
}

#[test]
fn the_tables_of_drivers_are_what_the_rows_say() {
    let path = support::workspace().join("docs/drivers.md");
    let text = fs::read_to_string(&path).expect("docs/drivers.md");
    let (before, rest) = text.split_once(BEGIN).expect("the place for the tables");
    let (stored, after) = rest.split_once(END).expect("its end");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{}{END}{after}", tables())).expect("docs/drivers.md can be written");
    } else {
        assert_eq!(stored, tables(), "BLESS=1 writes the tables");
    }
}
