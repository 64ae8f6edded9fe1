//! The page's hand on the board. It acts on the board's own thread, between two events: nothing else touches the board.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Map, Value as Json, json};
use wasm_embedded_sim::fault::When;
use wasm_embedded_sim::{FaultId, Level, Net, Sim, StimulusContext};

use crate::describe::Known;
use crate::hub::{Hub, Mode, Order};
use crate::pace::Pace;
use crate::terminal::Terminal;
use crate::value::to_json;

/// The shortest time between two pictures of the board: 20 in a second.
pub(crate) const FRAME: Duration = Duration::from_millis(50);

/// Says that the guest is to end, for which the board must not be held.
pub(crate) type Stop = Arc<dyn Fn() -> bool + Send + Sync>;

/// The page's hand on the board.
pub(crate) struct Desk {
    hub: Arc<Hub>,
    known: Arc<Known>,
    nets: Vec<Net>,
    stop: Stop,
    pace: Pace,
    /// The faults that are on.
    faults: Vec<Option<FaultId>>,
    /// When the board is to be shown next; none if what was shown is no longer so.
    due: Option<Instant>,
    is_over: bool,
}

impl Desk {
    pub(crate) fn new(hub: Arc<Hub>, known: Arc<Known>, nets: Vec<Net>, stop: Stop) -> Desk {
        let faults = vec![None; known.faults.len()];
        let pace = Pace::from(0, hub.lock().speed);
        Desk { hub, known, nets, stop, pace, faults, due: None, is_over: false }
    }

    /// Looks at the page now, and from then on as often as a hand can tell.
    pub(crate) fn look(desk: Arc<Mutex<Desk>>, stage: &mut dyn StimulusContext) {
        let mut held = desk.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_over {
            return;
        }
        held.hold(stage);
        let next_ns = held.pace.next_look_ns(stage.now_ns());
        drop(held);
        stage.schedule(next_ns, Box::new(move |stage| Desk::look(desk, stage)));
    }

    /// Does what the page asks for, shows the board, and holds it for as long as time is not to pass.
    pub(crate) fn hold(&mut self, stage: &mut dyn StimulusContext) {
        while !self.is_over {
            self.obey(stage);
            self.show(stage);
            if (self.stop)() || self.hub.restarts() {
                return;
            }
            let now_ns = stage.now_ns();
            let (mode, speed) = {
                let state = self.hub.lock();
                (state.mode, state.speed)
            };
            if mode == Mode::Paused {
                self.pace = Pace::from(now_ns, speed);
                self.hub.wait(FRAME);
                continue;
            }
            if self.pace.speed() != speed {
                self.pace = Pace::from(now_ns, speed);
            }
            let ahead = self.pace.ahead(now_ns);
            if ahead.is_zero() {
                return;
            }
            self.hub.wait(ahead.min(FRAME));
        }
    }

    /// Shows the board as it is at the end, and leaves it alone from then on.
    pub(crate) fn end(desk: Arc<Mutex<Desk>>, sim: &Sim) {
        sim.schedule(sim.now_ns(), move |stage| {
            let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
            desk.due = None;
            desk.show(stage);
            desk.is_over = true;
        });
    }

    fn obey(&mut self, stage: &mut dyn StimulusContext) {
        while let Some(order) = self.hub.next_order() {
            self.due = None;
            match order {
                Order::Set { part, control, value } => {
                    if let Err(error) = stage.set(part, control, value) {
                        self.hub.line(stage.now_ns(), "page", error.to_string());
                    }
                }
                Order::Fault { number, on } => self.switch(stage, number, on),
                Order::Type { port, bytes } => {
                    let Some(terminal) = self.known.ports.get(port).map(|port| port.terminal) else { continue };
                    let left = stage.with_part(terminal, |terminal: &mut Terminal, _| terminal.enter(&bytes));
                    if let Some(left @ 1..) = left {
                        self.hub.line(stage.now_ns(), "page", format!("{left} typed bytes found no room"));
                    }
                }
            }
        }
    }

    fn switch(&mut self, stage: &mut dyn StimulusContext, number: usize, on: bool) {
        let (Some(choice), Some(now)) = (self.known.faults.get(number), self.faults.get_mut(number)) else { return };
        match (on, *now) {
            (true, None) => *now = Some(stage.inject(choice.fault.clone(), When::always())),
            (false, Some(fault)) => {
                stage.withdraw(fault);
                *now = None;
            }
            _ => return,
        }
        let text = format!("{}: {} is {}", choice.place, choice.about, if on { "on" } else { "off" });
        self.hub.line(stage.now_ns(), "page", text);
    }

    /// Leaves pictures and values for the pages, if it is time for that.
    fn show(&mut self, stage: &mut dyn StimulusContext) {
        let now = Instant::now();
        let due = self.due.unwrap_or(now);
        if due > now {
            return;
        }
        // On the beat, unless it is late by a whole one.
        self.due = Some((due + FRAME).max(now));
        let now_ns = stage.now_ns();
        let values = self.values(stage).to_string();
        let frames: Vec<_> = self
            .known
            .displays
            .iter()
            .map(|part| self.known.parts.get(*part).and_then(|part| stage.picture(part.id)))
            .collect();
        let mut state = self.hub.lock();
        state.now_ns = now_ns;
        if *state.values != *values {
            state.values = Arc::from(values);
            state.values_version += 1;
        }
        for (picture, frame) in state.pictures.iter_mut().zip(frames) {
            if picture.frame.as_deref() != frame.as_ref() {
                picture.frame = frame.map(Arc::new);
                picture.version += 1;
            }
        }
    }

    fn values(&self, stage: &mut dyn StimulusContext) -> Json {
        let mut parts = Vec::with_capacity(self.known.parts.len());
        for part in &self.known.parts {
            let keys = part.model.controls.iter().map(|control| control.key);
            let keys = keys.chain(part.model.readouts.iter().map(|readout| readout.key));
            let read = keys.filter_map(|key| Some((key.to_owned(), to_json(&stage.read(part.id, key)?))));
            parts.push(read.collect::<Map<_, _>>());
        }
        let level = |net: &Net| if stage.level(*net) == Level::High { '1' } else { '0' };
        let levels: String = self.nets.iter().map(level).collect();
        let faults: Vec<bool> = self.faults.iter().map(Option::is_some).collect();
        json!({ "parts": parts, "levels": levels, "faults": faults })
    }
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("pace", &self.pace).finish_non_exhaustive()
    }
}
