//! A rotary encoder: two contacts that close one after the other while somebody turns it.

use alloc::boxed::Box;

use super::dials::Dials;
use super::number::steps;
use crate::model::{BuildError, Buses, Control, Model, Pin, Preset, Range, Role, Setting, Setup, Value, ValueKind};
use crate::net::{Drive, Net};
use crate::part::{Board, Part};

/// The rotary encoder as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "ALPS EC11 (output signal: A and B a quarter of a pulse apart)",
    omits: "Its contacts do not bounce. The push button of most of them is a part of its own, `button`.",
    pins: &[Pin::required("a", Role::OpenDrain, "the contact A"), Pin::required("b", Role::OpenDrain, "the contact B")],
    settings: &[Setting::new(
        "edge-us",
        ValueKind::Integer(1, 1_000_000, "us"),
        Preset::Integer(2_000),
        "the time from an edge of one contact to the next of the other",
    )],
    controls: CONTROLS,
    ..Model::new("encoder", "a rotary encoder", Buses::NONE, build)
};

const CONTROLS: &[Control; 1] = &[Control::number(
    "position",
    Range::new(-10_000.0, 10_000.0, 1.0, "detents"),
    0.0,
    "where it is turned to, clockwise from where it was",
)];
const NS_PER_US: u64 = 1_000;
/// The edges from one detent to the next.
const EDGES: i32 = 4;

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    let edge_us: u64 = setup.integer("edge-us")?;
    Ok(Box::new(Encoder::new(setup.wire("a")?, setup.wire("b")?, edge_us * NS_PER_US)))
}

struct Encoder {
    a: Net,
    b: Net,
    edge_ns: u64,
    dials: Dials<1>,
    /// In edges: where it is, and where it goes.
    at: i32,
    to: i32,
    next_ns: Option<u64>,
}

impl Encoder {
    fn new(a: Net, b: Net, edge_ns: u64) -> Encoder {
        Encoder { a, b, edge_ns, dials: Dials::new(CONTROLS), at: 0, to: 0, next_ns: None }
    }

    /// Clockwise A closes first: open, A, both, B, open.
    fn drive(&self, board: &mut dyn Board) {
        let (a, b) = [(false, false), (true, false), (true, true), (false, true)]
            [usize::try_from(self.at.rem_euclid(EDGES)).unwrap_or(0)];
        for (net, closed) in [(self.a, a), (self.b, b)] {
            board.drive(net, if closed { Drive::Low } else { Drive::Released });
        }
    }

    fn go_on(&mut self, board: &mut dyn Board) {
        if self.at != self.to && self.next_ns.is_none() {
            let at_ns = board.now_ns().saturating_add(self.edge_ns);
            self.next_ns = Some(at_ns);
            board.wake_at(at_ns);
        }
    }
}

impl Part for Encoder {
    fn power_on(&mut self, board: &mut dyn Board) {
        self.drive(board);
        self.go_on(board);
    }

    fn wake(&mut self, board: &mut dyn Board) {
        if self.next_ns.is_some_and(|at_ns| at_ns <= board.now_ns()) {
            self.next_ns = None;
            self.at += (self.to - self.at).signum();
            self.drive(board);
            self.go_on(board);
        }
    }

    fn set_control(&mut self, control: &str, value: &Value, board: &mut dyn Board) -> bool {
        let taken = self.dials.set(control, value);
        self.to = EDGES * steps(self.dials.number(0), 1.0, -10_000..=10_000);
        self.go_on(board);
        taken
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        self.dials.read(readout)
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::Encoder;
    use crate::model::Value;
    use crate::net::Drive::{Low, Released};
    use crate::part::Part as _;
    use crate::parts::test_board::TestBoard;

    #[test]
    fn clockwise_a_closes_first_and_the_other_way_b() {
        let nets = [1, 2].map(TestBoard::net);
        let mut part = Encoder::new(nets[0], nets[1], 1_000);
        let mut board = TestBoard::with(&mut part);
        let mut turn = |position: f64| -> Vec<_> {
            part.set_control("position", &Value::Number(position), &mut board);
            let edges = (0..5).map(|_| {
                board.advance(&mut part, 1_000);
                nets.map(|net| board.driven(net))
            });
            edges.collect()
        };
        let (a, both, b, open) = ([Low, Released], [Low, Low], [Released, Low], [Released, Released]);
        assert_eq!(turn(1.0), [a, both, b, open, open]);
        assert_eq!(turn(0.0), [b, both, a, open, open]);
    }
}
