//! The guest `sensor` with a fault, which `build.rs` makes.

include!(concat!(env!("OUT_DIR"), "/sensor.rs"));
