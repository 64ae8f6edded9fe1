//! What a model says of its parts is so, for every model: each can be made on each of its buses, its controls take what they say, and
//! its readouts and pictures are there. A model of another crate, as this one is, does the same.

use wasm_embedded_sim::model::{
    Bus, Buses, Catalog, Control, Course, Input, Maker, Model, PartSpec, Preset, Range, Readout, Settings, Setup,
    Shape, SpiPlace, Value, ValueKind, Wires, Wiring,
};
use wasm_embedded_sim::parts::{MODELS, ON_MICROCONTROLLERS};
use wasm_embedded_sim::uart::UartSettings;
use wasm_embedded_sim::{Board, Part, PartId, Sim, SpiSettings};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Returns a value that a setting or control can have.
fn some_value(kind: &ValueKind) -> Value {
    match kind {
        ValueKind::Number(range) => Value::Number(range.min),
        ValueKind::Integer(first, ..) => Value::Integer(*first),
        ValueKind::Choice(words) => Value::from(words[0]),
        ValueKind::Switch => Value::Switch(true),
        ValueKind::Text => Value::from("text"),
        ValueKind::Bytes => Value::Bytes(vec![1]),
        ValueKind::Time => panic!("no part needs a time"),
        ValueKind::Records(_) => Value::Records(vec![]),
    }
}

/// Returns the buses that a part of a model can be on; `None` for nets only.
fn buses(model: &Model) -> Vec<Option<Bus>> {
    let buses: Vec<_> = [Bus::I2c, Bus::Spi, Bus::Uart].into_iter().filter(|bus| model.buses.has(*bus)).collect();
    if buses.is_empty() { vec![None] } else { buses.into_iter().map(Some).collect() }
}

/// Returns what a policy with nothing but the necessary says of a part.
fn spec(model: &Model, bus: Option<Bus>) -> PartSpec {
    let wiring = match bus {
        Some(Bus::I2c) => {
            let addresses = model.buses.i2c.expect("it is on I2C");
            Wiring::I2c { bus: "bus".into(), address: addresses.usual.unwrap_or(addresses.first) }
        }
        Some(Bus::Spi) => Wiring::Spi { label: "spi".into(), select: None },
        Some(Bus::Uart) => Wiring::Uart { label: "port".into() },
        None => Wiring::Nets,
    };
    let mut settings = Settings::new();
    for setting in model.settings.iter().filter(|setting| setting.is_on(bus)) {
        if matches!(setting.preset, Preset::Required | Preset::OneOf(_)) {
            settings.insert(setting.key, some_value(&setting.kind));
        }
    }
    model.fill_settings(&mut settings, bus);
    let pins = model.pins.iter().filter(|pin| pin.is_on(bus));
    PartSpec {
        name: model.name.into(),
        model: model.name.into(),
        wiring,
        nets: pins.map(|pin| (pin.key.into(), pin.key.to_uppercase())).collect(),
        settings,
        controls: vec![],
    }
}

fn put(sim: &Sim, model: &Model, spec: &PartSpec) -> Result<PartId, Failure> {
    let mut wires = Wires::default();
    let bus = sim.spi_bus("spi");
    wires.spi.insert("spi", SpiPlace::Select(bus, sim.spi_select(bus, "spi", SpiSettings::default())));
    wires.uart.insert("port", sim.uart_port("port", UartSettings::default()));
    spec.put(sim, model.maker(), &wires)
}

