//! Six published drivers, unchanged, on a board on which things go wrong: `cargo xtask faults`.
//!
//! Each is called once a second. In the third and fourth call the fault holds, and from the fifth on its cause is gone: by the
//! seventh the driver must work again. What the drivers say is kept in docs/faults.md; `BLESS=1` stores it.

#[path = "faults/cases.rs"]
mod cases;
mod support;

use std::fs;
use std::time::Duration;

use wasm_embedded_runtime::engine::EngineOptions;
use wasm_embedded_runtime::harness::{Outcome, run_program};
use wasm_embedded_runtime::policy::{Policy, PolicyError};
use wasm_embedded_runtime::program::Program;
use wasm_embedded_runtime::run::{Exit, RunOptions};
use wasm_embedded_runtime::trust::Trust;

use cases::{CASES, Case, On, Says};

/// The drivers, their devices in the policy, and whether those are on I2C.
const DRIVERS: [(&str, &str, bool); 6] = [
    ("bme280", "bme280", true),
    ("ssd1306", "ssd1306", true),
    ("eeprom24x", "eeprom24", true),
    ("ds323x", "ds3231", true),
    ("sht4x", "sht4x", true),
    ("w25q32jv", "w25q", false),
];

/// The calls: before, during and after the fault.
const CALLS: usize = 8;
const DURING: std::ops::Range<usize> = 2..4;
/// By how many calls after the fault a driver must work again.
const RECOVERY: usize = 3;

const TABLE_BEGINS: &str = "<!-- What the drivers say begins. -->\n";
const TABLE_ENDS: &str = "<!-- What the drivers say ends. -->\n";

/// What one driver said in each call.
struct Run {
    calls: Vec<String>,
    outcome: Outcome,
}

impl Run {
    /// What the driver said while the fault held.
    fn during(&self) -> String {
        match &self.calls[DURING] {
            [one, other] if one == other => one.clone(),
            calls => calls.join(", "),
        }
    }

    /// How many calls after the fault it took until the driver worked, that one included.
    fn recovery(&self) -> Option<usize> {
        self.calls[DURING.end..].iter().position(|call| call == "ok").map(|index| index + 1)
    }
}

