//! Test scenarios for simulated boards.
//!
//! A scenario is a TOML file: a board, what is done to it step by step over virtual time, what must happen, and what never may.
//! [`Scenario::load`] reads one, with complaints as exact as a policy's. [`Play`] plays it on a [`Board`](wasm_embedded_board::Board)
//! while something drives the board: a guest that the runtime runs, or a driver in a test. What came of it is a [`Report`], which
//! [`report`] writes as text, JUnit XML, JSON or TAP.
//!
//! ```
//! use std::sync::Arc;
//! use embedded_hal::digital::OutputPin;
//! use wasm_embedded_board::{Board, Pin};
//! use wasm_embedded_scenario::{Play, Scenario};
//!
//! let scenario = Scenario::parse("blink.toml", r#"
//!     [policy.gpio]
//!     LED = { sim = true, direction = "output" }
//!
//!     [[step]]
//!     expect = { label = "LED", edges = 2 }
//!     within = "1s"
//! "#)?;
//! let mut board = Board::new(&scenario.policy)?;
//! let play = Play::begin(&scenario, &board, None, Arc::new(|| ()));
//! let Pin::Output(mut led) = board.labels().pin("LED")? else { panic!("an output") };
//! led.set_high()?;
//! led.set_low()?;
//! play.go_on();
//! assert!(play.report().is_passed());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(not(test), warn(clippy::expect_used))]

mod bench;
pub mod condition;
mod error;
pub mod font;
pub mod pattern;
pub mod picture;
mod play;
mod read;
pub mod report;
mod scenario;

pub use self::bench::{Bench, BenchError};
pub use self::error::ScenarioError;
pub use self::play::{Ending, Play};
pub use self::report::{Outcome, Report, StepReport};
pub use self::scenario::{Action, Look, Mode, Press, Scenario, Start, Step};
pub use wasm_embedded_board as board;
