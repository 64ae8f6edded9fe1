//! What must hold whatever comes: properties of everything that takes bytes from a guest, from a file or from a wire.
//!
//! Each of the modules [`policy`], [`operations`], [`component`], [`calls`], [`parts`], [`image`], [`line`] and [`trace`] has one function
//! `check` that takes any bytes and panics if something does not hold. The tests here call them with bytes from a sequence of random
//! numbers, a few thousand times in `cargo xtask test`, and with `RUNS` and `SEED` in the environment as many as one likes; `fuzz/`
//! calls the same functions with bytes that libFuzzer looks for.
//!
//! [`soak`] is about time: memory, handles and files after ten million transactions, and after ten thousand guests.

#[cfg(feature = "compile")]
pub mod calls;
#[cfg(feature = "compile")]
pub mod component;
#[cfg(feature = "compile")]
mod guest;
pub mod image;
mod input;
pub mod line;
#[cfg(feature = "compile")]
pub mod operations;
pub mod parts;
pub mod policy;
mod random;
#[cfg(feature = "compile")]
pub mod soak;
pub mod target;
pub mod trace;
mod wires;
