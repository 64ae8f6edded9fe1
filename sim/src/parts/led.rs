//! A light-emitting diode on a net.

use alloc::boxed::Box;
use alloc::collections::VecDeque;

use crate::model::{BuildError, Buses, Model, Pin, Preset, Range, Readout, Role, Setting, Setup, Value, ValueKind};
use crate::net::{Level, Net};
use crate::part::{Board, Part};
use crate::pwm::PwmSignal;

/// The light-emitting diode as a policy has it.
pub const MODEL: Model = Model {
    pins: &[Pin::required("net", Role::Input, "the net that lights it")],
    settings: &[Setting::new("lit", ValueKind::LEVEL, Preset::Text("high"), "the level that lights it")],
    readouts: &[
        Readout::new("lit", ValueKind::Switch, "whether it is lit"),
        Readout::new(
            "brightness",
            ValueKind::Number(Range::new(0.0, 1.0, 0.001, "")),
            "how bright it is: less than 1 while its net is modulated",
        ),
        Readout::new("changes", ValueKind::Integer(0, i64::MAX, ""), "how often it went on or off"),
    ],
    ..Model::new("led", "a light-emitting diode", Buses::NONE, build)
};

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    Ok(Box::new(Led::new(setup.wire("net")?, setup.level("lit")?)))
}

/// A light-emitting diode: lit while its net has one level, and as bright as the part of the time that it has it.
#[derive(Clone, Debug)]
pub struct Led {
    net: Net,
    lit_level: Level,
    lit: bool,
    brightness: f64,
    changes: u64,
    history: VecDeque<(u64, bool)>,
    history_limit: usize,
}

/// How many entries of the history are kept unless [`Led::with_history_limit`] says otherwise: a guest can blink for ever.
const HISTORY_LIMIT: usize = 1024;

impl Led {
    /// Makes a diode. `lit_level` is the level of its net that lights it.
    #[must_use]
    pub fn new(net: Net, lit_level: Level) -> Led {
        Led {
            net,
            lit_level,
            lit: false,
            brightness: 0.0,
            changes: 0,
            history: VecDeque::new(),
            history_limit: HISTORY_LIMIT,
        }
    }

    /// Keeps another number of entries of the history.
    #[must_use]
    pub fn with_history_limit(mut self, limit: usize) -> Led {
        self.history_limit = limit;
        self
    }

    /// Returns whether it is lit.
    #[must_use]
    pub fn is_lit(&self) -> bool {
        self.lit
    }

    /// Returns how bright it is, from 0 to 1: less than 1 while its net is modulated.
    #[must_use]
    pub fn brightness(&self) -> f64 {
        self.brightness
    }

    /// Returns how often it went on or off since it was put on the board.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Returns when it went on (`true`) and off, as virtual times in nanoseconds. The first entry is its state when it was put
    /// on the board; past the limit the oldest entries are dropped.
    #[must_use]
    pub fn history(&self) -> impl ExactSizeIterator<Item = (u64, bool)> + '_ {
        self.history.iter().copied()
    }

    fn set(&mut self, lit: bool, at_ns: u64) {
        self.lit = lit;
        self.brightness = f64::from(u8::from(lit));
        self.history.push_back((at_ns, self.lit));
        while self.history.len() > self.history_limit {
            self.history.pop_front();
        }
    }
}

impl Part for Led {
    fn power_on(&mut self, board: &mut dyn Board) {
        board.watch(self.net);
        self.set(board.level(self.net) == self.lit_level, board.now_ns());
        if let Some(signal) = board.pwm(self.net) {
            self.pwm_changed(self.net, signal, board);
        }
    }

    fn net_changed(&mut self, _net: Net, level: Level, board: &mut dyn Board) {
        let lit = level == self.lit_level;
        if self.lit != lit {
            self.changes += 1;
            self.set(lit, board.now_ns());
        }
    }

    fn pwm_changed(&mut self, _net: Net, signal: PwmSignal, board: &mut dyn Board) {
        let high = signal.high_part();
        let brightness = if self.lit_level == Level::High { high } else { 1.0 - high };
        if self.lit != (brightness > 0.0) {
            self.changes += 1;
            self.set(brightness > 0.0, board.now_ns());
        }
        self.brightness = brightness;
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        match readout {
            "lit" => Some(self.lit.into()),
            "brightness" => Some(self.brightness.into()),
            "changes" => Some(i64::try_from(self.changes).unwrap_or(i64::MAX).into()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::Led;
    use crate::net::{Drive, Level};
    use crate::parts::test_board::TestBoard;

    fn blink(led: &mut Led, times: u64) {
        let mut board = TestBoard::with(led);
        for _ in 0..times {
            for drive in [Drive::High, Drive::Low] {
                board.advance(led, 10);
                board.set(led, TestBoard::net(1), drive);
            }
        }
    }

    #[test]
    fn a_led_knows_when_it_was_on() {
        let mut led = Led::new(TestBoard::net(1), Level::High);
        blink(&mut led, 2);
        assert_eq!(led.history().collect::<Vec<_>>(), [(0, false), (10, true), (20, false), (30, true), (40, false)]);
        assert_eq!(led.changes(), 4);
        assert!(!led.is_lit());
    }

    #[test]
    fn an_active_low_led_is_lit_by_a_low_net() {
        let mut led = Led::new(TestBoard::net(1), Level::Low);
        blink(&mut led, 1);
        assert!(led.is_lit());
        assert_eq!(led.history().collect::<Vec<_>>(), [(0, true), (10, false), (20, true)]);
    }

    #[test]
    fn a_led_is_as_bright_as_the_part_of_the_time_that_it_is_lit() {
        for (lit_level, quarter) in [(Level::High, 0.25), (Level::Low, 0.75)] {
            let mut led = Led::new(TestBoard::net(1), lit_level);
            let mut board = TestBoard::with(&mut led);
            board.modulate(&mut led, TestBoard::net(1), 1_000, 250);
            assert!(led.is_lit());
            assert!((led.brightness() - quarter).abs() < 1e-9, "{}", led.brightness());
            board.modulate(&mut led, TestBoard::net(1), 1_000, 1_000);
            assert_eq!(led.is_lit(), lit_level == Level::High);
        }
    }

    #[test]
    fn the_history_keeps_the_newest_entries() {
        let mut led = Led::new(TestBoard::net(1), Level::High).with_history_limit(2);
        blink(&mut led, 50);
        assert_eq!(led.history().collect::<Vec<_>>(), [(990, true), (1000, false)]);
        assert_eq!(led.changes(), 100);
        let mut led = Led::new(TestBoard::net(1), Level::High).with_history_limit(0);
        blink(&mut led, 5);
        assert_eq!(led.history().len(), 0);
    }
}
