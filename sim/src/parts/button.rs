//! A push button between a net and ground or the supply.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::error::Error;
use core::fmt;

use crate::model::{
    BuildError, Buses, Control, Fields, Model, Pin, Preset, Readout, Role, Setting, Setup, Value, ValueKind,
};
use crate::net::{Drive, Level, Net};
use crate::part::{Board, Part};
use crate::parts::LAST_MS;

/// The push button as a policy has it.
pub const MODEL: Model = Model {
    pins: &[Pin::required("net", Role::Output, "the net that it pulls to a level while pressed")],
    settings: &[
        Setting::new("pressed", ValueKind::LEVEL, Preset::Text("low"), "the level of the net while it is pressed"),
        Setting::new(
            "presses",
            ValueKind::Records(Fields {
                fields: &[
                    Setting::new("at-ms", TIME_MS, Preset::Required, "the time of the press, in ms"),
                    Setting::new("for-ms", LENGTH_MS, Preset::Required, "the length of the press, in ms"),
                ],
                check: |_| Ok(()),
                example: "[{ at-ms = 500, for-ms = 100 }]",
            }),
            Preset::None,
            "when it is pressed, and for how long",
        ),
        Setting::new("bounces", ValueKind::Integer(0, 100, ""), Preset::Integer(0), "how often the contact jumps back"),
        Setting::new(
            "bounce-us",
            ValueKind::Integer(1, 1_000_000, "us"),
            Preset::Integer(500),
            "how long it jumps back each time",
        ),
    ],
    controls: &[Control::switch("press", false, "whether a finger is on it")],
    readouts: &[Readout::new("closed", ValueKind::Switch, "whether the contact is closed; it bounces")],
    ..Model::new("button", "a push button", Buses::NONE, build)
};

const TIME_MS: ValueKind = ValueKind::Integer(0, LAST_MS, "ms");
const LENGTH_MS: ValueKind = ValueKind::Integer(1, LAST_MS, "ms");
const NS_PER_MS: u64 = 1_000_000;
const NS_PER_US: u64 = 1_000;

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    let (bounces, bounce_us): (u8, u64) = (setup.integer("bounces")?, setup.integer("bounce-us")?);
    let presses = setup.settings().records("presses").unwrap_or_default().iter().map(|press| {
        let at_ms: u64 = press.integer("at-ms").unwrap_or(0);
        let for_ms: u64 = press.integer("for-ms").unwrap_or(0);
        let ns = |ms: u64| ms.saturating_mul(NS_PER_MS);
        (ns(at_ms), ns(at_ms.saturating_add(for_ms)))
    });
    let button = Button::new(setup.wire("net")?, setup.level("pressed")?);
    let button = button.with_bounce(bounces, bounce_us.saturating_mul(NS_PER_US));
    Ok(Box::new(button.with_presses(&presses.collect::<Vec<_>>())?))
}

/// A push button: it drives its net to one level while it is pressed, and releases it otherwise.
///
/// The other level comes from a pull of the net. It is pressed at times set beforehand, or with [`Button::press`].
#[derive(Clone, Debug)]
pub struct Button {
    net: Net,
    pressed_level: Level,
    bounces: u8,
    bounce_ns: u64,
    /// What is still to happen, in the order of time.
    steps: BTreeSet<Step>,
    /// How many steps there ever were.
    count: u64,
    closed: bool,
    /// The last press or release by hand was a press.
    held: bool,
}

/// The contact closing or opening. Of two at the same time the later added one comes last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Step {
    at_ns: u64,
    number: u64,
    closes: bool,
}

impl Button {
    /// Makes a button that nobody presses. `pressed_level` is the level of its net while it is pressed.
    #[must_use]
    pub fn new(net: Net, pressed_level: Level) -> Button {
        Button {
            net,
            pressed_level,
            bounces: 0,
            bounce_ns: 0,
            steps: BTreeSet::new(),
            count: 0,
            closed: false,
            held: false,
        }
    }

    /// Lets the contact jump back `bounces` times after each press and release, each time for `bounce_ns` after `bounce_ns`.
    /// Presses added before do not bounce.
    #[must_use]
    pub fn with_bounce(mut self, bounces: u8, bounce_ns: u64) -> Button {
        self.bounces = bounces;
        self.bounce_ns = bounce_ns;
        self
    }

    /// Adds presses, as the virtual times at which the button is pressed and released.
    ///
    /// # Errors
    /// A release that is not after its press.
    pub fn with_presses(mut self, presses: &[(u64, u64)]) -> Result<Button, PressError> {
        for &(press_ns, release_ns) in presses {
            if release_ns <= press_ns {
                return Err(PressError { press_ns, release_ns });
            }
            self.plan(press_ns, true);
            self.plan(release_ns, false);
        }
        Ok(self)
    }

    /// Presses the button now.
    pub fn press(&mut self, board: &mut dyn Board) {
        self.held = true;
        self.plan(board.now_ns(), true);
        self.run(board);
    }

