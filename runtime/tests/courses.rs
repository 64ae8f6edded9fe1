//! Controls of parts over time, from the policy and from whoever holds the board; and a part of another crate on it.

use std::fs;

use wasm_embedded_policy::Policy;
use wasm_embedded_runtime::board::Board;
use wasm_embedded_sim::model::{
    BuildError, Buses, Catalog, Control, Model, Pin, Range, Readout, Role, Setup, Value, ValueKind,
};
use wasm_embedded_sim::{Net, Part, PartId};

const MS: u64 = 1_000_000;

/// Returns a number that a part has now.
fn number(board: &Board, part: &str, readout: &str) -> f64 {
    match board.read(part, readout) {
        Ok(Value::Number(number)) => number,
        other => panic!("{part} {readout}: {other:?}"),
    }
}

#[test]
fn a_file_of_two_columns_is_the_course_of_a_control() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("board.toml");
    let policy =
        "[i2c.s]\nsim = true\n[[part]]\nmodel = \"sht4x\"\ni2c = \"i2c\"\ntemperature = { csv = \"day.csv\" }\n";
    fs::write(&path, policy).expect("a policy");
    let problem = |text: Option<&str>| {
        if let Some(text) = text {
            fs::write(folder.path().join("day.csv"), text).expect("a file");
        }
        let error = Policy::load(&path).expect_err("a wrong file");
        let wasm_embedded_policy::PolicyError::Invalid { problems, .. } = error else { panic!("{error}") };
        problems[0].to_string()
    };
    assert!(problem(None).contains("is \"day.csv\", which cannot be read: "), "{}", problem(None));
    let wrong = problem(Some("time,value\n0,20\n500;21\n"));
    assert_eq!(wrong, "`csv` in `temperature` in [[part]] is \"day.csv\", whose line 3 has no comma");
    fs::write(folder.path().join("day.csv"), "at-ms,temperature\n0,20\n100,30\n200,-5\n").expect("a file");
    let board = Board::new(&Policy::load(&path).expect("a policy")).expect("a board");
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push((number(&board, "sht4x", "temperature") * 100.0).round());
        board.sim().advance_ns(50 * MS);
    }
    assert_eq!(seen, [2_000.0, 2_500.0, 3_000.0, 1_250.0, -500.0]);
}

#[test]
fn every_control_that_is_a_number_takes_a_course() {
    for model in Catalog::new().iter() {
        for control in model.controls {
            let ValueKind::Number(Range { min, max, .. }) = control.kind else { continue };
            let bus = match model.buses {
                Buses { i2c: Some(_), .. } => "i2c = \"i2c\"\n",
                Buses { spi: true, .. } => "spi = \"chip\"\n",
                _ => "",
            };
            let pins = model.pins.iter().filter(|pin| pin.required && pin.on.is_none());
            let pins: String = pins.map(|pin| format!("{} = \"N\"\n", pin.key)).collect();
            let policy = format!(
                "[i2c.s]\nsim = true\n[spi.chip]\nsim = true\n[adc.a]\nsim = \"N\"\n[[part]]\nmodel = \"{}\"\nname = \"it\"\n{bus}{pins}{} = {{ ramp = \
                 {{ from = {min}, to = {max}, over-ms = 1000 }} }}\n",
                model.name, control.key
            );
            let board = Board::new(&Policy::parse("ramp.toml", &policy).expect(&policy)).expect("a board");
            for (quarter, expected) in [0.0, 0.25, 0.5, 0.75, 1.0].into_iter().enumerate() {
                let value = number(&board, "it", control.key);
                let wanted = min + (max - min) * expected;
                assert!((value - wanted).abs() <= (max - min) * 0.002, "{model:?} {}, {quarter}: {value}", control.key);
                board.sim().advance_ns(250 * MS);
            }
        }
    }
}

