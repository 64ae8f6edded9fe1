//! A source of voltage on a net: a potentiometer that somebody turns.

use alloc::boxed::Box;

use super::number::steps;
use crate::model::{BuildError, Buses, Control, Model, Pin, Preset, Range, Role, Setup, Value};
use crate::net::Net;
use crate::part::{Board, Part};

/// The source of voltage as a policy has it.
pub const MODEL: Model = Model {
    pins: &[Pin::required("net", Role::Voltage, "the net that has the voltage")],
    controls: &[Control {
        preset: Preset::Required,
        has_points: true,
        ..Control::number("millivolts", MILLIVOLTS, 0.0, "the voltage")
    }],
    ..Model::new("voltage", "a source of voltage, such as a potentiometer", Buses::NONE, build)
};

const MILLIVOLTS: Range = Range::new(-1_000_000.0, 1_000_000.0, 0.001, "mV");

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    Ok(Box::new(Voltage::new(setup.wire("net")?, 0)))
}

/// Puts a voltage on a net. One that changes over time follows a [`Course`](crate::model::Course).
#[derive(Clone, Debug)]
pub struct Voltage {
    net: Net,
    microvolts: i32,
}

impl Voltage {
    /// Makes a source.
    #[must_use]
    pub fn new(net: Net, microvolts: i32) -> Voltage {
        Voltage { net, microvolts }
    }

    /// Sets the voltage from now on.
    pub fn set(&mut self, microvolts: i32, board: &mut dyn Board) {
        self.microvolts = microvolts;
        board.set_voltage(self.net, Some(microvolts));
    }
}

impl Part for Voltage {
    fn power_on(&mut self, board: &mut dyn Board) {
        board.set_voltage(self.net, Some(self.microvolts));
    }

    fn set_control(&mut self, control: &str, value: &Value, board: &mut dyn Board) -> bool {
        match (control, value) {
            ("millivolts", Value::Number(millivolts)) => {
                self.set(steps(*millivolts, 0.001, -1_000_000_000..=1_000_000_000), board);
            }
            _ => return false,
        }
        true
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        (readout == "millivolts").then(|| (f64::from(self.microvolts) / 1_000.0).into())
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::MODEL;
    use crate::model::{Course, Input, PartSpec, Settings, Value, Wires, Wiring};
    use crate::sim::Sim;

    #[test]
    fn a_voltage_goes_evenly_from_point_to_point() {
        let sim = Sim::new();
        let net = sim.net("POT");
        let points = vec![(2_000_000, 1.0), (6_000_000, 3.0), (8_000_000, -1.0)];
        let course = Course::through(points, 0.001).expect("the times are in order");
        let spec = PartSpec {
            name: "pot".into(),
            model: MODEL.name.into(),
            wiring: Wiring::Nets,
            nets: vec![("net".into(), "POT".into())],
            settings: Settings::new(),
            controls: vec![("millivolts".into(), Input::Course { course })],
        };
        let part = spec.put(&sim, MODEL.maker(), &Wires::default()).expect("a source of voltage");
        let mut seen = vec![];
        for _ in 0..10 {
            let microvolts = sim.lock().circuit.microvolts(net).expect("a voltage");
            assert_eq!(sim.read(part, "millivolts"), Some(Value::Number(f64::from(microvolts) / 1_000.0)));
            seen.push(microvolts);
            sim.advance_ns(1_000_000);
        }
        assert_eq!(seen, [1_000, 1_000, 1_000, 1_500, 2_000, 2_500, 3_000, 1_000, -1_000, -1_000]);
    }
}
