//! Every example, on the board of `examples/board.toml`, prints what is stored in `examples/expected`. `BLESS=1` stores it.

mod support;

use std::fs;
use std::sync::{Arc, Mutex};

use wasm_embedded_runtime::board::Board;
use wasm_embedded_runtime::engine::EngineOptions;
use wasm_embedded_runtime::output::Capture;
use wasm_embedded_runtime::policy::Policy;
use wasm_embedded_runtime::program::Program;
use wasm_embedded_runtime::run::{Exit, RunOptions, run};
use wasm_embedded_runtime::trust::Trust;
use wasm_embedded_sim::parts::Led;
use wasmtime::Engine;
use wasmtime::component::Component;

const EXAMPLES: [&str; 15] = [
    "adc_read",
    "blinky",
    "blinky_async",
    "button",
    "button_async",
    "clock",
    "display",
    "eeprom",
    "encoder_async",
    "i2cdetect",
    "logger_async",
    "pwm_fade",
    "spi_id",
    "thermometer",
    "uart_echo",
];

/// Those that are there without std too, and then print the same.
const WITHOUT_STD: [(&str, &str); 5] = [
    ("blinky", "blinky_nostd"),
    ("blinky_async", "blinky_async_nostd"),
    ("i2cdetect", "i2cdetect_nostd"),
    ("spi_id", "spi_id_nostd"),
    ("thermometer", "thermometer_nostd"),
];

#[test]
fn every_example_has_a_test() {
    support::assert_every_program_has_a_test("examples/examples", include_str!("examples.rs"));
}

#[test]
fn every_example_prints_what_is_stored() {
    for example in EXAMPLES {
        let (printed, _) = run_example(example);
        let path = support::workspace().join(format!("examples/expected/{example}.txt"));
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &printed).expect("the expected output can be stored");
        }
        let expected = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(printed, expected, "{example} prints something else than {}", path.display());
    }
}

#[test]
fn an_example_without_std_prints_the_same() {
    for (with_std, without_std) in WITHOUT_STD {
        assert_eq!(run_example(without_std).0, run_example(with_std).0, "{without_std}");
    }
}

#[test]
fn an_example_without_std_imports_nothing_but_our_package() {
    let engine = Engine::default();
    for (_, example) in WITHOUT_STD {
        let component = Component::from_file(&engine, support::guest("examples", example)).expect("a component");
        for (import, _) in component.component_type().imports(&engine) {
            assert!(import.starts_with("wasm-embedded:hal/"), "{example} imports {import}");
        }
    }
}

#[test]
fn i2cdetect_finds_the_parts_of_the_board() {
    let (printed, _) = run_example("i2cdetect");
    for address in ["3c", "48", "50", "68", "76"] {
        assert!(printed.contains(&format!(" {address} ")), "{address} is not found");
    }
}

#[test]
fn blinky_lights_the_led_five_times() {
    let (_, board) = run_example("blinky");
    let led = board.part("led").expect("there is an LED");
    assert_eq!(board.sim().with_part::<Led, _>(led, |led, _| (led.changes(), led.is_lit())), Some((10, false)));
}

#[test]
fn pwm_fade_lights_the_lamp_and_leaves_it_dark() {
    let (_, board) = run_example("pwm_fade");
    let lamp = board.part("lamp").expect("there is a lamp");
    let state = board.sim().with_part::<Led, _>(lamp, |led, _| (led.changes(), led.brightness() > 0.0));
    assert_eq!(state, Some((2, false)));
}

/// Runs an example to its end, and returns what it printed, and the board.
fn run_example(name: &str) -> (String, Board) {
    let policy = Policy::load(&support::workspace().join("examples/board.toml")).expect("the policy is valid");
    let mut board = Board::new(&policy).expect("there is a board for the policy");
    let bytes = fs::read(support::guest("examples", name)).expect("the component can be read");
    let program = Program::load(&bytes, EngineOptions::default(), &Trust::default()).expect("it is a component");
    let heard = Arc::new(Mutex::new(Capture::default()));
    let ended = run(&program, &mut board, &policy, &RunOptions::default(), heard.clone()).expect("it can be linked");
    let heard = heard.lock().expect("nobody panicked").clone();
    assert_eq!(ended.exit, Exit::Status(0), "{name}: {}{:?}", heard.stderr_text(), heard.panics);
    assert_eq!((heard.stderr_text(), &heard.refusals), (String::new(), &vec![]), "{name}");
    (heard.stdout_text(), board)
}
