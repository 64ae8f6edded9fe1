//! See `torture::operations`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| torture::operations::check(bytes));
