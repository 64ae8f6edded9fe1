//! What a guest does that was built for the machine and not for WebAssembly: it says so in one line, and ends.
//!
//! Such a build is needed all the same: for documentation, for editors, and for tests of a driver's own.

/// What went wrong and what to do, as one line.
const MESSAGE: &str = "error: this program was built for this machine, but a guest of wasm-embedded-hal runs only as a WebAssembly \
                       component: build it with `cargo build --target wasm32-wasip2`, and run what that makes with \
                       `wasm-embedded-rt run target/wasm32-wasip2/debug/NAME.wasm --policy board.toml`\n";

/// Ends the program, in the place of an import that only a host has. Every import comes here, so that no subset of the hal that a
/// guest uses ends otherwise.
///
/// A panic would not do: imports are called across the C ABI, where it becomes an abort with a backtrace of a hundred lines. Nor
/// would the standard library, which a guest without std must not be linked with.
#[cfg(unix)]
#[expect(unsafe_code, reason = "the C library's functions")]
pub(crate) fn end() -> ! {
    unsafe extern "C" {
        fn write(file: i32, bytes: *const u8, len: usize) -> isize;
        fn exit(status: i32) -> !;
    }
    // SAFETY: the bytes are there for as long as the call takes. What is not written cannot be told elsewhere.
    unsafe { write(2, MESSAGE.as_ptr(), MESSAGE.len()) };
    // SAFETY: it may be called from anywhere, and does not return.
    unsafe { exit(1) }
}

/// Ends the program, in the place of an import that only a host has, where there is no C library of a known kind.
#[cfg(not(unix))]
pub(crate) fn end() -> ! {
    panic!("{MESSAGE}")
}
