//! Gives the linker the memories of the board.

use std::env;
use std::fs;
use std::io;
use std::path::PathBuf;

fn main() -> io::Result<()> {
    let arch = env::var("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
    let (memory, script) = match arch.as_str() {
        "arm" => ("memory-an505.x", "link.x"),
        _ => ("memory-virt.x", "link.x"),
    };
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::copy(memory, out.join("memory.x"))?;
    println!("cargo:rustc-link-search={}", out.display());
    println!("cargo:rerun-if-changed={memory}");
    if arch == "riscv32" {
        // cortex-m-rt's script includes memory.x itself; riscv-rt's has to be given it.
        println!("cargo:rustc-link-arg=-Tmemory.x");
    }
    println!("cargo:rustc-link-arg=-T{script}");
    println!("cargo:rustc-link-arg=--nmagic");
    // One copy of functions that are the same: nothing here compares their addresses.
    println!("cargo:rustc-link-arg=--icf=all");
    Ok(())
}
