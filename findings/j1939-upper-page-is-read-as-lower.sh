#!/usr/bin/env bash
# A CAN identifier of J1939's second data page names another message.
#
# One would expect: a parameter group number has 18 bits, and bit 16 of them is the data page, bit 24 of the identifier (SAE J1939-21, section
# 5.2). The identifier 0x09F80103 is PGN 129025, "position, rapid update" of NMEA 2000, whose own messages, from 126208 on, all have the data page
# set.
#
# What happens: `Id::pgn_raw` keeps 16 bits and gives 63489. `Id::pgn` agrees, and `Id::data_page` of the same identifier gives 1. `IdBuilder`
# puts the page in, so a number that was built is read as another one. The identifier of a second page with the rest of a known number becomes
# that message: 0x19FECA00 reads as DM1, the active trouble codes, which is 0x18FECA00.
#
# Package: crate j1939 0.3.0. PyPI's j1939-pgn 0.4, run on the same identifiers, is right.
# Concerns: whoever reads NMEA 2000, or a bus where both pages are used. A way round it: add `u32::from(id.data_page()) << 16`.
# Needs bash, a Rust toolchain, Python 3 with venv, and their package registries. Exit status 0: still so. 1: it changed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir src
unset CARGO_BUILD_TARGET RUSTFLAGS CARGO_ENCODED_RUSTFLAGS PYTHONPATH PYTHONHOME
export CARGO_TARGET_DIR="$dir/target" CARGO_BUILD_JOBS=1
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --no-deps j1939-pgn==0.4

cat >Cargo.toml <<'EOF'
[package]
name = "finding"
version = "0.0.0"
edition = "2021"

[dependencies]
j1939 = "=0.3.0"
EOF

cat >src/main.rs <<'EOF'
use j1939::{Id, IdBuilder, PGN};

fn main() {
    for raw in [0x0cf0_0400, 0x18fe_ca00, 0x18ea_ff21, 0x09f8_0103, 0x0dea_ff21, 0x19fe_ca00] {
        let id = Id::new(raw);
        println!("0x{raw:08X} page {} pgn {} known as DM1: {}", id.data_page(), id.pgn_raw(), id.pgn() == PGN::DiagnosticMessage1);
    }
    let built = IdBuilder::from_pgn(PGN::from(129_025)).priority(2).sa(3).build();
    println!("built from 129025: 0x{:08X} page {} pgn {}", built.as_raw(), built.data_page(), built.pgn_raw());
}
EOF

cargo run --quiet >rust.out
cat rust.out
venv/bin/python -c '
from J1939_PGN import J1939_PGN
for raw in (0x0CF00400, 0x18FECA00, 0x18EAFF21, 0x09F80103, 0x0DEAFF21, 0x19FECA00):
    print(f"0x{raw:08X} page {J1939_PGN(msg_id=raw).dp} pgn {J1939_PGN(msg_id=raw).pgn}")
' >python.out
sed 's/^/in Python: /' python.out

cat >rust.stated <<'EOF'
0x0CF00400 page 0 pgn 61444 known as DM1: false
0x18FECA00 page 0 pgn 65226 known as DM1: true
0x18EAFF21 page 0 pgn 59904 known as DM1: false
0x09F80103 page 1 pgn 63489 known as DM1: false
0x0DEAFF21 page 1 pgn 59904 known as DM1: false
0x19FECA00 page 1 pgn 65226 known as DM1: true
built from 129025: 0x09F80103 page 1 pgn 63489
EOF
cat >python.stated <<'EOF'
0x0CF00400 page 0 pgn 61444
0x18FECA00 page 0 pgn 65226
0x18EAFF21 page 0 pgn 59904
0x09F80103 page 1 pgn 129025
0x0DEAFF21 page 1 pgn 125440
0x19FECA00 page 1 pgn 130762
EOF
if cmp -s rust.out rust.stated && cmp -s python.out python.stated; then
  echo "as stated"
else
  echo "CHANGED"
  exit 1
fi
