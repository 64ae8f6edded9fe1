//! The start of guests without std.

use core::fmt::{self, Debug, Write as _};
use core::panic::PanicInfo;

use crate::bindings::wasm_embedded::hal::log;

/// What a guest's main function may return.
pub trait Outcome {
    /// Reports a failure, and returns the exit status: 0 or 1.
    fn report(self) -> i32;
}

impl Outcome for () {
    fn report(self) -> i32 {
        0
    }
}

impl<E: Debug> Outcome for Result<(), E> {
    fn report(self) -> i32 {
        match self {
            Ok(()) => 0,
            Err(error) => {
                let report = |text: &str| log::log(log::Level::Error, "main", text);
                message(report, format_args!("Error: {error:?}"));
                1
            }
        }
    }
}

/// Makes a function the start of a `#![no_std] #![no_main]` guest.
///
/// The component then exports `wasi:cli/run` and imports only the interfaces of `wasm-embedded:hal` that it uses. The macro
/// also defines the panic handler, which gives the message with file and line to the host and traps. The function returns
/// nothing or a `Result<(), E>` with an `E` that can be shown for debugging; an error ends the guest with exit status 1.
///
/// ```ignore
/// #![no_std]
/// #![no_main]
///
/// wasm_embedded_hal::entry!(main);
///
/// fn main() -> Result<(), wasm_embedded_hal::Error> {
///     let bus = wasm_embedded_hal::I2c::open("sensor")?;
///     Ok(())
/// }
/// ```
#[macro_export]
macro_rules! entry {
    ($main:path) => {
        const _: () = {
            // The C library's start file is what exports `wasi:cli/run`; it calls `__main_void`.
            #[link(name = "c")]
            unsafe extern "C" {}

            #[unsafe(no_mangle)]
            extern "C" fn __main_void() -> i32 {
                $crate::entry::Outcome::report($main())
            }

            // Replies are placed by the hal; nothing else may ask for memory. Defined here, so that the C library's own, and
            // with it its allocator, stay out of the component.
            #[unsafe(no_mangle)]
            extern "C" fn cabi_realloc(_: *mut u8, _: usize, _: usize, _: usize) -> *mut u8 {
                ::core::panic!("a reply of the host is longer than what was asked for")
            }

            #[panic_handler]
            fn panic(info: &::core::panic::PanicInfo<'_>) -> ! {
                $crate::entry::panicked(info)
            }
        };
    };
}

/// Reports a panic to the host and traps.
pub fn panicked(info: &PanicInfo<'_>) -> ! {
    message(log::panicked, format_args!("{info}"));
    trap()
}

/// Sends a message as one string, or as its beginning if it is longer than 512 bytes.
fn message(send: impl FnOnce(&str), text: fmt::Arguments<'_>) {
    let mut line = Line { bytes: [0; 512], len: 0 };
    // Full is the only way to fail, and then the beginning is what is sent.
    let _ = line.write_fmt(text);
    send(core::str::from_utf8(line.bytes.get(..line.len).unwrap_or_default()).unwrap_or_default());
}

/// One message.
struct Line {
    bytes: [u8; 512],
    len: usize,
}

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let kept = crate::print::char_boundary(text, self.bytes.len() - self.len);
        if let Some(to) = self.bytes.get_mut(self.len..self.len + kept) {
            to.copy_from_slice(text.get(..kept).unwrap_or_default().as_bytes());
        }
        self.len += kept;
        if kept == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

/// Ends the guest.
fn trap() -> ! {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    panic!("a guest traps only in WebAssembly")
}
