#![doc = include_str!("../README.md")]

pub mod bench;
mod case;
pub mod catalogue;
pub mod decode;
mod event;
pub mod faulty;
mod host;
mod judge;
pub mod pi;
pub mod pico2;
mod report;
mod rule;
mod script;
#[cfg(feature = "sim")]
pub mod simulated;
mod text;

pub use case::{Case, Conditions, Guest, I2cFault, Millis, Peer, SpiFault};
pub use event::{Event, What};
pub use host::{Ending, Host, Ran, Unable};
pub use report::{By, Counts, Line, Report, Verdict, examine, examine_by};
pub use rule::Rule;
pub use script::write_script;
pub use text::on_wire;
