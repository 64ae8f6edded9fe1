//! Scenarios from outside: their reader, and each kind of step, with pins that the test moves itself.

use std::sync::Arc;

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::OutputPin;
use embedded_hal::pwm::SetDutyCycle;
use embedded_io::Write;
use wasm_embedded_board::Board;
use wasm_embedded_scenario::condition::Stream;
use wasm_embedded_scenario::report::{self, Entry};
use wasm_embedded_scenario::{Ending, Outcome, Play, Report, Scenario, ScenarioError};

const POLICY: &str = r#"
[policy.gpio]
LED = { sim = true, direction = "output" }
BUTTON = { sim = true, direction = "input", bias = "pull-up", active-low = true }
[policy.pwm.LAMP]
sim = true
[policy.uart.modem]
sim = true
[policy.i2c.bus]
sim = "board"
allow = [0x48]
[[policy.part]]
model = "button"
net = "BUTTON"
[[policy.part]]
model = "led"
net = "LED"
[[policy.part]]
model = "lm75"
i2c = "board"
[[policy.part]]
model = "echo"
uart = "modem"
"#;

fn scenario(steps: &str) -> Result<Scenario, ScenarioError> {
    Scenario::parse("test.toml", &format!("{POLICY}{steps}"))
}

/// Plays steps while `act` works the board.
fn play(steps: &str, act: impl FnOnce(&mut Board, &Play)) -> Report {
    let scenario = scenario(steps).unwrap_or_else(|error| panic!("{error}: {}", refusals(&error).join("\n")));
    let mut board = Board::new(&scenario.policy).expect("a board");
    let play = Play::begin(&scenario, &board, None, Arc::new(|| ()));
    act(&mut board, &play);
    play.go_on();
    play.report()
}

fn refusals(error: &ScenarioError) -> Vec<String> {
    match error {
        ScenarioError::Invalid { problems, .. } => {
            let line = |problem: &wasm_embedded_policy::Problem| {
                format!("{}: {problem} | {}", problem.line(), problem.advice().unwrap_or_default())
            };
            problems.iter().map(line).collect()
        }
        other => vec![other.to_string()],
    }
}

/// Returns what is wrong with steps, without the lines of the policy before them.
fn refused(steps: &str) -> String {
    let lines = POLICY.lines().count();
    let error = scenario(steps).expect_err(steps);
    let all = refusals(&error).into_iter().map(|text| {
        let (line, rest) = text.split_once(": ").expect("a line");
        format!("{}: {rest}", line.parse::<usize>().expect("a number") - lines)
    });
    all.collect::<Vec<_>>().join("\n")
}

fn seen(report: &Report) -> String {
    match &report.outcome {
        Outcome::Failed(failure) => format!("{}: {}", failure.message, failure.seen.join("; ")),
        other => format!("{other:?}"),
    }
}

