//! What every board's firmware shares: it finds images of guests in the flash, checks them, and runs them by turns, each with
//! what its policy grants, restarted as its policy says. A [`Board`] gives it pins and buses, a log and the time.
#![no_std]

extern crate alloc;

mod board;
mod claims;
mod console;
mod ending;
mod guest;
mod heap;
#[cfg(feature = "line")]
mod line;
mod load;
mod operator;
mod platform;
#[cfg(feature = "line")]
mod ring;
mod stack;
mod station;
pub mod turns;

pub use board::{Board, World};
pub use claims::{Claims, Conflict};
pub use console::say;
pub use guest::Pause;
pub use heap::Heap;
#[cfg(feature = "line")]
pub use line::{LineBoard, run_with_line};
#[cfg(feature = "line")]
pub use ring::Ring;
pub use station::{panicked, run};
