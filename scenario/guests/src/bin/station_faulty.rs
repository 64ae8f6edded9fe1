//! The guest `station` with a fault, which `build.rs` makes.

include!(concat!(env!("OUT_DIR"), "/station.rs"));
