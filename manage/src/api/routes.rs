//! The requests of the API, each with what it does.

use serde_json::json;
use wasm_embedded_http::{Answer, Request, StatusCode};

use super::{Failure, LINES, OPEN_API, Reply, json as answer_json, metrics, problem, written};
use crate::board::Board;
use crate::name::{Key, MAX_VALUE_BYTES, Name};

/// The longest label of a bus, in bytes.
const MAX_LABEL_BYTES: usize = 256;

/// A request of the API.
pub(crate) struct Route {
    /// Its method.
    pub(crate) method: &'static str,
    /// Its path, in which `{name}` and `{key}` stand for any.
    pub(crate) path: &'static str,
    /// How long its body may be.
    pub(super) body_bytes: usize,
    /// Whether its body is a component, which may be as long as the owner of the board says.
    pub(super) takes_component: bool,
    /// Does it.
    pub(super) answer: fn(&Asked<'_>) -> Result<Reply, Failure>,
}

/// What is asked.
pub(crate) struct Asked<'a> {
    pub(super) board: &'a Board,
    pub(super) name: Option<Name>,
    pub(super) key: Option<Key>,
    pub(super) query: &'a str,
    pub(super) body: &'a [u8],
}

/// The parts of a path that stand for any.
#[derive(Default)]
pub(super) struct Parts<'p> {
    pub(super) name: Option<&'p str>,
    pub(super) key: Option<&'p str>,
}

const fn route(
    method: &'static str,
    path: &'static str,
    body_bytes: usize,
    answer: fn(&Asked<'_>) -> Result<Reply, Failure>,
) -> Route {
    Route { method, path, body_bytes, takes_component: false, answer }
}

/// The requests, in the order of `openapi.json`.
pub(crate) const ROUTES: [Route; 13] = [
    route("GET", "/v1/openapi.json", 0, open_api),
    route("GET", "/v1/applications", 0, all),
    route("GET", "/v1/applications/{name}", 0, one),
    Route { takes_component: true, ..route("PUT", "/v1/applications/{name}/component", 0, install) },
    route("DELETE", "/v1/applications/{name}/component", 0, remove),
    route("POST", "/v1/applications/{name}/start", 0, start),
    route("POST", "/v1/applications/{name}/stop", 0, stop),
    route("GET", "/v1/applications/{name}/logs", 0, logs),
    route("GET", "/v1/applications/{name}/config", 0, values),
    route("PUT", "/v1/applications/{name}/config/{key}", MAX_VALUE_BYTES, set),
    route("DELETE", "/v1/applications/{name}/config/{key}", 0, unset),
    route("POST", "/v1/applications/{name}/i2c-detect", MAX_LABEL_BYTES, i2c_detect),
    route("GET", "/metrics", 0, measured),
];

/// Returns the route of a request, or the answer to one that has none.
pub(super) fn find(request: &Request) -> Result<(&'static Route, Parts<'_>), Answer> {
    let mut allowed = Vec::new();
    for route in &ROUTES {
        match parts(route.path, request.path()) {
            Some(parts) if route.is(request.method()) => return Ok((route, parts)),
            Some(_) => allowed.push(route.method),
            None => {}
        }
    }
    if allowed.is_empty() {
        let detail = "the API has no such path: GET /v1/openapi.json describes it";
        return Err(problem(StatusCode::NOT_FOUND, detail));
    }
    let allowed = allowed.join(", ");
    let detail = format!("this path is for {allowed}");
    Err(problem(StatusCode::METHOD_NOT_ALLOWED, &detail).with("Allow", allowed))
}

/// Returns the parts of a path that stand for any, if it is one of these.
fn parts<'p>(pattern: &str, path: &'p str) -> Option<Parts<'p>> {
    let (mut patterns, mut pieces) = (pattern.split('/'), path.split('/'));
    let mut parts = Parts::default();
    loop {
        match (patterns.next(), pieces.next()) {
            (None, None) => return Some(parts),
            (Some("{name}"), Some(name)) => parts.name = Some(name),
            (Some("{key}"), Some(key)) => parts.key = Some(key),
            (Some(pattern), Some(piece)) if pattern == piece => {}
            _ => return None,
        }
    }
}

