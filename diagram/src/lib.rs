//! Reads a board that somebody drew for Wokwi, its `diagram.json`, as a policy.
//!
//! Wires become nets and buses, and the parts that `wasm-embedded-sim` has become parts of the policy. What cannot be had is left out, with
//! a [`Note`] that names it and its line. `README.md` of this crate says which types, pins and attributes are read.
//!
//! ```
//! let text = r#"{
//!   "version": 1,
//!   "parts": [
//!     { "type": "wokwi-pi-pico", "id": "pico", "attrs": {} },
//!     { "type": "wokwi-led", "id": "led1", "attrs": { "color": "red" } }
//!   ],
//!   "connections": [
//!     ["pico:GP15", "led1:A", "green", []],
//!     ["led1:C", "pico:GND.1", "black", []]
//!   ]
//! }"#;
//! let drawn = wasm_embedded_diagram::read("diagram.json", text)?;
//! assert!(drawn.notes.is_empty());
//! let policy = wasm_embedded_policy::Policy::parse("board.toml", &drawn.policy)?;
//! assert_eq!(policy.pins[0].label, "GP15");
//! # Ok::<(), wasm_embedded_policy::PolicyError>(())
//! ```
#![cfg_attr(not(test), warn(clippy::expect_used))]

mod attributes;
mod chain;
mod draft;
mod drawing;
mod kinds;
mod lights;
mod mcu;
mod nets;
mod place;
mod read;
mod switches;
mod text;

pub use self::read::{Drawn, MAX_CONNECTIONS, MAX_PARTS, Note, load, read};
