//! See `torture::image`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| torture::image::check(bytes));
