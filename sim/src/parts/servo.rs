//! A servo for models: its arm goes where the width of the pulses says.

use alloc::boxed::Box;

use super::number::held;
use crate::model::{BuildError, Buses, Model, Pin, Preset, Range, Readout, Role, Setting, Setup, Value, ValueKind};
use crate::net::{Level, Net};
use crate::part::{Board, Part};
use crate::pwm::PwmSignal;

/// The servo as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "TowerPro SG90 (pulses of 1 to 2 ms, 20 ms apart; most turn further, from 0.5 to 2.4 ms)",
    omits: "The arm is there at once, whatever it moves. Pulses are seen only on a net that is modulated by a PWM output or a part.",
    pins: &[Pin::required("net", Role::Input, "the net with the pulses")],
    settings: &[
        Setting::new("least-us", ValueKind::Integer(100, 10_000, "us"), Preset::Integer(500), "the pulse at 0 degrees"),
        Setting::new(
            "most-us",
            ValueKind::Integer(100, 10_000, "us"),
            Preset::Integer(2_400),
            "the pulse at 180 degrees",
        ),
    ],
    readouts: &[
        Readout::new("angle", ValueKind::Number(Range::new(0.0, 180.0, 0.1, "deg")), "where its arm is"),
        Readout::new("driven", ValueKind::Switch, "whether there are pulses"),
    ],
    ..Model::new("servo", "a servo for models", Buses::NONE, build)
};

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    let (least_us, most_us): (u32, u32) = (setup.integer("least-us")?, setup.integer("most-us")?);
    if least_us >= most_us {
        return Err("`least-us` must be less than `most-us`".into());
    }
    Ok(Box::new(Servo { net: setup.wire("net")?, least_us, most_us, angle: 90.0, driven: false }))
}

struct Servo {
    net: Net,
    least_us: u32,
    most_us: u32,
    angle: f64,
    driven: bool,
}

impl Part for Servo {
    fn power_on(&mut self, board: &mut dyn Board) {
        board.watch(self.net);
        if let Some(signal) = board.pwm(self.net) {
            self.pwm_changed(self.net, signal, board);
        }
    }

    fn power_off(&mut self, _board: &mut dyn Board) {
        self.driven = false;
    }

    fn net_changed(&mut self, net: Net, _level: Level, board: &mut dyn Board) {
        self.driven = board.pwm(net).is_some();
    }

    fn pwm_changed(&mut self, _net: Net, signal: PwmSignal, _board: &mut dyn Board) {
        self.driven = signal.high_ns > 0 && signal.high_ns < signal.period_ns;
        if self.driven {
            let us = f64::from(u32::try_from(signal.high_ns).unwrap_or(u32::MAX)) / 1_000.0;
            let (least, most) = (f64::from(self.least_us), f64::from(self.most_us));
            self.angle = held((us - least) / (most - least) * 180.0, 0.0..=180.0);
        }
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        match readout {
            "angle" => Some(self.angle.into()),
            "driven" => Some(self.driven.into()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Servo;
    use crate::model::Value;
    use crate::part::Part as _;
    use crate::parts::test_board::TestBoard;

    #[test]
    fn the_arm_goes_where_the_width_of_the_pulse_says_and_stays() {
        let net = TestBoard::net(1);
        let mut servo = Servo { net, least_us: 500, most_us: 2_400, angle: 90.0, driven: false };
        let mut board = TestBoard::with(&mut servo);
        for (us, angle) in [(500, 0.0), (1_450, 90.0), (2_400, 180.0), (3_000, 180.0), (100, 0.0)] {
            board.modulate(&mut servo, net, 20_000_000, us * 1_000);
            assert_eq!(servo.readout("angle", 0), Some(Value::Number(angle)), "{us} us");
            assert_eq!(servo.readout("driven", 0), Some(Value::Switch(true)));
        }
        board.modulate(&mut servo, net, 20_000_000, 0);
        assert_eq!(servo.readout("driven", 0), Some(Value::Switch(false)));
        assert_eq!(servo.readout("angle", 0), Some(Value::Number(0.0)));
    }
}
