//! Makes the guests without std small enough for a microcontroller: see "Without std" in the documentation of wasm-embedded-hal.

/// The guests that run there, and the bytes of the stack of their own functions, instead of 1 MiB. The buffer of a display passes
/// through it, more than once where the driver is behind an SPI interface.
const SMALL: [(&str, u32); 2] = [("weather_nostd", 3 * 1024), ("weather_spi_nostd", 8 * 1024)];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    for (guest, stack_bytes) in SMALL {
        // Memory to the byte, instead of in pages of 64 KiB.
        println!("cargo:rustc-link-arg-bin={guest}=--page-size=1");
        println!("cargo:rustc-link-arg-bin={guest}=-zstack-size={stack_bytes}");
    }
}
