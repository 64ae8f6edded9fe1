//! What a step looks at, on its board.

use wasm_embedded_board::Board;
use wasm_embedded_sim::model::{SpiPlace, Value};
use wasm_embedded_sim::{Level, Net, PartId, StimulusContext, UartId};

use super::exchange::Bus;
use crate::condition::{
    self, Condition, Count, Direction, Edge, End, Exchange, Stream, Wanted, Wires, level_name, shown,
};
use crate::font::Font;
use crate::pattern::TextPattern;
use crate::picture::{Bitmap, Picture};

/// What a step looks at, on its board.
#[derive(Clone, Debug)]
pub(super) enum Target {
    Level(Net, Level),
    Edges(Net, Edge, Count),
    Duty { net: Net, inverted: bool, percent: f64, tolerance: f64 },
    Said(Stream, TextPattern),
    Serial(UartId, Direction, TextPattern),
    Exchange(Bus, Exchange),
    Picture(PartId, Box<Picture>),
    Shows(PartId, String, Font),
    Readout(PartId, String, Wanted),
    Ended(End),
}

impl Target {
    /// Finds what a condition names.
    pub(super) fn of(condition: &Condition, board: &Board) -> Option<Target> {
        let net = |place: &condition::Place| board.sim().net(&place.net);
        Some(match condition {
            Condition::Level(place, level) => Target::Level(net(place), if place.inverted { !*level } else { *level }),
            Condition::Edges(place, edge, count) => {
                let edge = match (edge, place.inverted) {
                    (Edge::Rising, true) => Edge::Falling,
                    (Edge::Falling, true) => Edge::Rising,
                    (edge, _) => *edge,
                };
                Target::Edges(net(place), edge, *count)
            }
            Condition::Duty(place, percent, tolerance) => {
                Target::Duty { net: net(place), inverted: place.inverted, percent: *percent, tolerance: *tolerance }
            }
            Condition::Said(stream, pattern) => Target::Said(*stream, pattern.clone()),
            Condition::Serial(label, direction, pattern) => {
                let port = board.wiring().ports().iter().find(|port| port.label == *label)?;
                Target::Serial(port.id, *direction, pattern.clone())
            }
            Condition::Exchange(exchange) => Target::Exchange(bus_of(exchange, board)?, exchange.clone()),
            Condition::Picture(part, picture) => Target::Picture(board.part(part)?, picture.clone()),
            Condition::Shows(part, text, font) => Target::Shows(board.part(part)?, text.clone(), *font),
            Condition::Readout(part, key, wanted) => Target::Readout(board.part(part)?, key.clone(), wanted.clone()),
            Condition::Ended(end) => Target::Ended(*end),
        })
    }

    /// Returns whether only the board can tell, and not what happened on its wires.
    pub(super) fn needs_stage(&self) -> bool {
        matches!(
            self,
            Target::Level(..) | Target::Duty { .. } | Target::Picture(..) | Target::Shows(..) | Target::Readout(..)
        )
    }

    /// Returns whether a part is looked at, which may change with time alone.
    pub(super) fn is_polled(&self) -> bool {
        matches!(self, Target::Picture(..) | Target::Shows(..) | Target::Readout(..))
    }

    /// Returns whether it is true now, of what only the board can tell.
    pub(super) fn look(&self, stage: &mut dyn StimulusContext) -> bool {
        match self {
            Target::Level(net, level) => stage.level(*net) == *level,
            Target::Duty { net, inverted, percent, tolerance } => {
                (duty(stage, *net, *inverted) - percent).abs() <= *tolerance
            }
            Target::Picture(part, picture) => {
                stage.picture(*part).is_some_and(|frame| picture.difference(&frame) <= picture.tolerance)
            }
            Target::Shows(part, text, font) => {
                stage.picture(*part).is_some_and(|frame| font.shows(&Bitmap::of(&frame), text))
            }
            Target::Readout(part, key, wanted) => stage.read(*part, key).is_some_and(|value| wanted.holds(&value)),
            Target::Edges(..) | Target::Said(..) | Target::Serial(..) | Target::Exchange(..) | Target::Ended(_) => {
                false
            }
        }
    }

    /// Says what is there now, of what only the board can tell.
    pub(super) fn describe(&self, stage: &mut dyn StimulusContext) -> Vec<String> {
        match self {
            Target::Level(net, _) => vec![format!("it is {}", level_name(stage.level(*net)))],
            Target::Duty { net, inverted, .. } => {
                vec![format!("its duty is {:.2} %", duty(stage, *net, *inverted))]
            }
            Target::Picture(part, picture) => match stage.picture(*part) {
                Some(frame) => {
                    let (pixels, tolerance) = (picture.difference(&frame), picture.tolerance);
                    vec![format!("{pixels} pixels differ, the tolerance is {tolerance}")]
                }
                None => vec!["it shows nothing".to_owned()],
            },
            Target::Shows(part, _, font) => {
                let lines = stage.picture(*part).map(|frame| font.read(&Bitmap::of(&frame))).unwrap_or_default();
                let shown = lines.iter().map(|line| format!("it shows \"{}\"", line.escape_debug()));
                match lines.is_empty() {
                    true => vec![format!("it shows no text in {}", font.name())],
                    false => shown.collect(),
                }
            }
            Target::Readout(part, key, _) => match stage.read(*part, key) {
                Some(value) => vec![format!("it is {}", shown(&value))],
                None => vec!["it cannot be read".to_owned()],
            },
            Target::Edges(..) | Target::Said(..) | Target::Serial(..) | Target::Exchange(..) | Target::Ended(_) => {
                Vec::new()
            }
        }
    }
}

fn bus_of(exchange: &Exchange, board: &Board) -> Option<Bus> {
    match &exchange.bus {
        Wires::I2c(name) => board.wiring().buses().iter().find(|bus| bus.name == *name).map(|bus| Bus::I2c(bus.id)),
        Wires::Spi => {
            let mut places = board.wiring().spi_places().iter().filter(|spi| spi.label == exchange.label);
            places.next().map(|spi| spi_bus(&spi.place))
        }
    }
}

/// Returns what carries transactions on a board, by what people call it.
pub(super) fn buses(board: &Board) -> Vec<(Bus, String)> {
    let i2c = board.wiring().buses().iter().map(|bus| (Bus::I2c(bus.id), bus.label.clone()));
    let spi = board.wiring().spi_places().iter().map(|spi| (spi_bus(&spi.place), spi.label.clone()));
    i2c.chain(spi).collect()
}

fn spi_bus(place: &SpiPlace) -> Bus {
    match place {
        SpiPlace::Select(_, select) => Bus::Spi(*select),
        SpiPlace::Bus(bus) => Bus::Unselected(*bus),
    }
}

/// Returns the part of the time that a net is active, in percent.
fn duty(stage: &dyn StimulusContext, net: Net, inverted: bool) -> f64 {
    let high = match stage.pwm(net) {
        Some(signal) => signal.high_part() * 100.0,
        None => f64::from(u8::from(stage.level(net) == Level::High)) * 100.0,
    };
    if inverted { 100.0 - high } else { high }
}

impl Wanted {
    fn holds(&self, value: &Value) -> bool {
        match self {
            Wanted::Is(wanted) => wanted == value,
            Wanted::Between(min, max) => number(value).is_some_and(|number| (*min..=*max).contains(&number)),
        }
    }
}

/// Returns the number that a value is, if it is one.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => Some(*number),
        // A readout counts far less than what a number of 53 bits holds.
        Value::Integer(integer) => integer.to_string().parse().ok(),
        _ => None,
    }
}
