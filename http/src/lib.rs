//! As much of HTTP/1.1 (RFC 9112) as a page or an API of a board needs: one request a connection, with bounds on size and time.
//!
//! ```no_run
//! use std::net::TcpListener;
//! use std::time::Duration;
//!
//! use wasm_embedded_http::{Answer, Request, StatusCode};
//!
//! # fn main() -> std::io::Result<()> {
//! for stream in TcpListener::bind("127.0.0.1:8080")?.incoming() {
//!     let mut stream = stream?;
//!     let answer = match Request::read(&mut stream, Duration::from_secs(5))? {
//!         Ok(request) => Answer::text(StatusCode::OK, format!("you asked for {}\n", request.path())),
//!         Err(refusal) => refusal.into(),
//!     };
//!     answer.send(&mut stream)?;
//! }
//! # Ok(())
//! # }
//! ```
#![cfg_attr(not(test), warn(clippy::expect_used))]

mod answer;
mod client;
mod connection;
mod guard;
mod request;

pub use http::{HeaderMap, Method, StatusCode, header};

pub use self::answer::{Answer, Chunks, Refusal};
pub use self::client::{Asked, ClientError, Response, ask};
pub use self::connection::{Connection, is_timeout};
pub use self::guard::{Counted, is_same, only};
pub use self::request::{MAX_HEAD_BYTES, Request};

/// The types of requests, for crates that take them further, such as to a WebSocket.
pub use http as types;