#[test]
fn drivers_get_the_right_error_and_work_again_once_the_cause_is_gone() {
    let program = program();
    let mut table = format!("| fault | settings | {} | again after |\n", DRIVERS.map(|(name, ..)| name).join(" | "));
    table += &format!("| --- | --- | {} | --- |\n", DRIVERS.map(|_| "---").join(" | "));
    let mut wrong = Vec::new();
    for case in CASES {
        let mut cells = Vec::new();
        let mut slowest = 0;
        for (driver, device, on_i2c) in DRIVERS {
            if !applies(case.on, driver, on_i2c) {
                cells.push(String::new());
                continue;
            }
            let what = format!("{} {} {driver}", case.fault, case.settings);
            let run = run(&program, driver, &fault(case, device));
            wrong.extend(check(case, driver, &run).err().map(|problem| format!("{what}: {problem}: {:?}", run.calls)));
            slowest = slowest.max(run.recovery().unwrap_or(0));
            cells.push(run.during());
        }
        let name = [case.numbers, &format!("`{}`", case.fault)].join(" ");
        table += &format!("| {} | {} | {} | {slowest} |\n", name.trim(), case.settings, cells.join(" | "));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    compare(&table);
}

#[test]
fn every_kind_of_fault_is_a_case_or_is_said_not_to_be() {
    // Pins that a driver waits for, the date, serial ports, analogue inputs and PWM outputs: none of the six looks at one. Other drivers
    // are run with those in `drivers.rs`, and a part that panics in `mischief.rs`.
    let elsewhere = [
        "bounce",
        "missed-edge",
        "date-jump",
        "framing",
        "parity",
        "line-break",
        "overrun",
        "dropped-byte",
        "wrong-baud",
        "noise",
        "open-input",
        "duty-refused",
        "panic",
    ];
    let error = Policy::parse("", "[[fault]]\nfault = \"\"\n").expect_err("no fault has that name");
    let PolicyError::Invalid { problems, .. } = error else { panic!("{error}") };
    let mut advice = problems.iter().filter_map(|problem| problem.advice());
    let advice = advice.rfind(|advice| advice.contains("nack-address")).expect("a list of faults");
    let (_, kinds) = advice.rsplit_once(": ").expect("a list of faults");
    for kind in kinds.split(", ").filter(|kind| !elsewhere.contains(kind)) {
        assert!(CASES.iter().any(|case| case.fault == kind), "{kind}");
    }
}

fn applies(on: On, driver: &str, on_i2c: bool) -> bool {
    match on {
        On::Device => true,
        // The others never wait.
        On::Controller => !["ssd1306", "w25q32jv"].contains(&driver),
        On::I2c => on_i2c,
        On::Spi | On::Hold => !on_i2c,
    }
}

/// Returns the `[[fault]]` of a case.
fn fault(case: &Case, device: &str) -> String {
    let place = match case.on {
        On::Device | On::I2c | On::Spi => format!("device = \"{device}\""),
        On::Hold => "net = \"HOLD\"".to_owned(),
        On::Controller => String::new(),
    };
    let settings = case.settings.replace("; ", "\n");
    format!("[[fault]]\nfault = \"{}\"\n{place}\nfrom-ms = 1500\nuntil-ms = 3500\n{settings}\n", case.fault)
}

fn check(case: &Case, driver: &str, run: &Run) -> Result<(), String> {
    if run.outcome.exit != Exit::Status(0) {
        return Err(format!("{:?}", run.outcome.exit));
    }
    if run.calls.len() != CALLS || run.calls[..DURING.start].iter().any(|call| call != "ok") {
        return Err("does not work without a fault".to_owned());
    }
    support::wires::idle(&run.outcome.trace)?;
    if !run.outcome.trace.contains(&format!("fault {}", case.fault)) {
        return Err("the fault is not in the trace".to_owned());
    }
    let said = &run.calls[DURING.start];
    let kind = match case.says {
        Says::Kind(kind) => Some(kind),
        Says::KindBut(kind, others) => (!others.contains(&driver)).then_some(kind),
        Says::Nothing if said != "ok" => return Err("the controller should cope".to_owned()),
        Says::Nothing | Says::Data => None,
    };
    if let Some(kind) = kind {
        // The display's interface has one error for the whole bus.
        let kind = if driver == "ssd1306" { "BusWriteError" } else { kind };
        if !said.contains(kind) {
            return Err(format!("{kind} is expected"));
        }
    }
    match run.recovery() {
        Some(calls) if calls <= RECOVERY => Ok(()),
        _ => Err("does not work again".to_owned()),
    }
}

fn program() -> Program {
    let bytes = fs::read(support::guest("drivers-demo", "faults")).expect("the component can be read");
    Program::load(&bytes, EngineOptions::default(), &Trust::default()).expect("it is a component")
}

fn run(program: &Program, driver: &str, fault: &str) -> Run {
    let path = support::workspace().join("drivers-demo/policies/faults.toml");
    let mut policy = Policy::load(&path).expect("the policy is valid");
    policy.add_faults("fault.toml", fault).unwrap_or_else(|error| panic!("{fault}{error:#?}"));
    let args = ["faults", driver, &CALLS.to_string()].map(String::from).to_vec();
    let options = RunOptions { args, timeout: Some(Duration::from_secs(60)), ..RunOptions::default() };
    let outcome = run_program(program, &policy, &options, |_| ()).expect("it can be linked");
    let said = outcome.said.stdout_text();
    let calls = said.lines().filter_map(|line| line.split_once(": ")).map(|(_, said)| said.to_owned()).collect();
    Run { calls, outcome }
}

/// Compares the table with the stored one.
fn compare(table: &str) {
    let path = support::workspace().join("docs/faults.md");
    let text = fs::read_to_string(&path).expect("there is a document");
    let (before, rest) = text.split_once(TABLE_BEGINS).expect("the table begins");
    let (stored, after) = rest.split_once(TABLE_ENDS).expect("the table ends");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, [before, TABLE_BEGINS, table, TABLE_ENDS, after].concat()).expect("it can be stored");
    } else {
        assert_eq!(table, stored, "docs/faults.md says otherwise: BLESS=1 stores the new table");
    }
}
