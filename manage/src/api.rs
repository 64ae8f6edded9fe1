//! The HTTP API: which requests there are, and what they do. `openapi.json` describes it; a test holds both together.

mod metrics;
mod routes;

use std::io;
use std::time::Duration;

use serde_json::{Value as Json, json};
use wasm_embedded_http::{Answer, Connection, Method, Refusal, Request, StatusCode};

use self::routes::Route;
use crate::application::OrderError;
use crate::board::Board;
use crate::log::{Level, Line, Log, Source};
use crate::name::{Name, NameError};
use crate::time::rfc3339;

/// The description of the API, in OpenAPI 3.1.
pub const OPEN_API: &str = include_str!("../openapi.json");

/// After so long without a line, whoever follows a log gets an empty one: so both sides notice when the other is gone.
pub const MAX_FOLLOWED_SILENCE: Duration = Duration::from_secs(15);

/// How long a body may take to come. 16 MiB at 3 Mbit/s take 45 s.
const BODY: Duration = Duration::from_secs(60);

/// How many lines of a log are sent if nobody says how many.
const LINES: usize = 100;

/// What a request gets.
pub(crate) enum Reply {
    /// An answer.
    Whole(Answer),
    /// Lines of a log from a number on, as they come.
    Follow(Log, u64),
}

/// Does what a request asks for. `who` asks, for the log.
pub(crate) fn answer(board: &Board, mut request: Request, stream: &mut dyn Connection, who: &str) -> io::Result<Reply> {
    let (route, part) = match routes::find(&request) {
        Ok(found) => found,
        Err(answer) => return Ok(Reply::Whole(answer)),
    };
    let name = match part.name.map(str::parse::<Name>).transpose() {
        Ok(name) => name,
        Err(error) => {
            return Ok(Reply::Whole(refused(board, who, &request, StatusCode::BAD_REQUEST, &error.to_string())));
        }
    };
    let key = match part.key.map(str::parse).transpose() {
        Ok(key) => key,
        Err(error) => {
            let error: NameError = error;
            return Ok(Reply::Whole(refused(board, who, &request, StatusCode::BAD_REQUEST, &error.to_string())));
        }
    };
    let most = if route.takes_component { board.config().component_bytes } else { route.body_bytes };
    let body = match request.body(stream, most, BODY)? {
        Ok(body) => body,
        Err(Refusal { status, text }) => {
            return Ok(Reply::Whole(refused(board, who, &request, status, text.trim_end())));
        }
    };
    if route.method != "GET" {
        let text = format!("{who} asks for {} {}", route.method, request.path());
        board.log().say(Source::Board, Level::Info, &text);
    }
    let asked = routes::Asked { board, name, key, query: request.query(), body: &body };
    Ok((route.answer)(&asked).unwrap_or_else(|error| Reply::Whole(refused(board, who, &request, error.0, &error.1))))
}

/// Answers that something was not done, and why. It is in the log too.
fn refused(board: &Board, who: &str, request: &Request, status: StatusCode, detail: &str) -> Answer {
    let text = format!("{who}: {} {} is refused: {detail}", request.method(), request.path());
    board.log().say(Source::Board, Level::Warn, &text.replace('\n', " "));
    problem(status, detail)
}

/// Returns an answer that says what is wrong, as RFC 9457 has it.
pub(crate) fn problem(status: StatusCode, detail: &str) -> Answer {
    let body = json!({ "status": status.as_u16(), "title": status.canonical_reason(), "detail": detail });
    Answer::new(status, "application/problem+json", format!("{body}\n").into_bytes())
}

/// Returns an answer of JSON.
fn json(value: &Json) -> Reply {
    Reply::Whole(Answer::new(StatusCode::OK, "application/json", format!("{value}\n").into_bytes()))
}

/// Sends the lines of a log as they come, until the client or the board is gone.
pub(crate) fn follow(
    log: &Log,
    mut next: u64,
    stream: &mut dyn Connection,
    is_over: impl Fn() -> bool,
) -> io::Result<()> {
    let mut chunks = Answer::new(StatusCode::OK, "application/x-ndjson", b"".as_slice()).begin(stream)?;
    let mut silence = Duration::ZERO;
    let beat = Duration::from_millis(500);
    while !is_over() {
        let lines = log.from(next, beat);
        if lines.is_empty() {
            if log.is_over() {
                break;
            }
            silence += beat;
            if silence >= MAX_FOLLOWED_SILENCE {
                chunks.send(b"\n")?;
                silence = Duration::ZERO;
            }
            continue;
        }
        silence = Duration::ZERO;
        chunks.send(written(&lines, next).as_bytes())?;
        next = lines.last().map_or(next, |line| line.number + 1);
    }
    chunks.end()
}

/// Returns lines as JSON, one object a line. What is not kept any more is counted.
fn written(lines: &[Line], next: u64) -> String {
    let mut text = String::new();
    let missed = lines.first().map_or(0, |line| line.number.saturating_sub(next));
    if missed > 0 {
        text += &format!("{}\n", json!({ "missed": missed }));
    }
    for line in lines {
        let object = json!({
            "number": line.number, "at": rfc3339(line.at), "source": line.source, "level": line.level, "text": line.text,
        });
        text += &format!("{object}\n");
    }
    text
}

/// Why a request fails: a status and a sentence.
pub(crate) struct Failure(StatusCode, String);

impl From<OrderError> for Failure {
    fn from(error: OrderError) -> Failure {
        let status = match &error {
            OrderError::Unknown(_) | OrderError::NoValue { .. } => StatusCode::NOT_FOUND,
            OrderError::NoComponent(_) | OrderError::TooManyValues { .. } => StatusCode::CONFLICT,
            OrderError::Refused { .. } | OrderError::Bus(_) => StatusCode::UNPROCESSABLE_ENTITY,
            OrderError::TooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            OrderError::Call { .. } | OrderError::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
            OrderError::Over => StatusCode::SERVICE_UNAVAILABLE,
        };
        Failure(status, crate::application::whole(&error))
    }
}

impl Route {
    /// Returns whether a method is this route's.
    fn is(&self, method: &Method) -> bool {
        self.method == method.as_str()
    }
}
