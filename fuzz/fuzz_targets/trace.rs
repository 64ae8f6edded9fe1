//! See `torture::trace`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| torture::trace::check(bytes));
