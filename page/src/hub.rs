//! What the board's thread and the connections share. Neither waits for the other, but for the short time that the lock is held.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value as Json, json};
use wasm_embedded_policy::Policy;
use wasm_embedded_sim::PartId;
use wasm_embedded_sim::model::Value;
use wasm_embedded_sim::picture::Frame;

use crate::describe::Known;
use crate::ring::Ring;
use crate::traffic::{Edge, Said, Transaction};

/// How many orders of the page wait for the board.
const ORDERS: usize = 256;

/// How many of each the page can be behind.
const LINES: usize = 2_000;
const TRANSACTIONS: usize = 4_096;
const EDGES: usize = 16_384;
const SAID: usize = 16_384;

/// What the page asks the board to do. Names are resolved and values checked already.
#[derive(Clone, Debug)]
pub(crate) enum Order {
    /// Sets a control.
    Set { part: PartId, control: &'static str, value: Value },
    /// Switches a fault on or off.
    Fault { number: usize, on: bool },
    /// Types into a serial port.
    Type { port: usize, bytes: Vec<u8> },
}

/// Whether time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Going,
    Paused,
    /// Until the next transaction on a bus has ended.
    Step,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The exit status of the guest, or that of the command line for what stopped it.
    pub status: u8,
    /// Why, as a sentence without a full stop.
    pub text: String,
}

/// What the page wants to be run anew.
#[derive(Clone, Debug)]
pub struct Restart {
    /// The policy.
    pub policy: Policy,
    /// Its text.
    pub text: String,
}

/// A line of the log.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) at_ns: u64,
    /// `out`, `err`, `page`, `fault`, or a level of the log.
    pub(crate) kind: &'static str,
    pub(crate) text: String,
}

/// What a display showed last, with the number of its pictures so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Picture {
    pub(crate) part: usize,
    pub(crate) version: u64,
    pub(crate) frame: Option<Arc<Frame>>,
}

/// What is known of the board that is shown.
#[derive(Debug)]
pub(crate) struct State {
    /// The number of the board; 0 before the first.
    pub(crate) run: u64,
    /// The board in words, for the page.
    pub(crate) board: Arc<str>,
    pub(crate) known: Arc<Known>,
    pub(crate) policy: Arc<str>,
    pub(crate) now_ns: u64,
    pub(crate) mode: Mode,
    /// Seconds of virtual time for one of the machine's; none for as fast as it goes.
    pub(crate) speed: Option<f64>,
    pub(crate) ending: Option<Ending>,
    /// The values of all parts, levels of nets and faults, and the number of times that they changed.
    pub(crate) values: Arc<str>,
    pub(crate) values_version: u64,
    pub(crate) pictures: Vec<Picture>,
    pub(crate) lines: Ring<Line>,
    pub(crate) transactions: Ring<Arc<Transaction>>,
    pub(crate) edges: Ring<Edge>,
    pub(crate) said: Ring<Said>,
    orders: VecDeque<Order>,
    restart: Option<Restart>,
    /// Whether something changed that the board's thread should look at.
    poked: bool,
}

/// The meeting point.
#[derive(Debug)]
pub(crate) struct Hub {
    state: Mutex<State>,
    changed: Condvar,
}