#[test]
fn slips_are_told_with_line_key_and_suggestion() {
    assert_eq!(
        refused("[[step]]\nexpct = {}"),
        "1: [[step]] does not say what to do | add one of `set`, `press`, `unplug`, `plug`, `fault`, `mend`, `wait`, `expect`, `never`, `always`"
    );
    assert!(refused("[[step]]\nwait = \"1s\"\nwithn = \"1s\"").starts_with("3: unknown key `withn` in [[step]] | "));
    assert!(refused("[[step]]\nset = { lm76 = { temperature = 1 } }").contains("did you mean `lm75`?"));
    assert!(refused("[[step]]\nset = { lm75 = { temprature = 1 } }").contains("did you mean `temperature`?"));
    assert!(refused("[[step]]\nset = { lm75 = { temperature = 1000 } }").contains("must be"));
    assert!(refused("[[step]]\nexpect = { label = \"LEDD\", level = \"high\" }").contains("did you mean `LED`?"));
    assert!(refused("[[step]]\nexpect = { net = \"LEDS\", level = \"high\" }").contains("did you mean `LED`?"));
    assert!(
        refused("[[step]]\nexpect = { part = \"led\", readout = \"lid\", is = true }").contains("did you mean `lit`?")
    );
    assert!(refused("[[step]]\nexpect = { part = \"led\", picture = \"x.png\" }").contains("needs a display"));
    assert!(refused("[[step]]\npress = \"led\"").contains("cannot be pressed"));
    assert!(refused("[[step]]\nnever = { log = \"x\" }").contains("missing key `within`"));
    assert!(refused("[[step]]\nalways = { log = \"x\" }\nwithin = \"1s\"").contains("happens at one moment"));
    assert!(refused("[[step]]\nwait = \"1 parsec\"").contains("write a number with a unit"));
    assert!(refused("[[step]]\nwait = \"1s\"\nplug = \"led\"").contains("`plug` and `wait` cannot both be set"));
    assert!(
        refused("[[step]]\nfault = { fault = \"nack-adress\", part = \"lm75\" }")
            .contains("did you mean `nack-address`?")
    );
    assert!(refused("[[step]]\nexpect = { label = \"bus\", write = [\"?\"] }").contains("\"*\" for any byte"));
    assert!(refused("[[step]]\nexpect = { label = \"LED\", edges = { min = 3, max = 2 } }").contains("at least `min`"));
    let hardware =
        Scenario::parse("t", "[policy.i2c.a]\npath = \"/dev/i2c-1\"\n[[step]]\nwait = \"1s\"").expect_err("hardware");
    assert!(refusals(&hardware)[0].contains("has labels for hardware"));
}

#[test]
fn levels_are_those_of_the_label_and_come_in_time_or_not() {
    let steps = "[[step]]\nexpect = { label = \"LED\", level = \"high\" }\nwithin = \"1s\"";
    let act = |after_ms| {
        move |board: &mut Board, _: &Play| {
            let mut led = board.output("LED").expect("an output");
            board.delay().delay_ms(after_ms);
            let Ok(()) = led.set_high();
        }
    };
    let report = play(steps, act(999));
    assert!(report.is_passed(), "{}", seen(&report));
    assert_eq!(report.steps[0].ended_ns, 999_000_000);
    assert_eq!(seen(&play(steps, act(1_001))), "it did not happen: it is low");
    // The button's label is inverted, its net is not.
    let pressed = "[[step]]\nset = { button = { press = true } }\n";
    assert!(
        play(&format!("{pressed}[[step]]\nexpect = {{ label = \"BUTTON\", level = \"high\" }}"), |_, _| ()).is_passed()
    );
    assert!(
        play(&format!("{pressed}[[step]]\nexpect = {{ net = \"BUTTON\", level = \"low\" }}"), |_, _| ()).is_passed()
    );
}

#[test]
fn a_level_stays_or_never_comes() {
    let blink = |board: &mut Board, _: &Play| {
        let mut led = board.output("LED").expect("an output");
        board.delay().delay_ms(300);
        let Ok(()) = led.set_high();
    };
    let always =
        |within: &str| format!("[[step]]\nalways = {{ label = \"LED\", level = \"low\" }}\nwithin = \"{within}\"");
    assert!(play(&always("299ms"), blink).is_passed());
    let failed = play(&always("1s"), blink);
    assert_eq!(seen(&failed), "it ceased: it is high");
    assert_eq!(failed.at_ns, 300_000_000);
    assert_eq!(
        seen(&play("[[step]]\nnever = { label = \"LED\", level = \"high\" }\nwithin = \"1s\"", blink)),
        "it happened: it is high"
    );
}

#[test]
fn edges_are_counted_within_the_time() {
    let blink = |times: u32| {
        move |board: &mut Board, _: &Play| {
            let mut led = board.output("LED").expect("an output");
            for _ in 0..times {
                let Ok(()) = led.set_high();
                board.delay().delay_ms(50);
                let Ok(()) = led.set_low();
                board.delay().delay_ms(50);
            }
        }
    };
    let steps = |edges: &str| format!("[[step]]\nexpect = {{ label = \"LED\", {edges} }}\nwithin = \"1s\"");
    let exact = play(&steps("edges = 4"), blink(2));
    assert!(exact.is_passed(), "{}", seen(&exact));
    assert_eq!(exact.at_ns, 1_000_000_000, "known at the end");
    assert!(seen(&play(&steps("edges = 4"), blink(3))).starts_with("it did not happen: 5 of them came"));
    assert!(seen(&play(&steps("edges = 4"), blink(1))).starts_with("it did not happen: 2 of them came"));
    assert!(play(&steps("edges = 2, edge = \"rising\""), blink(2)).is_passed());
    let least = play(&steps("edges = { min = 3 }"), blink(9));
    assert_eq!((least.is_passed(), least.at_ns / 1_000_000), (true, 100), "known when they came");
}

