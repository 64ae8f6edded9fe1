//! Builds Arduino sketches, with the libraries they use, as WebAssembly modules that import `wasm-embedded:hal`.
//!
//! A sketch becomes C++ as Arduino's own builder makes it ([`sketch`]), a library is found by the rules of its specification
//! ([`library`]), and Zig's C++ compiler compiles both with the core in the folder `core` ([`build`]). The command
//! `wasm-embedded-rt arduino build` makes a component of the module.
//!
//! ```no_run
//! use wasm_embedded_arduino::{Options, build};
//!
//! let built = build(&Options::new("blink", "build"))?;
//! std::fs::write("blink.module.wasm", built.module)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod build;
mod compiler;
mod core;
mod error;
pub mod library;
mod prototypes;
mod scan;
pub mod sketch;

pub use self::build::{Built, Options, build};
pub use self::error::Error;