#[test]
fn who_holds_the_board_sets_controls_and_is_told_what_is_wrong() {
    let policy = "[i2c.s]\nsim = true\n[gpio]\nB = { sim = true, direction = \"input\", bias = \"pull-up\" }\n[[part]]\nmodel = \
                  \"bme280\"\nname = \"sensor\"\ni2c = \"i2c\"\n[[part]]\nmodel = \"button\"\nnet = \"B\"\n";
    let board = Board::new(&Policy::parse("board.toml", policy).expect("a policy")).expect("a board");
    board.set("sensor", "temperature", 31.5).expect("a control");
    assert_eq!(board.read("sensor", "temperature"), Ok(Value::Number(31.5)));
    board.set("button", "press", true).expect("a control");
    assert_eq!(board.read("button", "closed"), Ok(Value::Switch(true)));
    assert_eq!(board.sim().level(board.sim().net("B")), wasm_embedded_sim::Level::Low);
    let wrong = |part, control, value: Value| board.set(part, control, value).expect_err("wrong").to_string();
    for (message, expected) in [
        (
            wrong("senser", "temperature", 1.0.into()),
            "no part has the name `senser`: did you mean `sensor`? parts: sensor, button",
        ),
        (
            wrong("sensor", "temprature", 1.0.into()),
            "the part `sensor` has no control `temprature`: did you mean `temperature`? controls: temperature, humidity, pressure",
        ),
        (
            wrong("sensor", "temperature", 200.0.into()),
            "`temperature` of the part `sensor` must be -40 to 85 degC, not 200",
        ),
        (wrong("button", "press", "now".into()), "`press` of the part `button` must be true or false"),
    ] {
        assert_eq!(message, expected);
    }
    let error = board.read("button", "lit").expect_err("no such readout").to_string();
    assert_eq!(error, "the part `button` has no readout `lit`: readouts: closed, press");
}

/// A lamp behind a dimmer, of a crate of one's own.
struct Lamp {
    net: Net,
    dimmed: f64,
}

impl Part for Lamp {
    fn power_on(&mut self, board: &mut dyn wasm_embedded_sim::Board) {
        board.watch(self.net);
    }

    fn set_control(&mut self, control: &str, value: &Value, _: &mut dyn wasm_embedded_sim::Board) -> bool {
        let ("dimmed", Value::Number(dimmed)) = (control, value) else { return false };
        self.dimmed = *dimmed;
        true
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        match readout {
            "dimmed" => Some(self.dimmed.into()),
            "watts" => Some((60.0 * (1.0 - self.dimmed / 100.0)).into()),
            _ => None,
        }
    }
}

static LAMP: Model = Model {
    pins: &[Pin::required("net", Role::Input, "the net that switches it")],
    controls: &[Control::number("dimmed", Range::new(0.0, 100.0, 1.0, "%"), 0.0, "how far it is turned down")],
    readouts: &[Readout::new("watts", ValueKind::Number(Range::new(0.0, 60.0, 0.1, "W")), "what it takes")],
    ..Model::new("lamp", "a lamp behind a dimmer", Buses::NONE, build)
};

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    Ok(Box::new(Lamp { net: setup.wire("net")?, dimmed: 0.0 }))
}

#[test]
fn a_part_of_another_crate_is_read_checked_and_worked_like_those_of_the_sim() {
    let mut catalog = Catalog::new();
    catalog.add(&LAMP).expect("a new name");
    let policy = |rest: &str| {
        format!("[gpio]\nL = {{ sim = true, initial = \"low\" }}\n[[part]]\nmodel = \"lamp\"\nnet = \"L\"\n{rest}")
    };
    let text = policy("dimmed = { points = [{ at-ms = 0, value = 0 }, { at-ms = 100, value = 100 }] }\n");
    let board = Board::new(&Policy::parse_with("lamp.toml", &text, &catalog).expect("a policy")).expect("a board");
    board.sim().advance_ns(50 * MS);
    assert!((number(&board, "lamp", "watts") - 30.0).abs() < 1e-9);
    board.set("lamp", "dimmed", 75.0).expect("a control");
    assert!((number(&board, "lamp", "watts") - 15.0).abs() < 1e-9);
    let _: PartId = board.part("lamp").expect("a part");
    for (text, words) in [(policy("dimmed = 101\n"), "0 to 100 %"), (policy("dimed = 1\n"), "dimed")] {
        let error = Policy::parse_with("lamp.toml", &text, &catalog).expect_err("a wrong policy");
        let wasm_embedded_policy::PolicyError::Invalid { problems, .. } = error else { panic!("{error}") };
        assert!(problems[0].to_string().contains(words), "{}", problems[0]);
    }
    Policy::parse("lamp.toml", &policy("")).expect_err("without the catalogue there is no lamp");
}