impl Asked<'_> {
    fn name(&self) -> Result<&Name, Failure> {
        self.name.as_ref().ok_or_else(|| bad("the path lacks the name of an application"))
    }

    fn key(&self) -> Result<Key, Failure> {
        self.key.clone().ok_or_else(|| bad("the path lacks a key"))
    }

    fn text(&self) -> Result<&str, Failure> {
        std::str::from_utf8(self.body).map_err(|_| bad("the body is not text in UTF-8"))
    }

    /// Returns what a key of the query says.
    fn parameter(&self, key: &str) -> Option<&str> {
        self.query
            .split('&')
            .find_map(|pair| pair.split_once('=').filter(|(name, _)| *name == key))
            .map(|(_, value)| value)
    }
}

fn bad(detail: impl Into<String>) -> Failure {
    Failure(StatusCode::BAD_REQUEST, detail.into())
}

/// Returns the answer to a change that was made.
fn made() -> Reply {
    Reply::Whole(Answer::new(StatusCode::NO_CONTENT, "text/plain; charset=utf-8", b"".as_slice()))
}

fn open_api(_asked: &Asked<'_>) -> Result<Reply, Failure> {
    Ok(Reply::Whole(Answer::new(StatusCode::OK, "application/json", OPEN_API.as_bytes())))
}

fn all(asked: &Asked<'_>) -> Result<Reply, Failure> {
    Ok(answer_json(&json!({ "applications": asked.board.statuses() })))
}

fn one(asked: &Asked<'_>) -> Result<Reply, Failure> {
    Ok(answer_json(&json!(asked.board.status(asked.name()?)?)))
}

fn install(asked: &Asked<'_>) -> Result<Reply, Failure> {
    if asked.body.is_empty() {
        return Err(bad("the body is empty: it has to be the component"));
    }
    let digest = asked.board.install(asked.name()?, asked.body)?;
    Ok(answer_json(&json!({ "component": digest })))
}

fn remove(asked: &Asked<'_>) -> Result<Reply, Failure> {
    asked.board.remove(asked.name()?)?;
    Ok(made())
}

fn start(asked: &Asked<'_>) -> Result<Reply, Failure> {
    asked.board.start(asked.name()?)?;
    Ok(made())
}

fn stop(asked: &Asked<'_>) -> Result<Reply, Failure> {
    asked.board.stop(asked.name()?)?;
    Ok(made())
}

fn logs(asked: &Asked<'_>) -> Result<Reply, Failure> {
    let log = asked.board.log_of(asked.name()?)?;
    let count = match asked.parameter("lines") {
        None => LINES,
        Some(count) => count.parse().map_err(|_| bad("`lines` is a number, such as lines=100"))?,
    };
    let follows = match asked.parameter("follow") {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(bad("`follow` is true or false")),
    };
    let first = log.newest(count);
    if follows {
        return Ok(Reply::Follow(log, first));
    }
    let lines = written(&log.from(first, std::time::Duration::ZERO), first);
    Ok(Reply::Whole(Answer::new(StatusCode::OK, "application/x-ndjson", lines.into_bytes())))
}

fn values(asked: &Asked<'_>) -> Result<Reply, Failure> {
    Ok(answer_json(&json!({ "values": asked.board.values(asked.name()?)? })))
}

fn set(asked: &Asked<'_>) -> Result<Reply, Failure> {
    let value = asked.text()?.parse().map_err(|error: crate::NameError| bad(error.to_string()))?;
    asked.board.set(asked.name()?, asked.key()?, value)?;
    Ok(made())
}

fn unset(asked: &Asked<'_>) -> Result<Reply, Failure> {
    asked.board.unset(asked.name()?, asked.key()?)?;
    Ok(made())
}

fn i2c_detect(asked: &Asked<'_>) -> Result<Reply, Failure> {
    let label = asked.text()?;
    if label.is_empty() || label.chars().any(char::is_control) {
        return Err(bad("the body has to be the label of an I2C bus in the application's policy"));
    }
    let table = asked.board.i2c_detect(asked.name()?, label)?;
    Ok(Reply::Whole(Answer::text(StatusCode::OK, table)))
}

fn measured(asked: &Asked<'_>) -> Result<Reply, Failure> {
    let text = metrics::text(&asked.board.statuses());
    Ok(Reply::Whole(Answer::new(StatusCode::OK, metrics::KIND, text.into_bytes())))
}
