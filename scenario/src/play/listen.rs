//! What an engine hears: the wires, and the guest.

use wasm_embedded_sim::{Event, EventKind, Level, UartEvent};

use super::engine::{Engine, State};
use super::exchange::Bus;
use super::tape::Tape;
use super::watch::Target;
use crate::condition::{Direction, Edge, Stream};

/// How many edges a failure shows.
const SHOWN_EDGES: usize = 8;

impl Engine {
    /// Takes what the guest wrote, and returns whether the step may go on.
    pub(super) fn hear(&mut self, stream: Stream, bytes: &[u8], now_ns: u64) -> bool {
        self.tape(stream).add(bytes);
        self.read_tapes(now_ns)
    }

    pub(super) fn tape(&mut self, stream: Stream) -> &mut Tape {
        let [output, errors, log] = &mut self.streams;
        match stream {
            Stream::Output => output,
            Stream::Errors => errors,
            Stream::Log => log,
        }
    }

    /// Takes what happened on the wires, and returns whether the step may go on.
    pub(super) fn event(&mut self, event: &Event) -> bool {
        let is_exchanged = self.exchanges.event(event);
        if let EventKind::Uart { port, event: happens, .. } = event.kind {
            let (direction, byte) = match happens {
                UartEvent::Sent { byte } => (Direction::Sent, byte),
                UartEvent::Received { byte } => (Direction::Received, byte),
                _ => return false,
            };
            let tape = self.ports.iter_mut().find(|(other, way, _)| (*other, *way) == (port, direction));
            let Some((_, _, tape)) = tape else { return false };
            tape.add(&[byte]);
            return self.read_tapes(event.at_ns);
        }
        let State::Watching(watching) = &mut self.state else { return false };
        if watching.verdict.is_some() {
            return false;
        }
        match (&watching.target, event.kind) {
            (Target::Level(net, level), EventKind::Net { net: other, level: now }) if *net == other => {
                watching.judge(*level == now, event.at_ns);
            }
            (Target::Edges(net, edge, count), EventKind::Net { net: other, level }) if *net == other => {
                let count = *count;
                if *edge == Edge::Any || (*edge == Edge::Rising) == (level == Level::High) {
                    watching.edges += 1;
                    if watching.last_edges.len() == SHOWN_EDGES {
                        watching.last_edges.remove(0);
                    }
                    watching.last_edges.push((event.at_ns, level));
                    watching.count(count, event.at_ns);
                }
            }
            (Target::Duty { net, .. }, EventKind::Pwm { net: other, .. } | EventKind::Net { net: other, .. }) => {
                watching.is_dirty |= *net == other;
            }
            (Target::Exchange(bus, wanted), _) => {
                let bus = *bus;
                if let Some(behind) = self.exchanges.ends_now(bus, wanted, watching.from, event, is_exchanged) {
                    watching.judge(true, event.at_ns);
                    self.seen.retain(|(other, _)| *other != bus);
                    self.seen.push((bus, behind));
                } else if is_exchanged && !matches!(bus, Bus::Unselected(_)) {
                    watching.from = self.exchanges.count(bus);
                }
            }
            (target, EventKind::Net { .. } | EventKind::Pwm { .. }) if target.is_polled() => watching.is_dirty = true,
            (target, _) if is_exchanged && target.is_polled() => watching.is_dirty = true,
            _ => {}
        }
        watching.is_dirty || watching.verdict.is_some()
    }

    /// Looks for the text that is waited for, and returns whether it is there.
    pub(super) fn read_tapes(&mut self, at_ns: u64) -> bool {
        let State::Watching(watching) = &mut self.state else { return false };
        if watching.verdict.is_some() {
            return true;
        }
        let [output, errors, log] = &mut self.streams;
        let found = match &watching.target {
            Target::Said(stream, pattern) => {
                let tape = match stream {
                    Stream::Output => output,
                    Stream::Errors => errors,
                    Stream::Log => log,
                };
                tape.find(pattern, &mut watching.from)
            }
            Target::Serial(port, direction, pattern) => {
                let tape = self.ports.iter_mut().find(|(other, way, _)| (other, way) == (port, direction));
                tape.is_some_and(|(_, _, tape)| tape.find(pattern, &mut watching.from))
            }
            _ => false,
        };
        if found {
            watching.judge(true, at_ns);
        }
        watching.verdict.is_some()
    }
}
