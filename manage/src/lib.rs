//! Supervises the applications of a board: `wasm-embedded-rt serve` and `remote`.
//!
//! The owner of a board writes a [`Config`]: which applications there are, and which policy each has. An application is a component
//! that runs in a process of its own, as `wasm-embedded-rt run` runs it. A [`Board`] starts, restarts, stops and replaces them, keeps
//! what it was told through a power cut, and collects what they say. A [`Server`] offers that as an HTTP API; [`Client`] is the other
//! side of it.
//!
//! Nothing here knows WebAssembly: a [`Program`] says what to call. So the tests of this crate build in seconds.
#![cfg(unix)]
#![cfg_attr(not(test), warn(clippy::expect_used))]

mod api;
mod application;
mod board;
mod client;
mod config;
mod digest;
mod log;
mod name;
mod program;
mod record;
mod server;
mod sink;
pub mod store;
mod syslog;
mod time;

pub use self::api::{MAX_FOLLOWED_SILENCE, OPEN_API};
pub use self::application::{OrderError, Phase, RolledBack, Status};
pub use self::board::{Board, BoardError};
pub use self::client::{Client, LogLine, RemoteError};
pub use self::config::{ApplicationConfig, Config, ConfigError, Restart};
pub use self::digest::{Digest, DigestError};
pub use self::log::{Level, Line, Log, Source};
pub use self::name::{Key, Name, NameError, Value};
pub use self::program::Program;
pub use self::record::Record;
pub use self::server::{Listening, Server, ServerError};
pub use self::sink::Sink;
pub use self::syslog::{Syslog, SyslogConfig, Transport};
