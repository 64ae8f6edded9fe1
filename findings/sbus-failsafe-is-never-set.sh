#!/usr/bin/env bash
# A receiver that lost its transmitter looks, for this S.BUS parser, as if all were well.
#
# One would expect: byte 23 of a frame holds digital channel 17 (0x01), digital channel 18 (0x02), "frame lost" (0x04) and "failsafe" (0x08), so a
# frame with 0x0C there is reported as lost and in failsafe. The crate names these four bits with the same numbers.
#
# What happens: the test is `flag_byte & 1 << idx == 1`, which is true for bit 0 alone. Channel 17 is right. Channel 18, "frame lost" and
# "failsafe" are false whatever arrives. The sixteen channels are right, so the fault shows only when the radio link is gone.
#
# Package: crate sbus 0.2.2. Crate sbus-rs 0.1.3, run on the same frames, is right.
# Concerns: whoever stops motors on failsafe. A way round it: read byte 23 oneself.
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
sbus = "=0.2.2"
sbus-rs = "=0.1.3"
EOF

cat >src/main.rs <<'EOF'
use std::process::ExitCode;

/// Each flag with its bit in byte 23, by the name that both crates give it.
const FLAGS: [(&str, u8); 4] = [("d1", 0x01), ("d2", 0x02), ("frame_lost", 0x04), ("failsafe", 0x08)];

fn main() -> ExitCode {
    let mut seen = Vec::new();
    for byte in [0x00, 0x01, 0x02, 0x04, 0x08, 0x0c] {
        let mut frame = [0u8; 25];
        frame[0] = 0x0f;
        frame[23] = byte;
        let mut parser = sbus::SBusPacketParser::new();
        parser.push_bytes(&frame);
        // The fields are private, but `Debug` prints them.
        let packet = parser.try_parse().map_or_else(String::new, |packet| format!("{packet:?}"));
        let set = |packet: &str| FLAGS.iter().filter(|(name, _)| packet.contains(&format!("{name}: true"))).map(|(name, _)| *name).collect::<Vec<_>>();
        let other = sbus_rs::SbusPacket::from_array(&frame).map_or_else(|_| String::new(), |packet| format!("{packet:?}"));
        let sent: Vec<_> = FLAGS.iter().filter(|(_, bit)| byte & bit != 0).map(|(name, _)| *name).collect();
        println!("byte 23 is 0x{byte:02x}: sent {sent:?}, sbus reports {:?}, sbus-rs {:?}", set(&packet), set(&other));
        seen.push(packet.contains("channels: [0, 0") && set(&other) == sent && set(&packet) == if byte & 1 == 1 { vec!["d1"] } else { vec![] });
    }
    let same = seen.iter().all(|as_stated| *as_stated);
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
