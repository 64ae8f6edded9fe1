//! See `torture::line`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| torture::line::check(bytes));
