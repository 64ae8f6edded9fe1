#!/bin/sh
# Installs the library that cargo has built: install.sh FOLDER-OF-THE-LIBRARY PREFIX
set -eu
built=$1
prefix=$2
here=$(cd "$(dirname "$0")" && pwd)
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$here/../Cargo.toml" | head -n 1)
mkdir -p "$prefix/include" "$prefix/lib/pkgconfig"
cp "$here/include/wasm_embedded.h" "$prefix/include/"
cp "$built/libwasm_embedded.so" "$prefix/lib/"
cp "$built/libwasm_embedded.a" "$prefix/lib/"
sed -e "s|@PREFIX@|$prefix|" -e "s|@VERSION@|$version|" "$here/wasm-embedded.pc.in" > "$prefix/lib/pkgconfig/wasm-embedded.pc"
