#!/usr/bin/env bash
# Clock and orbit data for a GNSS receiver are scaled by powers of ten where it counts in powers of two.
#
# One would expect: u-blox scales the fields of its assistance messages by powers of two. In UBX-MGA-GPS-UTC, utcA0 counts 2^-30 s and utcA1 2^-50
# s/s; in UBX-MGA-GPS-IONO, ionoAlpha0 counts 2^-30 s and ionoBeta0 2^11 s ("ZED-F9P Interface Description", UBX-18010854, sections 5.12.6.4 and
# 5.12.6.5). In UBX-TIM-TOS, the offsets of the oscillators count 2^-8 ppb ("u-blox 8 / u-blox M8 Receiver description", UBX-13003221,
# "UBX-TIM-TOS"). The crate's fields are in s and s/s.
#
# What happens: the scale is written as 2e-30, 2e-50, 2e11 and 2.0E-8. So a UTC offset of 4.66 ns, which is 5 units, is sent as 2147483647, the
# largest number; a beta of 90112 s, 44 units, is sent as 0; and an oscillator that is 1 ppb off, 256 units, is reported as 0.000005 ppb off. The
# ephemerides for GPS, Galileo, GLONASS and BeiDou have the same scales (2e-31 for 2^-31, 2e+4 for 2^4). The messages of class NAV
# are not affected; they scale by powers of ten.
#
# Package: crate ublox 0.10.0.
# Concerns: whoever helps a receiver to a quick start, or steers an oscillator. A way round it: divide by the crate's scale and multiply by the
# right one before; that fails where the result does not fit.
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
ublox = "=0.10.0"
EOF

cat >src/main.rs <<'EOF'
use std::process::ExitCode;

use ublox::mga_gps_iono::MgaGpsIonoBuilder;
use ublox::mga_gps_utc::MgaGpsUtcBuilder;
use ublox::proto23::{PacketRef, Proto23};
use ublox::{ParserBuilder, UbxPacket};

/// Where the payload of a message begins.
const PAYLOAD: usize = 6;

fn word(bytes: &[u8], at: usize) -> i32 {
    let at = PAYLOAD + at;
    i32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// A message UBX-TIM-TOS whose internal oscillator is off by this many units, with its checksum.
fn tim_tos(units: i32) -> Vec<u8> {
    let mut message = vec![0x0d, 0x12, 56, 0];
    message.resize(4 + 56, 0);
    message[4 + 40..4 + 44].copy_from_slice(&units.to_le_bytes());
    let (a, b) = message.iter().fold((0u8, 0u8), |(a, b), byte| {
        let a = a.wrapping_add(*byte);
        (a, b.wrapping_add(a))
    });
    [&[0xb5, 0x62], message.as_slice(), &[a, b]].concat()
}

fn main() -> ExitCode {
    let mut same = true;

    for units in [0, 5, -5] {
        let seconds = f64::from(units) * 2f64.powi(-30);
        let utc = MgaGpsUtcBuilder {
            msg_type: 5,
            version: 0,
            reserved1: [0; 2],
            utc_a0: seconds,
            utc_a1: f64::from(units) * 2f64.powi(-50),
            utc_dt_ls: 18,
            utc_tot: 0,
            utc_wn_t: 0,
            utc_wn_lsf: 0,
            utc_dn: 0,
            utc_dt_lsf: 18,
            reserved2: [0; 2],
        };
        let bytes = utc.into_packet_bytes();
        println!("utcA0 of {seconds:e} s and utcA1: {units} units each, sent as {} and {}", word(&bytes, 4), word(&bytes, 8));
        let sent = if units == 0 { 0 } else if units > 0 { i32::MAX } else { i32::MIN };
        same &= (word(&bytes, 4), word(&bytes, 8)) == (sent, sent);
    }

    let iono = MgaGpsIonoBuilder {
        msg_type: 6,
        version: 0,
        reserved1: [0; 2],
        alpha0: 5.0 * 2f64.powi(-30),
        alpha1: 0.0,
        alpha2: 0.0,
        alpha3: 0.0,
        beta0: 44.0 * 2f64.powi(11),
        beta1: 0.0,
        beta2: 0.0,
        beta3: 0.0,
        reserved2: [0; 4],
    };
    let bytes = iono.into_packet_bytes();
    println!("ionoAlpha0 of 5 units is sent as {}, ionoBeta0 of 44 units as {}", bytes[PAYLOAD + 4] as i8, bytes[PAYLOAD + 8] as i8);
    same &= (bytes[PAYLOAD + 4], bytes[PAYLOAD + 8]) == (127, 0);

    let mut parser = ParserBuilder::new().with_protocol::<Proto23>().with_vec_buffer();
    let input = tim_tos(256);
    let mut packets = parser.consume_ubx(&input);
    let mut read = None;
    while let Some(Ok(packet)) = packets.next() {
        if let UbxPacket::Proto23(PacketRef::TimTos(tos)) = packet {
            println!("oscillator off by 256 units, 1 ppb: read as {:e} ppb", tos.int_osc_offset());
            read = Some(tos.int_osc_offset());
        }
    }
    same &= read.is_some_and(|ppb| (ppb - 256.0 * 2e-8).abs() < 1e-12);

    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