    /// Releases the button now.
    pub fn release(&mut self, board: &mut dyn Board) {
        self.held = false;
        self.plan(board.now_ns(), false);
        self.run(board);
    }

    /// Returns whether the contact is closed.
    #[must_use]
    pub fn is_pressed(&self) -> bool {
        self.closed
    }

    /// Adds the steps of one press or release.
    fn plan(&mut self, at_ns: u64, closes: bool) {
        self.step(at_ns, closes);
        let mut at_ns = at_ns;
        for _ in 0..self.bounces {
            for closes in [!closes, closes] {
                at_ns = at_ns.saturating_add(self.bounce_ns);
                self.step(at_ns, closes);
            }
        }
    }

    fn step(&mut self, at_ns: u64, closes: bool) {
        self.steps.insert(Step { at_ns, number: self.count, closes });
        self.count += 1;
    }

    /// Does the steps whose time has come, and asks to be woken for the next one.
    fn run(&mut self, board: &mut dyn Board) {
        while let Some(step) = self.steps.first().copied() {
            if step.at_ns > board.now_ns() {
                board.wake_at(step.at_ns);
                return;
            }
            self.steps.remove(&step);
            self.closed = step.closes;
            board.drive(self.net, if self.closed { Drive::from(self.pressed_level) } else { Drive::Released });
        }
    }
}

impl Part for Button {
    fn power_on(&mut self, board: &mut dyn Board) {
        self.run(board);
    }

    fn wake(&mut self, board: &mut dyn Board) {
        self.run(board);
    }

    fn set_control(&mut self, control: &str, value: &Value, board: &mut dyn Board) -> bool {
        match (control, value) {
            ("press", Value::Switch(on)) if *on == self.held => {}
            ("press", Value::Switch(true)) => self.press(board),
            ("press", Value::Switch(false)) => self.release(board),
            _ => return false,
        }
        true
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        match readout {
            "press" => Some(self.held.into()),
            "closed" => Some(self.closed.into()),
            _ => None,
        }
    }
}

/// A press that ends before it began.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PressError {
    press_ns: u64,
    release_ns: u64,
}

impl fmt::Display for PressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a button pressed at {} ns cannot be released at {} ns", self.press_ns, self.release_ns)
    }
}

impl Error for PressError {}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::Button;
    use crate::net::{Drive, Level};
    use crate::part::Part;
    use crate::parts::test_board::TestBoard;

    fn drives(button: &mut Button, step_ns: u64, steps: usize) -> Vec<Drive> {
        let mut board = TestBoard::with(button);
        (0..steps)
            .map(|_| {
                let drive = board.driven(TestBoard::net(1));
                board.advance(button, step_ns);
                drive
            })
            .collect()
    }

    #[test]
    fn a_button_is_pressed_at_its_times_and_released_otherwise() {
        let button = Button::new(TestBoard::net(1), Level::Low).with_presses(&[(10, 20), (35, 40)]);
        let (low, released) = (Drive::Low, Drive::Released);
        let expected = [released, released, low, low, released, released, released, low, released];
        assert_eq!(drives(&mut button.expect("the times are in order"), 5, 9), expected);
    }

    #[test]
    fn a_bouncing_contact_jumps_back_after_each_edge() {
        let button = Button::new(TestBoard::net(1), Level::High).with_bounce(2, 1).with_presses(&[(1, 7)]);
        let (high, released) = (Drive::High, Drive::Released);
        let expected =
            [released, high, released, high, released, high, high, released, high, released, high, released, released];
        assert_eq!(drives(&mut button.expect("the times are in order"), 1, 13), expected);
    }

    #[test]
    fn a_button_can_be_pressed_by_hand_between_its_times() {
        let mut button =
            Button::new(TestBoard::net(1), Level::Low).with_presses(&[(100, 200)]).expect("the times are in order");
        let mut board = TestBoard::with(&mut button);
        button.press(&mut board);
        assert!(button.is_pressed());
        assert_eq!(board.driven(TestBoard::net(1)), Drive::Low);
        board.advance(&mut button, 50);
        button.release(&mut board);
        assert!(!button.is_pressed());
        board.advance(&mut button, 50);
        assert!(button.is_pressed());
    }

    #[test]
    fn a_release_must_come_after_its_press() {
        let button = Button::new(TestBoard::net(1), Level::Low).with_presses(&[(5, 9), (20, 20)]);
        let error = button.expect_err("the second is not in order");
        assert_eq!(alloc::format!("{error}"), "a button pressed at 20 ns cannot be released at 20 ns");
    }

    #[test]
    fn waking_without_a_reason_does_nothing() {
        let mut button = Button::new(TestBoard::net(1), Level::Low);
        let mut board = TestBoard::with(&mut button);
        button.wake(&mut board);
        assert!(!button.is_pressed());
    }
}
