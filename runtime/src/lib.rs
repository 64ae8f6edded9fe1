//! Runs WebAssembly components with embedded-hal drivers.
//!
//! A [`Policy`](policy::Policy) says which labels a guest may open and what stands behind each: a [`Board`](board::Board) with
//! simulated buses, pins and parts, and on Linux with the machine's own. A [`Program`](program::Program) is a component that
//! is ready to [`run`](run::run()). What the guest says goes to a [`Listener`](output::Listener), what happens on the wires to
//! a [`Trace`](trace::Trace).
//!
//! The command `wasm-embedded-rt` is this library with a command line. A program of your own uses it as `examples/embed.rs` does; a test uses the [`harness`], which keeps all of it:
//!
//! ```no_run
//! use wasm_embedded_runtime::harness::run_component;
//! use wasm_embedded_runtime::policy::Policy;
//! use wasm_embedded_runtime::run::{Exit, RunOptions};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let policy = Policy::load("board.toml".as_ref())?;
//! let component = std::fs::read("thermometer.wasm")?;
//! let outcome = run_component(&component, &policy, &RunOptions::default())?;
//!
//! assert_eq!(outcome.exit, Exit::Status(0));
//! assert_eq!(outcome.said.stdout_text(), "21.5 degC\n");
//! assert!(outcome.trace.contains("board 0x48 read ack"));
//! # Ok(())
//! # }
//! ```
#![cfg_attr(not(test), warn(clippy::expect_used))]

pub mod board;
#[cfg(feature = "compile")]
pub mod cache;
mod clock;
pub mod engine;
mod escape;
pub mod harness;
pub mod imports;
mod label_locks;
mod log;
mod lowered;
#[cfg(feature = "compile")]
mod lowering;
pub mod mac;
#[cfg(feature = "compile")]
pub mod microcontroller;
pub mod operator;
pub mod output;
pub mod program;
pub mod record;
pub mod run;
#[cfg(feature = "compile")]
mod size;
pub mod style;
pub mod trust;
mod turns;
mod wasi;

pub use wasm_embedded_board::{report, trace};
pub use wasm_embedded_policy as policy;
