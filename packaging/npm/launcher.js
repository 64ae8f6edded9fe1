#!/usr/bin/env node
// Starts the program that the package for this processor holds.
const { spawn } = require("node:child_process");
const os = require("node:os");

const name = `wasm-embedded-rt-${process.platform}-${process.arch}`;
let program;
try {
  program = require.resolve(`${name}/bin/wasm-embedded-rt`);
} catch {
  console.error(`error: the package ${name} is missing: either it was left out (--omit=optional), or there is none for this machine`);
  process.exit(1);
}
const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
// What is meant for the program is its own: it drives outputs to their levels on exit before it ends.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => child.kill(signal));
}
child.on("error", (error) => {
  console.error(`error: cannot start ${program}: ${error.message}`);
  process.exit(1);
});
child.on("exit", (status, signal) => process.exit(status ?? 128 + os.constants.signals[signal]));
