#!/usr/bin/env bash
# The linker option --wrap has no effect in Zig's C compiler for WebAssembly, and nobody says so.
#
# One would expect: with `-Wl,--wrap=answer` calls of `answer` go to `__wrap_answer`, as LLVM's wasm-ld (`--help`: "Use wrapper functions for
# symbol") and the linkers for ELF do it, or an error that the option is unknown.
#
# What happens: `zig cc -target wasm32-wasi` links with status 0 and without a word, and the program calls `answer` itself. Whoever replaces
# `exit` or `malloc` of the C library in this way has the old one in the program.
#
# Package: ziglang 0.17.1 of PyPI.
# Concerns: guests that replace a function of the C library. A way round it: a reactor (-mexec-model=reactor) whose first source defines
# the function.
# Needs bash, Python 3 with venv, its package registry, and Node 20 to run the program. Exit status 0: still so. 1: it changed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet ziglang==0.17.1

cat >answer.c <<'EOF'
int answer(void) { return 1; }
EOF
cat >main.c <<'EOF'
int answer(void);
int __wrap_answer(void) { return 2; }
int main(void) { return answer(); }
EOF
export ZIG_GLOBAL_CACHE_DIR="$dir/cache"
venv/bin/python -m ziglang cc -target wasm32-wasi -O0 -fno-sanitize=undefined -Wl,--wrap=answer -o main.wasm main.c answer.c 2>said

status=0
node --no-warnings --eval '
const { WASI } = require("node:wasi");
const { readFileSync } = require("node:fs");
const wasi = new WASI({ version: "preview1", returnOnExit: true });
const module = new WebAssembly.Module(readFileSync("main.wasm"));
process.exit(wasi.start(new WebAssembly.Instance(module, wasi.getImportObject())));' || status=$?
echo "the linker said $(wc -c <said) bytes; the program returned $status (wrapped it would be 2)"
[ "$status" = 1 ] && [ ! -s said ]