/// Goes through all models on all their buses.
fn each(mut check: impl FnMut(&Sim, &'static Model, PartId)) {
    for model in MODELS {
        for bus in buses(model) {
            let sim = Sim::new();
            let part = put(&sim, model, &spec(model, bus)).unwrap_or_else(|error| panic!("{model:?}: {error}"));
            check(&sim, model, part);
        }
    }
}

#[test]
fn every_model_makes_a_part_on_each_of_its_buses_and_each_pin_left_open_too() {
    each(|_, _, _| {});
    for model in MODELS {
        for bus in buses(model) {
            let mut open = spec(model, bus);
            open.nets.retain(|(key, _)| model.pins.iter().any(|pin| pin.key == key && pin.required));
            put(&Sim::new(), model, &open).unwrap_or_else(|error| panic!("{model:?}: {error}"));
            for pin in model.pins.iter().filter(|pin| pin.required && pin.is_on(bus)) {
                let mut without = open.clone();
                without.nets.retain(|(key, _)| key != pin.key);
                let error = put(&Sim::new(), model, &without).expect_err("it must be connected");
                assert_eq!(error.to_string(), format!("it needs `{}`", pin.key), "{model:?}");
            }
        }
    }
}

#[test]
fn every_address_of_a_model_is_one_of_the_part_and_its_neighbours_are_not() {
    for model in MODELS.iter().filter(|model| model.name != "scripted") {
        let Some(addresses) = model.buses.i2c else { continue };
        for address in addresses.first - 1..=addresses.last + 1 {
            let mut spec = spec(model, Some(Bus::I2c));
            spec.wiring = Wiring::I2c { bus: "bus".into(), address };
            let possible = (addresses.first..=addresses.last).contains(&address);
            // A clock of one address is not asked for it.
            let fixed = addresses.first == addresses.last;
            assert!(put(&Sim::new(), model, &spec).is_ok() == (possible || fixed), "{model:?} at {address:#x}");
        }
    }
}

#[test]
fn a_control_starts_at_its_default_takes_its_range_and_is_held_within_it() {
    each(|sim, model, part| {
        for control in model.controls {
            let key = control.key;
            if let Some(start) = control.preset.value() {
                assert_eq!(sim.read(part, key), Some(start), "{model:?} {key} at the start");
            }
            let ValueKind::Number(Range { min, max, .. }) = control.kind else {
                let value = some_value(&control.kind);
                sim.set(part, key, value.clone()).expect("a control");
                assert_eq!(sim.read(part, key), Some(value), "{model:?} {key}");
                continue;
            };
            for (set, expected) in [(max, max), (min, min), (max + 1.0, max), (min - 1.0, min), (f64::NAN, min)] {
                sim.set(part, key, set).expect("a control");
                assert_eq!(sim.read(part, key), Some(Value::Number(expected)), "{model:?} {key} set to {set}");
            }
            sim.set(part, key, "a text").expect_err("no number");
        }
        sim.set(part, "no such control", 1.0).expect_err("no such control");
    });
}

#[test]
fn every_readout_and_picture_that_a_model_names_is_there() {
    each(|sim, model, part| {
        for readout in model.readouts {
            let value = sim.read(part, readout.key).unwrap_or_else(|| panic!("{model:?} has no {}", readout.key));
            readout.kind.check(&value).unwrap_or_else(|problem| panic!("{model:?}: {} {problem}", readout.key));
        }
        assert_eq!(sim.read(part, "no such readout"), None);
        let picture = sim.picture(part).map(|frame| (frame.width, frame.height));
        let mut settings = Settings::new();
        model.fill_settings(&mut settings, None);
        assert_eq!(picture, model.pictures.first().map(|picture| (picture.size)(&settings)), "{model:?}");
    });
}

#[test]
fn every_choice_of_a_setting_is_one_of_the_part() {
    for model in MODELS {
        for bus in buses(model) {
            for setting in model.settings.iter().filter(|setting| setting.is_on(bus)) {
                let ValueKind::Choice(words) = setting.kind else { continue };
                for word in words {
                    let mut spec = spec(model, bus);
                    let others = spec.settings.entries().iter().filter(|(key, _)| key != setting.key).cloned();
                    spec.settings = others.chain([(setting.key.into(), Value::from(*word))]).collect();
                    put(&Sim::new(), model, &spec).unwrap_or_else(|error| panic!("{model:?} {word}: {error}"));
                }
            }
        }
    }
}

#[test]
fn keys_and_names_are_those_of_a_policy_and_stand_once() {
    let is_key =
        |key: &str| !key.is_empty() && key.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    for model in MODELS {
        assert!(is_key(model.name) && !model.about.is_empty(), "{model:?}");
        for bus in buses(model) {
            let settings = model.settings.iter().filter(|setting| setting.is_on(bus)).map(|setting| setting.key);
            let pins = model.pins.iter().filter(|pin| pin.is_on(bus)).map(|pin| pin.key);
            let controls = model.controls.iter().map(|control| control.key);
            let mut keys: Vec<&str> = settings.chain(pins).chain(controls).collect();
            keys.sort_unstable();
            let once = keys.windows(2).all(|pair| pair[0] != pair[1]);
            assert!(once && keys.iter().all(|key| is_key(key)), "{model:?}: {keys:?}");
        }
    }
    let all = Catalog::new();
    assert_eq!(all.iter().len(), MODELS.len());
    assert!(ON_MICROCONTROLLERS.iter().all(|Maker { name, .. }| all.find(name).is_some()));
}

/// A valve, of which this crate knows nothing.
struct Valve {
    opening: f64,
    turns: i64,
}

impl Part for Valve {
    fn power_on(&mut self, _board: &mut dyn Board) {
        self.turns = 0;
    }

    fn set_control(&mut self, control: &str, value: &Value, _board: &mut dyn Board) -> bool {
        let ("opening", Value::Number(opening)) = (control, value) else { return false };
        self.opening = *opening;
        self.turns += 1;
        true
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        match readout {
            "opening" => Some(self.opening.into()),
            "turns" => Some(self.turns.into()),
            _ => None,
        }
    }
}

static VALVE: Model = Model {
    controls: &[Control::number("opening", Range::new(0.0, 100.0, 1.0, "%"), 0.0, "how far it is open")],
    readouts: &[Readout::new("turns", ValueKind::Integer(0, i64::MAX, ""), "how often it was turned")],
    ..Model::new("valve", "a valve", Buses::NONE, build)
};

fn build(_setup: &Setup<'_>) -> Result<Box<dyn Part>, Failure> {
    Ok(Box::new(Valve { opening: 0.0, turns: 0 }))
}

fn valve(sim: &Sim, input: Input) -> PartId {
    let controls = vec![("opening".into(), input)];
    put(sim, &VALVE, &PartSpec { controls, ..spec(&VALVE, None) }).expect("a valve")
}

#[test]
fn a_model_of_another_crate_stands_beside_those_of_this_one() {
    let mut catalog = Catalog::new();
    catalog.add(&VALVE).expect("a new name");
    assert_eq!(catalog.find("VALVE").map(|model| model.about), Some("a valve"));
    let error = catalog.add(&VALVE).expect_err("the same name");
    assert_eq!(error.to_string(), "the catalogue already has a model \"valve\"");
}

#[test]
fn a_control_set_at_a_time_is_set_then_and_ends_its_course() {
    const MS: u64 = 1_000_000;
    let sim = Sim::new();
    let points = vec![(0, 0.0), (100 * MS, 100.0)];
    let course = Course::through(points, 10.0).expect("in order");
    let part = valve(&sim, Input::Course { course: course.clone() });
    let opening = || match sim.read(part, "opening") {
        Some(Value::Number(opening)) => opening,
        other => panic!("{other:?}"),
    };
    sim.schedule(55 * MS, move |stage| stage.set(part, "opening", 7.0).expect("a control"));
    sim.advance_ns(30 * MS);
    assert_eq!((opening(), sim.read(part, "turns")), (30.0, Some(Value::Integer(3))), "a step of 10 % at a time");
    sim.advance_ns(24 * MS);
    assert_eq!(opening(), 50.0);
    sim.advance_ns(MS);
    assert_eq!(opening(), 7.0);
    sim.advance_ns(1_000 * MS);
    assert_eq!((opening(), sim.next_event_ns()), (7.0, None), "the course is over");
    // A course that begins later is where it is at that time.
    let shape = Shape::Sine { mean: 50.0, amplitude: 50.0, period_ns: 40 * MS };
    sim.follow(part, "opening", Course { shape, step: 1.0 }).expect("a number");
    let now_ns = sim.now_ns();
    sim.advance_ns(50 * MS - now_ns % (40 * MS));
    assert!((opening() - 100.0).abs() < 1e-6, "{}", opening());
    sim.follow(part, "opening", course).expect("a number");
    sim.advance_ns(MS);
    assert_eq!(opening(), 100.0, "past the last point");
    sim.follow(part, "turns", Course { shape: Shape::Points { points: vec![(0, 1.0)] }, step: 1.0 })
        .expect_err("a readout is no control");
}
