//! A direct-current motor behind one half of a TB6612FNG.

use alloc::boxed::Box;

use crate::model::{BuildError, Buses, Model, Pin, Range, Readout, Role, Setup, Value, ValueKind};
use crate::net::{Level, Net};
use crate::part::{Board, Part};
use crate::pwm::PwmSignal;

/// The motor as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Toshiba TB6612FNG (2014-10-01)",
    omits: "It has neither inertia nor load.",
    pins: &[
        Pin::required("in1", Role::Input, "the net that turns it clockwise"),
        Pin::required("in2", Role::Input, "the net that turns it counter-clockwise"),
        Pin::required("pwm", Role::Input, "the net of a [pwm] label"),
        Pin::optional("standby", Role::Input, "low cuts all power"),
    ],
    readouts: &[Readout::new(
        "power",
        ValueKind::Number(Range::new(-1.0, 1.0, 0.001, "")),
        "its power, from -1 (counter-clockwise) to 1 (clockwise)",
    )],
    ..Model::new("motor", "a motor behind one half of a TB6612FNG", Buses::NONE, build)
};

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    let motor = Motor::new(setup.wire("in1")?, setup.wire("in2")?, setup.wire("pwm")?);
    Ok(Box::new(setup.connect(motor, "standby", Motor::with_standby)))
}

/// A motor behind one half of a TB6612FNG: two inputs choose the direction, and the PWM input the power.
/// Toshiba TB6612FNG data sheet (2014-10-01), section "H-SW Control Function".
#[derive(Clone, Debug)]
pub struct Motor {
    in1: Net,
    in2: Net,
    pwm: Net,
    standby: Option<Net>,
    power: f64,
}

impl Motor {
    /// Makes a motor on the nets of IN1, IN2 and PWM, whose standby pin is tied high.
    #[must_use]
    pub fn new(in1: Net, in2: Net, pwm: Net) -> Motor {
        Motor { in1, in2, pwm, standby: None, power: 0.0 }
    }

    /// Connects the standby pin: low cuts all power.
    #[must_use]
    pub fn with_standby(mut self, net: Net) -> Motor {
        self.standby = Some(net);
        self
    }

    /// Returns the power, from -1 (counter-clockwise) to 1 (clockwise). A brake and a stop are both 0.
    #[must_use]
    pub fn power(&self) -> f64 {
        self.power
    }

    fn run(&mut self, board: &mut dyn Board) {
        let high = |net| board.level(net) == Level::High;
        let duty = board.pwm(self.pwm).map_or_else(|| f64::from(u8::from(high(self.pwm))), PwmSignal::high_part);
        let awake = self.standby.is_none_or(high);
        self.power = match (awake, high(self.in1), high(self.in2)) {
            (true, true, false) => duty,
            (true, false, true) => -duty,
            _ => 0.0,
        };
    }
}

impl Part for Motor {
    fn power_on(&mut self, board: &mut dyn Board) {
        for net in [self.in1, self.in2, self.pwm].into_iter().chain(self.standby) {
            board.watch(net);
        }
        self.run(board);
    }

    fn net_changed(&mut self, _net: Net, _level: Level, board: &mut dyn Board) {
        self.run(board);
    }

    fn pwm_changed(&mut self, _net: Net, _signal: PwmSignal, board: &mut dyn Board) {
        self.run(board);
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        (readout == "power").then(|| self.power.into())
    }
}

#[cfg(test)]
mod tests {
    use super::Motor;
    use crate::net::Drive;
    use crate::parts::test_board::TestBoard;

    #[test]
    fn the_inputs_choose_direction_and_power() {
        let [in1, in2, pwm, standby] = [1, 2, 3, 4].map(TestBoard::net);
        let mut motor = Motor::new(in1, in2, pwm).with_standby(standby);
        let mut board = TestBoard::with(&mut motor);
        board.modulate(&mut motor, pwm, 1_000, 250);
        board.set(&mut motor, in1, Drive::High);
        assert!(motor.power().abs() < 1e-9, "in standby");
        board.set(&mut motor, standby, Drive::High);
        assert!((motor.power() - 0.25).abs() < 1e-9, "{}", motor.power());
        board.set(&mut motor, in2, Drive::High);
        assert!(motor.power().abs() < 1e-9, "a brake");
        board.set(&mut motor, in1, Drive::Low);
        assert!((motor.power() + 0.25).abs() < 1e-9, "{}", motor.power());
        board.modulate(&mut motor, pwm, 1_000, 1_000);
        assert!((motor.power() + 1.0).abs() < 1e-9, "{}", motor.power());
    }
}