#[test]
fn duties_texts_and_serial_ports_are_looked_at() {
    let report = play(
        r#"
        [[step]]
        expect = { label = "LAMP", duty = 25 }
        within = "10ms"
        [[step]]
        expect = { output = "fan * on" }
        within = "1s"
        [[step]]
        expect = { output = "off" }
        within = "1s"
        [[step]]
        expect = { label = "modem", sent = "AT" }
        within = "1s"
        [[step]]
        expect = { label = "modem", received = "AT" }
        within = "1s"
        [[step]]
        expect = { ends = 0 }
        within = "1s"
        "#,
        |board, play| {
            let mut lamp = board.pwm("LAMP").expect("an output");
            lamp.set_duty_cycle_percent(25).expect("a duty");
            play.hear(Stream::Output, b"fan 1 on\nfan 1 off\n");
            board.serial("modem").expect("a port").write_all(b"AT\r").expect("an echo");
            board.delay().delay_ms(100);
            play.ended(Ending::Status(0));
        },
    );
    assert!(report.is_passed(), "{}\n{}", seen(&report), report.details());
}

#[test]
fn a_guest_that_ends_otherwise_than_well_fails_unless_it_is_to() {
    let trap = |_: &mut Board, play: &Play| play.ended(Ending::Trap("unreachable".to_owned()));
    let waits = "[[step]]\nwait = \"1s\"";
    assert_eq!(seen(&play(waits, trap)), "the guest ended: it trapped: unreachable: ");
    assert!(play("[[step]]\nexpect = { ends = \"trap\" }\nwithin = \"1s\"", trap).is_passed());
    assert!(seen(&play("[[step]]\nexpect = { ends = 0 }\nwithin = \"1s\"", trap)).contains("it trapped"));
    assert!(play(waits, |_, play| play.ended(Ending::Status(0))).is_passed(), "the board lives on");
}

#[test]
fn a_time_that_has_passed_is_told() {
    let report = play("[[step]]\nwait = \"2s\"\n[[step]]\nat = \"1s\"\nwait = \"1s\"", |_, _| ());
    assert_eq!(seen(&report), "it is to begin at 1 s, and the step before ended at 2 s: ");
}

#[test]
fn faults_are_armed_and_mended() {
    use embedded_hal::i2c::I2c;
    let scenario = scenario(
        r#"
        [[step]]
        fault = { fault = "nack-address", part = "lm75" }
        name = "gone"
        [[step]]
        at = "1s"
        mend = "gone"
        [[step]]
        mend = "gone"
        "#,
    );
    let scenario = scenario.expect("a scenario");
    let mut board = Board::new(&scenario.policy).expect("a board");
    let play = Play::begin(&scenario, &board, None, Arc::new(|| ()));
    let mut bus = board.i2c("bus").expect("a bus");
    assert!(bus.read(0x48_u8, &mut [0; 2]).is_err());
    board.delay().delay_ms(1_001);
    assert!(bus.read(0x48_u8, &mut [0; 2]).is_ok());
    assert_eq!(seen(&play.report()), "no fault has the name `gone`, or it has ended already: ");
}

