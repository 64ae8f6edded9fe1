//! The host as a library for C: loads a component and a policy, puts devices of the caller's behind labels, runs, stops and tells how it
//! ended. `include/wasm_embedded.h` is made of this crate; README.md shows a program.
//!
//! Every function may be called with null pointers and refuses them. None unwinds into its caller: a panic becomes
//! [`WeResult::Internal`](result::WeResult).
#![cfg_attr(not(test), warn(clippy::expect_used))]

pub mod device;
pub mod end;
pub mod hearing;
pub mod host;
mod memory;
pub mod result;
pub mod run;
pub mod stop;
