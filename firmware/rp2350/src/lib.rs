//! An RP2350 in software: the chip of the Raspberry Pi Pico 2, as far as `firmware-pico2` uses it.
//!
//! Unicorn runs the program as it is flashed; the blocks around the processor are here, one a file, by the sections of the RP2350
//! data sheet. The pins end in `wasm-embedded-sim`: what the firmware does is seen by the same parts, and leaves the same trace,
//! as what the command `wasm-embedded-rt` does.
//!
//! An access to a register that is not modelled, or to a block in reset, ends the run with a [`Fault`]: a test never passes on a guess.

mod adapter;
mod blocks;
mod boot;
mod chip;
mod fault;
mod flash;
mod listener;
mod machine;
mod map;
mod names;
mod pins;
mod uf2;
mod wires;

pub use boot::BootError;
pub use fault::Fault;
pub use flash::FlashStep;
pub use machine::{End, Machine};
pub use uf2::Uf2Error;
pub use wires::{SerialFormat, Wires};