/// There was no room for an order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl Hub {
    pub(crate) fn new() -> Hub {
        let state = State {
            run: 0,
            board: Arc::from("{}"),
            known: Arc::default(),
            policy: Arc::from(""),
            now_ns: 0,
            mode: Mode::Going,
            speed: Some(1.0),
            ending: None,
            values: Arc::from("{}"),
            values_version: 0,
            pictures: Vec::new(),
            lines: Ring::new(LINES),
            transactions: Ring::new(TRANSACTIONS),
            edges: Ring::new(EDGES),
            said: Ring::new(SAID),
            orders: VecDeque::new(),
            restart: None,
            poked: false,
        };
        Hub { state: Mutex::new(state), changed: Condvar::new() }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows another board from now on: what was of the one before is gone, but for the log.
    pub(crate) fn begin(&self, known: Known, board: &Json, policy: &str) {
        let mut state = self.lock();
        state.run += 1;
        let mut board = board.clone();
        board["run"] = json!(state.run);
        state.board = Arc::from(board.to_string());
        state.pictures = known.displays.iter().map(|part| Picture { part: *part, ..Picture::default() }).collect();
        state.known = Arc::new(known);
        state.policy = Arc::from(policy);
        state.now_ns = 0;
        // A step was one of the board before.
        if state.mode == Mode::Step {
            state.mode = Mode::Paused;
        }
        state.ending = None;
        state.values_version += 1;
        state.orders.clear();
        state.restart = None;
        state.poked = true;
    }

    /// Has the board's thread look at the page now.
    fn poke(&self, state: &mut State) {
        state.poked = true;
        self.changed.notify_all();
    }

    /// Changes whether and how fast time passes.
    pub(crate) fn drive(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        change(&mut state);
        self.poke(&mut state);
    }

    /// Gives the board an order. A newer value of a control takes the place of one that waits.
    pub(crate) fn order(&self, order: Order) -> Result<(), Full> {
        let mut state = self.lock();
        let is_full = state.orders.len() >= ORDERS;
        let waiting = state.orders.iter_mut().find(|waiting| match (&**waiting, &order) {
            (Order::Set { part, control, .. }, Order::Set { part: new_part, control: new_control, .. }) => {
                // A button that is pressed and released at once was pressed.
                part == new_part
                    && control == new_control
                    && !matches!(order, Order::Set { value: Value::Switch(_), .. })
            }
            _ => false,
        });
        match waiting {
            Some(waiting) => *waiting = order,
            None if is_full => return Err(Full),
            None => state.orders.push_back(order),
        }
        self.poke(&mut state);
        Ok(())
    }

    /// Returns the next order, if one waits.
    pub(crate) fn next_order(&self) -> Option<Order> {
        self.lock().orders.pop_front()
    }

    /// Asks for another run.
    pub(crate) fn restart(&self, restart: Restart) {
        self.drive(|state| state.restart = Some(restart));
    }

    /// Returns whether another run is asked for.
    pub(crate) fn restarts(&self) -> bool {
        self.lock().restart.is_some()
    }

    /// Takes what is to be run anew.
    pub(crate) fn take_restart(&self) -> Option<Restart> {
        self.lock().restart.take()
    }

    /// Waits for the page, at most so long.
    pub(crate) fn wait(&self, most: Duration) {
        let mut state = self.lock();
        if !state.poked {
            state = self.changed.wait_timeout(state, most).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.poked = false;
    }

    /// Adds to the log.
    pub(crate) fn line(&self, at_ns: u64, kind: &'static str, text: impl Into<String>) {
        self.lock().lines.push(Line { at_ns, kind, text: text.into() });
    }
}

#[cfg(test)]
mod tests {
    use wasm_embedded_sim::Sim;
    use wasm_embedded_sim::parts::{Button, Sht4x};

    use super::*;

    #[test]
    fn orders_past_the_room_are_refused_and_a_slider_takes_one_place() {
        let sim = Sim::new();
        let hub = Hub::new();
        let sensor = sim.add_i2c(sim.i2c_bus("board", 400_000), Sht4x::new(0x44).expect("an address"));
        for temperature in 0..1_000 {
            let value = Value::Number(f64::from(temperature) / 10.0);
            assert_eq!(hub.order(Order::Set { part: sensor, control: "temperature", value }), Ok(()));
        }
        assert!(matches!(hub.next_order(), Some(Order::Set { value: Value::Number(last), .. }) if last == 99.9));
        assert!(hub.next_order().is_none());
        for _ in 0..ORDERS {
            assert_eq!(hub.order(Order::Fault { number: 0, on: true }), Ok(()));
        }
        assert_eq!(hub.order(Order::Fault { number: 0, on: true }), Err(Full));
    }

    #[test]
    fn a_press_and_its_release_are_both_kept() {
        let sim = Sim::new();
        let hub = Hub::new();
        let button = sim.add(Button::new(sim.net("BUTTON"), wasm_embedded_sim::Level::Low));
        for on in [true, false] {
            let order = Order::Set { part: button, control: "press", value: Value::Switch(on) };
            assert_eq!(hub.order(order), Ok(()));
        }
        assert_eq!(std::iter::from_fn(|| hub.next_order()).count(), 2);
    }
}
