//! Pins over a tape.

use wasm_embedded_host::Completion;
use wasm_embedded_host::digital::{Condition, Edge, Error, Input, Io, Level, Output};

use super::{Answer, Tapped, done};

fn error_name(error: &Error) -> String {
    match error {
        Error::Unsupported => "unsupported",
        Error::Busy => "busy",
        _ => "other",
    }
    .to_owned()
}

fn error(name: &str) -> Error {
    match name {
        "unsupported" => Error::Unsupported,
        "busy" => Error::Busy,
        _ => Error::Other,
    }
}

fn name(level: Level) -> &'static str {
    match level {
        Level::Low => "low",
        Level::High => "high",
    }
}

/// Returns an edge as a tape has it: time in nanoseconds, level, edges missed.
fn edge_text(edge: Option<Edge>) -> String {
    edge.map_or_else(|| "none".to_owned(), |edge| format!("{} {} {}", edge.at_ns, name(edge.level), edge.missed))
}

/// Returns the edge of a tape, or nothing if the text is none.
fn edge(text: &str) -> Option<Edge> {
    let mut words = text.split(' ');
    let (at_ns, level, missed) = (words.next()?.parse().ok()?, words.next()?, words.next()?.parse().ok()?);
    let level = match level {
        "low" => Level::Low,
        "high" => Level::High,
        _ => return None,
    };
    Some(Edge { at_ns, level, missed })
}

impl<P: Output> Output for Tapped<P> {
    fn set(&mut self, level: Level) -> Result<(), Error> {
        let device = &mut self.device;
        let answer = self.tap.call(&format!("set {}", name(level)), || done(device.set(level), error_name));
        answer.map(drop).map_err(|name| error(&name))
    }
}

impl<P: Input> Input for Tapped<P> {
    fn level(&mut self) -> Result<Level, Error> {
        let device = &mut self.device;
        let answer = self
            .tap
            .call("get", || device.level().map(|level| name(level).to_owned()).map_err(|error| error_name(&error)));
        match answer.as_deref() {
            Ok("low") => Ok(Level::Low),
            Ok("high") => Ok(Level::High),
            Ok(_) => Err(Error::Other),
            Err(name) => Err(error(name)),
        }
    }

    fn start_wait(&mut self, condition: Condition) -> Completion<Result<(), Error>> {
        let call = match condition {
            Condition::Level(level) => format!("wait for {}", name(level)),
            Condition::Edge(level) => format!("wait for an edge to {}", name(level)),
            Condition::AnyEdge => "wait for an edge".to_owned(),
        };
        let of = |answer: Answer| answer.map(drop).map_err(|name| error(&name));
        if let Some(answer) = self.tap.recorded(&call) {
            return Completion::Ready(of(answer));
        }
        let (started, tap) = (self.device.start_wait(condition), self.tap.clone());
        Completion::pending(async move {
            let outcome = started.end().await;
            tap.keep("~", &call, &done(outcome, error_name));
            outcome
        })
    }

    fn watch(&mut self) -> Result<(), Error> {
        let device = &mut self.device;
        let answer = self.tap.call("watch", || done(device.watch(), error_name));
        answer.map(drop).map_err(|name| error(&name))
    }

    fn take_edge(&mut self) -> Result<Option<Edge>, Error> {
        let device = &mut self.device;
        let answer =
            self.tap.call("take an edge", || device.take_edge().map(edge_text).map_err(|error| error_name(&error)));
        match answer.as_deref() {
            Ok("none") => Ok(None),
            Ok(text) => edge(text).map(Some).ok_or(Error::Other),
            Err(name) => Err(error(name)),
        }
    }

    fn start_edge_wait(&mut self) -> Completion<Result<(), Error>> {
        let call = "wait for an edge to take";
        if let Some(answer) = self.tap.recorded(call) {
            return Completion::Ready(answer.map(drop).map_err(|name| error(&name)));
        }
        let (started, tap) = (self.device.start_edge_wait(), self.tap.clone());
        Completion::pending(async move {
            let outcome = started.end().await;
            tap.keep("~", call, &done(outcome, error_name));
            outcome
        })
    }
}

impl<P: Io> Io for Tapped<P> {}
