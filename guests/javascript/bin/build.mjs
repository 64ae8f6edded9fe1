#!/usr/bin/env node
// Builds a component of a program in JavaScript or TypeScript: `wasm-embedded-js blinky.ts -o blinky.wasm`.
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { componentize } from "componentize-qjs";
import { build } from "esbuild";

const USAGE = "usage: wasm-embedded-js PROGRAM -o COMPONENT";

const WORLD = `package wasm-embedded:javascript;
world program {
  include wasm-embedded:hal/guest@0.5.0;
  export wasi:cli/run@0.2.6;
}
`;

const RUN = "package wasi:cli@0.2.6;\ninterface run { run: func() -> result; }\n";

let options;
try {
  options = parseArgs({ allowPositionals: true, options: { output: { type: "string", short: "o" } } });
} catch (error) {
  console.error(`${error.message}\n${USAGE}`);
  process.exit(64);
}
const [program, ...more] = options.positionals;
if (program === undefined || more.length > 0 || options.values.output === undefined) {
  console.error(USAGE);
  process.exit(64);
}

const folder = await mkdtemp(join(tmpdir(), "wasm-embedded-js-"));
try {
  const wit = join(folder, "wit");
  await mkdir(join(wit, "deps/cli"), { recursive: true });
  await cp(fileURLToPath(new URL("../wit", import.meta.url)), join(wit, "deps/hal"), { recursive: true, dereference: true });
  await writeFile(join(wit, "deps/cli/run.wit"), RUN);
  await writeFile(join(wit, "program.wit"), WORLD);
  const bundle = await build({
    entryPoints: [program],
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    target: "es2023",
    external: ["wasm-embedded:*"],
    logLevel: "warning",
  });
  // Without async support, which a component of a blocking program has no use for.
  const { component } = await componentize({ witPath: wit, jsSource: bundle.outputFiles[0].text, sync: true });
  await writeFile(options.values.output, component);
} catch (error) {
  // What esbuild found is printed by itself.
  if (error.errors === undefined) console.error(`${program}: ${error.message ?? error}`);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true });
}
