#!/usr/bin/env bash
# In a guest made by componentize-qjs, every u32 from 2^31 on is passed as 2^31 - 1.
#
# One would expect: a WIT u32 takes 0 to 4294967295 (component model, "Explainer": type u32), so an imported function that is called with
# 3000000000 gets 3000000000, or the call throws.
#
# What happens: the function gets 2147483647, without a word. A u64 argument of the same value is right. The README names a loss only for u64 above
# 2^53.
#
# Package: npm componentize-qjs 0.4.5, the engine of `jco componentize --backend quickjs`; run in Node by jco 1.35.0.
# Concerns: times in nanoseconds or microseconds, masks with the highest bit, and addresses in 32-bit numbers. A way round it: none but to refuse
# such values.
# Needs bash, Node 20 or newer, npm and its registry. Exit status 0: still so. 1: it changed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes >npm.log
npm pkg set type=module
npm install --silent --no-audit --no-fund componentize-qjs@0.4.5 @bytecodealliance/jco@1.35.0

cat >world.wit <<'EOF'
package local:test;

interface host {
  show: func(word: u32, long: u64);
}

world guest {
  import host;
  export run: func();
}
EOF
cat >guest.js <<'EOF'
import { show } from "local:test/host";

export function run() {
  for (const value of [0, 2147483647, 2147483648, 3000000000, 4294967295]) show(value, value);
}
EOF
cat >build.mjs <<'EOF'
import { readFileSync, writeFileSync } from "node:fs";
import { componentize } from "componentize-qjs";
const jsSource = readFileSync("guest.js", "utf8");
const { component } = await componentize({ witPath: "world.wit", jsSource, sync: true, stubWasi: true });
writeFileSync("guest.wasm", component);
EOF
cat >host.mjs <<'EOF'
export const seen = [];
export const show = (word, long) => {
  console.log(`passed ${long}: the u32 arrives as ${word}, the u64 as ${long}`);
  seen.push(`${word} ${long}`);
};
EOF
cat >finding.mjs <<'EOF'
import { seen } from "./host.mjs";
import { run } from "./out/guest.js";
run();
const stated = [
  "0 0", "2147483647 2147483647", "2147483647 2147483648", "2147483647 3000000000", "2147483647 4294967295",
];
const same = JSON.stringify(seen) === JSON.stringify(stated);
console.log(same ? "as stated" : "CHANGED");
process.exit(same ? 0 : 1);
EOF
node build.mjs
npx jco transpile guest.wasm -o out --map 'local:test/host=../host.mjs' >transpile.log
# Node 20 does not know the constant expressions of the engine's module otherwise.
node --experimental-wasm-extended-const finding.mjs