#[test]
fn reports_are_json_tap_and_junit() {
    let passed = play("[[step]]\nwait = \"1s\"", |_, _| ());
    let failed = play("[[step]]\nexpect = { log = \"x\" }", |_, _| ());
    let entry = |report: &Report| Entry { report: report.clone(), earlier: Vec::new(), files: Vec::new() };
    let entries = [entry(&passed), entry(&failed)];
    let json = report::json(&entries);
    assert_eq!((json["passed"].as_u64(), json["failed"].as_u64()), (Some(1), Some(1)));
    assert_eq!(json["scenarios"][1]["steps"][0]["state"], "failed");
    let tap = report::tap(&entries);
    assert!(tap.starts_with("TAP version 14\n1..2\nok 1 - test.toml\nnot ok 2 - test.toml\n  ---\n"), "{tap}");
    assert!(report::junit(&entries).contains("<failure message=\"line"));
}

/// Returns the keys that a refusal of an unknown one lists.
fn known(text: &str) -> Vec<String> {
    let keys = text.split("keys: ").nth(1).unwrap_or_else(|| panic!("no keys: {text}"));
    keys.lines().next().unwrap_or_default().split(", ").map(str::to_owned).collect()
}

#[test]
fn the_schema_has_every_key_that_the_reader_knows() {
    let schema = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/scenario.schema.json"));
    let schema: serde_json::Value = serde_json::from_str(&schema.expect("the schema")).expect("JSON");
    let has = |place: &str, keys: Vec<String>| {
        for key in keys {
            assert!(schema.pointer(&format!("{place}/{key}")).is_some(), "{place} lacks {key}");
        }
    };
    let file = Scenario::parse("t", &format!("zzz = 1\n{POLICY}[[step]]\nwait = \"1s\"")).expect_err("an unknown key");
    has("/properties", known(&refusals(&file).join("\n")));
    let step = "/$defs/step/properties";
    for action in [
        "set = { lm75 = { temperature = 1 } }",
        "press = \"button\"",
        "unplug = \"led\"",
        "plug = \"led\"",
        "wait = \"1s\"",
        "mend = \"x\"",
        "fault = { fault = \"unplugged\", part = \"lm75\" }",
        "expect = { log = \"x\" }",
    ] {
        has(step, known(&refused(&format!("[[step]]\n{action}\nzzz = 1"))));
    }
    let condition = "/$defs/condition/properties";
    for place in [
        "label = \"LED\", level = \"low\"",
        "label = \"bus\", address = 1",
        "label = \"modem\", sent = \"x\"",
        "part = \"led\", readout = \"lit\", is = true",
    ] {
        has(condition, known(&refused(&format!("[[step]]\nexpect = {{ {place}, zzz = 1 }}"))));
    }
}

#[test]
fn bytes_on_spi_without_a_select_line_are_found_wherever_they_stand() {
    const STRIP: &str = "[policy.spi.strip]\nsim = true\nselect = \"none\"\n";
    let play = |steps: &str| {
        let scenario = Scenario::parse("strip.toml", &format!("{STRIP}{steps}")).expect("a scenario");
        let mut board = Board::new(&scenario.policy).expect("a board");
        let play = Play::begin(&scenario, &board, None, Arc::new(|| ()));
        let mut bus = board.spi_bus("strip").expect("a bus");
        embedded_hal::spi::SpiBus::write(&mut bus, &[0x01, 0x02]).expect("bytes");
        embedded_hal::spi::SpiBus::write(&mut bus, &[0x03, 0x01, 0x02]).expect("bytes");
        play.go_on();
        play.report()
    };
    let twice = r#"
[[step]]
expect = { label = "strip", write = [0x01, 0x02] }
within = "1s"
[[step]]
expect = { label = "strip", write = [0x01, "*"] }
within = "1s"
"#;
    assert!(play(twice).is_passed());
    let thrice = format!("{twice}[[step]]\nexpect = {{ label = \"strip\", write = [0x01] }}\nwithin = \"1s\"\n");
    let failed = play(&thrice);
    assert!(!failed.is_passed() && failed.details().contains("strip write [01 02 03 01 02]"), "{}", failed.details());
    assert!(!play("[[step]]\nnever = { label = \"strip\", write = [0x02, 0x03] }\nwithin = \"1s\"\n").is_passed());
    assert!(play("[[step]]\nnever = { label = \"strip\", write = [0x03, 0x02] }\nwithin = \"1s\"\n").is_passed());
}
