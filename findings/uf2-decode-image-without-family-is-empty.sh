#!/usr/bin/env bash
# An image in UF2 without a family comes out empty, with Ok.
#
# One would expect: the family of a UF2 block is optional. Its field counts only when the flag 0x2000 is set; without it the bytes at 0x1C are a
# file size or zero (UF2 specification, "File format" and "Flags"), and the payload belongs to the image all the same. So decoding gives the bytes
# that went in, and no family.
#
# What happens: payloads of blocks without the flag are left out, and the decoder returns Ok with zero bytes. When some blocks have the flag and
# some lack it, the image comes out shorter, and what follows the gap stands at a wrong offset. With the flag everywhere the bytes are right.
#
# Packages: crates uf2 0.1.0, which writes the files and takes a family of 0 for "none", and uf2-decode 0.2.0.
# Concerns: files of the first UF2 boards and of tools that leave the family out. A way round it: set the flag before decoding, or check the
# length.
# Needs bash, a Rust toolchain and its package registry. Exit status 0: still so. 1: it changed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir src
unset CARGO_BUILD_TARGET RUSTFLAGS CARGO_ENCODED_RUSTFLAGS
export CARGO_TARGET_DIR="$dir/target" CARGO_BUILD_JOBS=1

cat >Cargo.toml <<'EOF'
[package]
name = "finding"
version = "0.0.0"
edition = "2021"

[dependencies]
uf2 = "=0.1.0"
uf2-decode = "=0.2.0"
EOF

cat >src/main.rs <<'EOF'
use std::error::Error;
use std::process::ExitCode;

/// The family of the SAMD21, and where its programs start behind the boot loader.
const FAMILY: u32 = 0x68ed_2b88;
const START: u32 = 0x2000;

fn decode(name: &str, file: &[u8]) -> Result<(usize, Option<usize>), Box<dyn Error>> {
    let (image, families) = uf2_decode::convert_from_uf2(file).map_err(|error| format!("{error:?}"))?;
    let last = image.iter().position(|byte| *byte == 4);
    println!("{name}: {} bytes, families {families:x?}, the fourth block starts at {last:?}", image.len());
    Ok((image.len(), last))
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let image: Vec<u8> = (0..1024u32).map(|at| u8::try_from(at / 256 + 1)).collect::<Result<_, _>>()?;
    let with = uf2::bin_to_uf2(&image, FAMILY, START)?;
    let without = uf2::bin_to_uf2(&image, 0, START)?;
    // The second of the four blocks without a family.
    let mut mixed = with.clone();
    mixed[512..1024].copy_from_slice(&without[512..1024]);
    println!("in: {} bytes, the fourth block starts at 768", image.len());
    let seen = [decode("with a family", &with)?, decode("without", &without)?, decode("one block without", &mixed)?];
    let same = seen == [(1024, Some(768)), (0, None), (768, Some(512))];
    println!("{}", if same { "as stated" } else { "CHANGED" });
    Ok(ExitCode::from(u8::from(!same)))
}
EOF

cargo run --quiet
