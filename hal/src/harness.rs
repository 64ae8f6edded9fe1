//! Tests of guests without std, with the arguments and the output of Rust's own harness: see [`tests!`](crate::tests).

#![expect(unsafe_code, reason = "the arguments of a C program")]

use core::ffi::{CStr, c_char};

use crate::print::{print, println};

/// The exit status of a test program in which a test failed, as libtest has it.
const FAILED: i32 = 101;

/// The arguments that have a value in the next one.
const WITH_VALUE: [&str; 5] = ["--test-threads", "--format", "--color", "--logfile", "-Z"];

/// A test.
#[derive(Clone, Copy, Debug)]
pub struct Test {
    /// Its name.
    pub name: &'static str,
    /// Whether it runs only if it is asked for.
    pub is_ignored: bool,
    /// Runs it, and returns 0 if it passed.
    pub run: fn() -> i32,
}

/// Makes functions the tests of a `#![no_std] #![no_main]` test program.
///
/// The program is a test target with `harness = false`. It takes the arguments of Rust's own harness, so that `cargo test`, `cargo nextest
/// run` and `wasm-embedded-rt test` list its tests, filter them, and run each on a board of its own. A test returns nothing or a
/// `Result<(), E>` with an `E` that can be shown for debugging; it fails by a panic or an error. `#[ignore]` is the only attribute.
///
/// The code under test stays without std. The program itself imports `wasi:cli/environment` for its arguments, which the guest does not.
///
/// ```ignore
/// #![no_std]
/// #![no_main]
///
/// wasm_embedded_hal::tests! {
///     fn the_led_begins_low() -> Result<(), wasm_embedded_hal::Error> {
///         assert!(wasm_embedded_hal::OutputPin::open("LED")?.is_set_low()?);
///         Ok(())
///     }
///
///     #[ignore]
///     fn the_motor_turns_for_an_hour() {}
/// }
/// ```
#[macro_export]
macro_rules! tests {
    ($($(#[$attribute:ident])? fn $name:ident() $(-> $result:ty)? $body:block)+) => {
        $(fn $name() $(-> $result)? $body)+

        const _: () = {
            const TESTS: &[$crate::harness::Test] = &[$($crate::harness::Test {
                name: ::core::stringify!($name),
                is_ignored: $crate::tests!(@ignored $($attribute)?),
                run: || $crate::entry::Outcome::report($name()),
            }),+];

            // The C library's start file is what exports `wasi:cli/run`; its `__main_void` fetches the arguments.
            #[link(name = "c")]
            unsafe extern "C" {}

            #[unsafe(no_mangle)]
            unsafe extern "C" fn __main_argc_argv(count: i32, arguments: *const *const ::core::ffi::c_char) -> i32 {
                // SAFETY: the C library calls it, with its arguments.
                unsafe { $crate::harness::run(TESTS, count, arguments) }
            }

            #[panic_handler]
            fn panic(info: &::core::panic::PanicInfo<'_>) -> ! {
                $crate::entry::panicked(info)
            }
        };
    };
    (@ignored) => { false };
    (@ignored ignore) => { true };
}

/// Lists or runs tests as the arguments say, and returns the exit status.
///
/// # Safety
///
/// `arguments` points to `count` pointers to texts that end with a zero and live as long as the program.
#[must_use]
pub unsafe fn run(tests: &[Test], count: i32, arguments: *const *const c_char) -> i32 {
    // The first is the name of the program.
    let text = |index: usize| {
        // SAFETY: the index is below the count, so both are in the caller's array, and the text has its zero.
        let text = unsafe { CStr::from_ptr(*arguments.add(index)) };
        text.to_str().unwrap_or_default()
    };
    let count = usize::try_from(count).unwrap_or_default();
    let all = || (1..count).map(text);
    examine(tests, all)
}

/// Does what the arguments say.
fn examine<'a, A: Iterator<Item = &'a str>>(tests: &[Test], arguments: impl Fn() -> A) -> i32 {
    let has = |flag: &str| arguments().any(|argument| argument == flag);
    let chosen = || tests.iter().filter(|test| is_chosen(test, &arguments) && (test.is_ignored || !has("--ignored")));
    if has("--list") {
        chosen().for_each(|test| println!("{}: test", test.name));
        return 0;
    }
    let runs_ignored = has("--ignored") || has("--include-ignored");
    let number = chosen().count();
    println!("\nrunning {number} test{}", if number == 1 { "" } else { "s" });
    let (mut passed, mut failed, mut ignored) = (0, 0, 0);
    for test in chosen() {
        print!("test {} ... ", test.name);
        if test.is_ignored && !runs_ignored {
            ignored += 1;
            println!("ignored");
        } else if (test.run)() == 0 {
            passed += 1;
            println!("ok");
        } else {
            failed += 1;
            println!("FAILED");
        }
    }
    let word = if failed == 0 { "ok" } else { "FAILED" };
    let left_out = tests.len() - number;
    println!(
        "\ntest result: {word}. {passed} passed; {failed} failed; {ignored} ignored; 0 measured; {left_out} filtered out\n"
    );
    if failed == 0 { 0 } else { FAILED }
}

/// Returns whether the names in the arguments choose a test: all do if there is none.
fn is_chosen<'a, A: Iterator<Item = &'a str>>(test: &Test, arguments: impl Fn() -> A) -> bool {
    let is_exact = arguments().any(|argument| argument == "--exact");
    let matches = |text: &str| if is_exact { test.name == text } else { test.name.contains(text) };
    let (mut is_named, mut has_names, mut before) = (false, false, "");
    for argument in arguments() {
        let skipped = if before == "--skip" { Some(argument) } else { argument.strip_prefix("--skip=") };
        if skipped.is_some_and(matches) {
            return false;
        }
        if skipped.is_none() && !argument.starts_with('-') && !WITH_VALUE.contains(&before) {
            has_names = true;
            is_named |= matches(argument);
        }
        before = argument;
    }
    is_named || !has_names
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::string::String;
    use std::vec::Vec;

    use super::{Test, is_chosen};

    /// Returns which of three tests arguments choose.
    fn chosen(arguments: &str) -> Vec<&'static str> {
        let tests = ["fan_on", "fan_off", "slow"].map(|name| Test { name, is_ignored: false, run: || 0 });
        let words: Vec<String> = arguments.split_whitespace().map(String::from).collect();
        let is = |test: &&Test| is_chosen(test, || words.iter().map(String::as_str));
        tests.iter().filter(is).map(|test| test.name).collect()
    }

    #[test]
    fn names_and_skips_choose_as_libtest_has_it() {
        assert_eq!(chosen(""), ["fan_on", "fan_off", "slow"]);
        assert_eq!(chosen("fan"), ["fan_on", "fan_off"]);
        assert_eq!(chosen("on slow"), ["fan_on", "slow"]);
        assert_eq!(chosen("--exact fan"), [""; 0]);
        assert_eq!(chosen("fan_on --exact --nocapture"), ["fan_on"]);
        assert_eq!(chosen("fan --skip off"), ["fan_on"]);
        assert_eq!(chosen("--skip=fan"), ["slow"]);
        assert_eq!(chosen("--test-threads 1 --format terse"), ["fan_on", "fan_off", "slow"]);
    }
}
