//! What must hold whatever comes: properties of everything that takes bytes from a guest, from a file or from a wire.
//!
//! Each of the modules [`policy`], [`operations`], [`component`], [`calls`], [`parts`] and [`trace`] has one function `check` that
//! takes any bytes and panics if something does not hold. The tests here call them with bytes from a sequence of random numbers, a few
//! thousand times in `cargo xtask test`; `fuzz/` calls the same functions with bytes that libFuzzer looks for; and
//! `cargo run --package torture -- check policy --runs 1000000` calls them for as long as one likes.
//!
//! [`soak`] is about time: memory, handles and files after ten million transactions, and after ten thousand guests.

pub mod calls;
pub mod component;
mod guest;
mod input;
pub mod operations;
pub mod parts;
pub mod policy;
mod random;
pub mod soak;
pub mod target;
pub mod trace;
mod wires;
