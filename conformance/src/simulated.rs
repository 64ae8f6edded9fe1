//! The bench with the parts of `wasm-embedded-sim`, and a logic analyser beside its wires: for a host whose pins end in a simulation.

mod parts;
mod watch;

pub use self::parts::{Begin, OnI2c, OnSpi, OnUart};
pub use self::watch::{DEVICES, PORTS, Sink, Watch, lock};
