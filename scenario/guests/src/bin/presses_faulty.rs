//! The guest `presses` with a fault, which `build.rs` makes.

include!(concat!(env!("OUT_DIR"), "/presses.rs"));
