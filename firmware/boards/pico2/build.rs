//! Gives the linker the memories of the chip.

use std::env;
use std::fs;
use std::io;
use std::path::PathBuf;

fn main() -> io::Result<()> {
    let arch = env::var("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
    let memory = if arch == "arm" { "memory.x" } else { "memory-riscv.x" };
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::copy(memory, out.join("memory.x"))?;
    println!("cargo:rustc-link-search={}", out.display());
    println!("cargo:rerun-if-changed={memory}");
    if arch != "arm" {
        // cortex-m-rt's script includes memory.x itself; riscv-rt's has to be given it.
        println!("cargo:rustc-link-arg=-Tmemory.x");
    }
    println!("cargo:rustc-link-arg=-Tlink.x");
    if arch != "arm" {
        // The chip's interrupts, which cortex-m-rt's script includes too.
        println!("cargo:rustc-link-arg=-Tdevice.x");
    }
    if env::var_os("CARGO_FEATURE_DEFMT").is_some() {
        // Where the texts of defmt are: in the file, not in the flash.
        println!("cargo:rustc-link-arg=-Tdefmt.x");
    }
    println!("cargo:rustc-link-arg=--nmagic");
    // One copy of functions that are the same: nothing here compares their addresses.
    println!("cargo:rustc-link-arg=--icf=all");
    Ok(())
}
