//! See `torture::parts`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| torture::parts::check(bytes));
