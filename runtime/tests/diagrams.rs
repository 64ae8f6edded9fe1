//! The boards of `diagram/diagrams`, drawn as for Wokwi, each with a guest that runs on it.

mod support;

use std::collections::BTreeSet;
use std::fs;

use wasm_embedded_runtime::board::Board;
use wasm_embedded_runtime::engine::EngineOptions;
use wasm_embedded_runtime::harness::{Outcome, run_program};
use wasm_embedded_runtime::policy::Policy;
use wasm_embedded_runtime::program::Program;
use wasm_embedded_runtime::run::{Exit, RunOptions};
use wasm_embedded_runtime::trust::Trust;
use wasm_embedded_sim::model::Value;

/// A diagram, and what happens on it.
struct Case {
    /// The file, without its ending.
    diagram: &'static str,
    /// The package of the guest, its program, and its argument.
    guest: (&'static str, &'static str, &'static str),
    /// What it prints.
    prints: &'static str,
    /// What somebody does meanwhile: the time in milliseconds, the part, its control and its value.
    hands: &'static [(u64, &'static str, &'static str, f64)],
    /// What parts show at the end: their name, a readout and its value.
    shows: &'static [(&'static str, &'static str, &'static str)],
}

const fn case(diagram: &'static str, guest: (&'static str, &'static str, &'static str), prints: &'static str) -> Case {
    Case { diagram, guest, prints, hands: &[], shows: &[] }
}

const fn example(name: &'static str) -> (&'static str, &'static str, &'static str) {
    ("examples", name, "")
}

const fn driver(name: &'static str) -> (&'static str, &'static str, &'static str) {
    ("drivers-run", "drivers", name)
}

const PRESSES: &str = "press 1: the LED is on\npress 2: the LED is off\npress 3: the LED is on\n";

const CASES: &[Case] = &[
    Case {
        shows: &[("led1", "changes", "10"), ("led1", "lit", "false")],
        ..case(
            "blinky",
            example("blinky"),
            "1: on\n1: off\n2: on\n2: off\n3: on\n3: off\n4: on\n4: off\n5: on\n5: off\n",
        )
    },
    Case {
        hands: &[
            (100, "btn1", "press", 1.0),
            (200, "btn1", "press", 0.0),
            (300, "btn1", "press", 1.0),
            (400, "btn1", "press", 0.0),
            (500, "btn1", "press", 1.0),
            (600, "btn1", "press", 0.0),
        ],
        // The policy lets it go dark when the guest has ended; until then it was lit twice.
        shows: &[("led1", "changes", "4")],
        ..case("button", example("button"), PRESSES)
    },
    Case {
        // It is on the right at the start. The light hangs on the supply, and low lights it: at first it is dark.
        hands: &[
            (100, "sw1", "press", 0.0),
            (200, "sw1", "press", 1.0),
            (300, "sw1", "press", 0.0),
            (400, "sw1", "press", 1.0),
            (500, "sw1", "press", 0.0),
        ],
        shows: &[("rgb1-g", "changes", "0"), ("rgb1-g", "lit", "false")],
        ..case(
            "switch",
            example("button"),
            "press 1: the LED is off\npress 2: the LED is on\npress 3: the LED is off\n",
        )
    },
    case(
        "potentiometer",
        example("adc_read"),
        "10 bits\nraw 512, 2500 mV\nraw 512, 2500 mV\nraw 512, 2500 mV\nraw 512, 2500 mV\nraw 512, 2500 mV\nraw 512, 2500 mV\n",
    ),
    Case {
        shows: &[("led1", "brightness", "1.000")],
        ..case("fade", example("pwm_fade"), "0 %\n25 %\n50 %\n75 %\n100 %\n75 %\n50 %\n25 %\n0 %\n")
    },
    case("thermometer", example("thermometer"), "temperature: -18.5 degC\nhysteresis: 75.0 degC\nlimit: 80.0 degC\n"),
    Case { shows: &[("display", "on", "true")], ..case("display", example("display"), "128 x 64 dots: 504 are lit\n") },
    Case { shows: &[("screen", "on", "true")], ..case("weather", ("drivers-demo", "weather", ""), "") },
    case("clock", driver("ds1307"), "running: false\n2028-02-29 00:00:00\nkept\n"),
    case(
        "eeprom",
        example("eeprom"),
        "4 bytes at 0x04, ready after 15 polls\n8 bytes at 0x08, ready after 15 polls\n\
         3 bytes at 0x10, ready after 15 polls\nread back: \"unchanged bytes\"\n",
    ),
    case("flash", example("spi_id"), "JEDEC id: ef 40 16\nmanufacturer: Winbond\ncapacity: 4096 KiB\n"),
    Case {
        shows: &[("lcd", "line1", "22.5 C"), ("lcd", "line3", "   third row"), ("lcd", "backlight", "true")],
        ..case("lcd", driver("i2c-character-display"), "done\n")
    },
    Case {
        shows: &[("lcd1", "line1", "parallel"), ("lcd1", "on", "true")],
        ..case("lcd-parallel", driver("lcd_parallel_bus"), "done\n")
    },
    Case {
        shows: &[("sevseg1", "text", "1234"), ("sevseg1", "colon", "true")],
        ..case("digits", driver("tm1637-embedded-hal"), "done\n")
    },
    Case { shows: &[("digits", "text", "    -273")], ..case("matrix", driver("max7219"), "done\n") },
    Case { shows: &[("neopixel", "bad-pulses", "0")], ..case("pixels", driver("ws2812-spi"), "done\n") },
    Case { shows: &[("ili9341", "on", "true")], ..case("screen", driver("ili9341"), "done\n") },
    case("climate", driver("dht-sensor"), "-10.1 °C, 65.2 %\n"),
    Case {
        hands: &[(0, "cell1", "input-a", 9.765_625), (0, "cell1", "input-b", -19.531_25)],
        ..case("servo", driver("hx711"), "4194304\n-2097152\n")
    },
    case(
        "serial",
        example("uart_echo"),
        "\"hello\" came back after 0.6 ms\n\"the wires are tied together\" came back after 2.5 ms\n",
    ),
];

