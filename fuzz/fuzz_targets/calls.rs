//! See `torture::calls`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| torture::calls::check(bytes));
