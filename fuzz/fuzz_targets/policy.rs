//! See `torture::policy`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| torture::policy::check(bytes));
