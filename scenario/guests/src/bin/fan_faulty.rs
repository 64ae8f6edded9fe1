//! The guest `fan` with a fault, which `build.rs` makes.

include!(concat!(env!("OUT_DIR"), "/fan.rs"));
