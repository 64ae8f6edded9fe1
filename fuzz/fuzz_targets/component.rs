//! See `torture::component`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| torture::component::check(bytes));
