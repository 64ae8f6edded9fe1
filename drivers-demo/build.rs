//! Makes the guests without std small enough for a microcontroller: see "Without std" in the documentation of wasm-embedded-hal.

/// The guests that run there.
const SMALL: [&str; 2] = ["weather_nostd", "weather_spi_nostd"];

/// The stack of the guest's own functions, in bytes, instead of 1 MiB.
const STACK_BYTES: u32 = 3 * 1024;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    for guest in SMALL {
        // Memory to the byte, instead of in pages of 64 KiB.
        println!("cargo:rustc-link-arg-bin={guest}=--page-size=1");
        println!("cargo:rustc-link-arg-bin={guest}=-zstack-size={STACK_BYTES}");
    }
}
