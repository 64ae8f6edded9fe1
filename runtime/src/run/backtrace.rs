//! A guest's backtrace without the calls that are Rust's: those of a panic before the guest's own line, and those that lead to
//! `main`. Rust's own backtraces leave out the same, by the same two functions.

/// What every panic goes through after the code that panicked. `std::sys::backtrace`, and `core::panicking` for guests without std.
const PANIC: [&str; 2] = ["__rust_end_short_backtrace", "rust_begin_unwind"];
/// What `main` is called through: by std, and by the C library's start file where there is no std.
const MAIN: [&str; 2] = ["__rust_begin_short_backtrace", "__main_void"];
/// The module of code that has no name: the adapter through which the C library calls WASI.
const NAMELESS: &str = " - <unknown>!";

/// How names of Rust's libraries begin.
const LIBRARIES: [&str; 3] = ["core::", "std::", "alloc::"];
/// Where their files are: `/rustc/COMMIT/library/`, or with the component rust-src in the toolchain's folder.
const LIBRARY_FILES: [&str; 2] = ["/rustc/", "/lib/rustlib/src/rust/library/"];

/// A call, or a call that was inlined into it: its line, and the one that says where.
pub(super) type Call<'t> = &'t [&'t str];

/// Returns the calls that lines are of.
pub(super) fn calls<'t>(lines: &'t [&'t str]) -> Vec<Call<'t>> {
    lines.chunk_by(|_, line| is_place(line)).collect()
}

/// Returns the lines of a backtrace that are the guest's, the guest's own first; all of them if it has no others.
pub(super) fn of_guest<'t>(lines: &'t [&'t str]) -> Vec<&'t str> {
    let calls = calls(lines);
    let panicked = calls.iter().rposition(|call| PANIC.iter().any(|name| has(call, name)));
    let after = calls.get(panicked.map_or(0, |last| last + 1)..).unwrap_or_default();
    let until = after.iter().position(|call| MAIN.iter().any(|name| has(call, name))).unwrap_or(after.len());
    let between = after.get(..until).unwrap_or_default();
    let first = between.iter().position(|call| !is_library(call));
    let last = between.iter().rposition(|call| !is_library(call));
    match first.zip(last).and_then(|(first, last)| between.get(first..=last)) {
        Some(own) => own.concat(),
        None => lines.to_vec(),
    }
}

/// Returns whether a line says where the call of the line before it is.
fn is_place(line: &str) -> bool {
    line.trim_start().starts_with("at ")
}

fn has(call: Call<'_>, name: &str) -> bool {
    call.first().is_some_and(|line| line.contains(name))
}

/// Returns whether a call is one of the libraries', by its file or, where that is not known, by its name.
fn is_library(call: Call<'_>) -> bool {
    match call {
        [_, place, ..] => LIBRARY_FILES.iter().any(|folder| place.contains(folder)),
        [line] if line.contains(NAMELESS) => true,
        [line] => {
            // `  3:   0x1d0 - module!name`, or `    - name` of what was inlined.
            let name = line.split_once(" - ").map_or(*line, |(_, name)| name);
            let name = name.split_once('!').map_or(name, |(_, name)| name).trim_start_matches(['<', '&']);
            LIBRARIES.iter().any(|library| name.starts_with(library))
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Wasmtime 48 writes what a guest with std leaves that unwraps an error in a function of `main`.
    const PANIC_OF_STD: &str = "\
    0:   0x9d1b - app.wasm!abort
    1:   0x7c31 - std::process::abort
                    at /rustc/3f9d2a1/library/std/src/process.rs:2437:5
    2:   0x5e02 - std::sys::backtrace::__rust_end_short_backtrace
                    at /rustc/3f9d2a1/library/std/src/sys/backtrace.rs:170:18
    3:   0x5c11 - __rustc::rust_begin_unwind
                    at /rustc/3f9d2a1/library/std/src/panicking.rs:697:5
    4:   0x8a20 - core::panicking::panic_fmt
                    at /rustc/3f9d2a1/library/core/src/panicking.rs:75:14
    5:    0x911 - core::result::Result<T,E>::unwrap
                    at /rustc/3f9d2a1/library/core/src/result.rs:1167:23
              - app::read
                    at /home/pi/app/src/main.rs:4:56
              - app::main
                    at /home/pi/app/src/main.rs:9:5
    6:    0xa31 - core::ops::function::FnOnce::call_once
                    at /rustc/3f9d2a1/library/core/src/ops/function.rs:253:5
              - std::sys::backtrace::__rust_begin_short_backtrace
                    at /rustc/3f9d2a1/library/std/src/sys/backtrace.rs:154:18
    7:    0xb01 - std::rt::lang_start
                    at /rustc/3f9d2a1/library/std/src/rt.rs:205:5
    8:    0xc01 - app.wasm!_start";

    fn own(text: &str) -> String {
        of_guest(&text.lines().collect::<Vec<_>>()).join("\n")
    }

    #[test]
    fn a_guest_without_std_ends_with_its_main_and_a_stop_in_wasi_begins_with_its_own_line() {
        let text = "\
    0:   0x39ef - <unknown>!<wasm function 14>
    1:    0x911 - app::main
                    at /home/pi/app/src/main.rs:9:5
    2:    0xa31 - app::__main_void
                    at /home/pi/hal/src/entry.rs:60:48
    3:    0xb01 - app.wasm!_start
                    at wasisdk://v25.0/build/crt1-command.c:56:11";
        let expected = "    1:    0x911 - app::main\n                    at /home/pi/app/src/main.rs:9:5";
        assert_eq!(own(text), expected);
        let stripped = "    0:   0x39ef - <unknown>!<wasm function 14>\n    1:   0x39f0 - <unknown>!<wasm function 9>";
        assert_eq!(own(stripped), stripped, "of a guest without names, all there is");
    }

    #[test]
    fn the_guest_s_own_line_is_the_first_and_main_is_the_last() {
        let expected = "              - app::read
                    at /home/pi/app/src/main.rs:4:56
              - app::main
                    at /home/pi/app/src/main.rs:9:5";
        assert_eq!(own(PANIC_OF_STD), expected);
    }

    #[test]
    fn names_are_enough_where_there_are_no_lines() {
        let text = "\
    0:   0x7c31 - app.wasm!wasm_embedded_hal::entry::panicked
    1:   0x5c11 - app.wasm!__rustc::rust_begin_unwind
    2:   0x8a20 - app.wasm!core::panicking::panic_fmt
    3:    0x911 - app.wasm!<core::result::Result<T,E>>::unwrap
    4:    0x921 - app.wasm!driver::Sensor::read
    5:    0x931 - app.wasm!core::slice::sort::merge
    6:    0x941 - app.wasm!app::main
    7:    0x951 - app.wasm!__main_void";
        let own = own(text);
        assert!(own.starts_with("    4:    0x921 - app.wasm!driver::Sensor::read\n    5:"), "{own}");
        assert!(own.ends_with("app::main"), "{own}");
    }

    #[test]
    fn what_is_not_of_rust_or_has_nothing_of_the_guest_s_stays_whole() {
        for text in ["    0:    0x269 - main!<wasm function 2>", "    0: 0x1 - core::a\n    1: 0x2 - std::b", ""] {
            assert_eq!(own(text), text);
        }
    }
}