/// Runs a case on the board that its diagram draws.
fn run(case: &Case) -> Outcome {
    let path = support::workspace().join(format!("diagram/diagrams/{}.json", case.diagram));
    let drawn = wasm_embedded_diagram::load(&path).unwrap_or_else(|error| panic!("{}: {error}", case.diagram));
    let policy = Policy::parse("diagram.toml", &drawn.policy).expect("the policy is valid");
    let (package, program, argument) = case.guest;
    let bytes = fs::read(support::guest(package, program)).expect("the component can be read");
    let program = Program::load(&bytes, EngineOptions::of(&policy), &Trust::default()).expect("a component");
    let args = [case.guest.1, argument].iter().filter(|arg| !arg.is_empty()).map(|arg| (*arg).to_owned()).collect();
    let options = RunOptions { args, ..RunOptions::default() };
    run_program(&program, &policy, &options, |board| work(board, case)).expect("it can be run")
}

/// Plans what somebody does with the parts.
fn work(board: &Board, case: &Case) {
    for &(at_ms, part, control, value) in case.hands {
        let id = board.part(part).unwrap_or_else(|| panic!("{}: there is no part {part}", case.diagram));
        let value = if control == "press" { Value::Switch(value > 0.0) } else { Value::Number(value) };
        board.sim().schedule(at_ms * 1_000_000, move |stage| {
            stage.set(id, control, value).expect("the control can be set");
        });
    }
}

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
fn guests_run_on_the_boards_of_diagrams() {
    let mut problems = Vec::new();
    for case in CASES {
        let outcome = run(case);
        let (printed, said) = (outcome.said.stdout_text(), outcome.said.stderr_text());
        if printed != case.prints || outcome.exit != Exit::Status(0) || !outcome.said.refusals.is_empty() {
            let refusals = &outcome.said.refusals;
            problems.push(format!("{}: {:?}, {printed:?}, {said}, {refusals:?}", case.diagram, outcome.exit));
        }
        for (part, readout, expected) in case.shows {
            let id = outcome.board.part(part).unwrap_or_else(|| panic!("{}: no part {part}", case.diagram));
            let value = outcome.board.sim().read(id, readout).map(|value| text(&value));
            if value.as_deref() != Some(expected) {
                problems.push(format!("{}: {part}.{readout} is {value:?}, not {expected}", case.diagram));
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn every_diagram_is_run() {
    let files = fs::read_dir(support::workspace().join("diagram/diagrams")).expect("the folder");
    let files = files.map(|file| file.expect("an entry").path());
    let names: BTreeSet<String> =
        files.filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())).collect();
    // What is left out of this one is asserted in `diagram/tests` and on the command line.
    let run: BTreeSet<String> =
        CASES.iter().map(|case| case.diagram.to_owned()).chain(["unknown".to_owned()]).collect();
    assert_eq!(names, run);
}

/// The picture of a part is the one that the same guest draws on the board of a policy written by hand.
#[test]
fn a_drawn_board_shows_the_pictures_of_a_written_one() {
    let weather = CASES.iter().find(|case| case.diagram == "weather").expect("a case");
    let drawn = run(weather);
    let path = support::workspace().join("drivers-demo/policies/weather.toml");
    let policy = Policy::load(&path).expect("the policy is valid");
    let bytes = fs::read(support::guest("drivers-demo", "weather")).expect("the component can be read");
    let program = Program::load(&bytes, EngineOptions::of(&policy), &Trust::default()).expect("a component");
    let written = run_program(&program, &policy, &RunOptions::default(), |_| ()).expect("it can be run");
    let frame = drawn.board.frame("screen").expect("a display");
    assert_eq!(Some(&frame), written.board.frame("oled").as_ref());
    assert!(frame.pixels.iter().any(|pixel| *pixel), "the picture is dark");
}
