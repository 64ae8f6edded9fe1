// A transform of AssemblyScript's compiler, for two things (AssemblyScript 0.28.20):
//
// - It warns of a shift of a u8 by 8 or more: `buf[0] << 8` over a Uint8Array is `buf[0]`, since the amount counts modulo 8, and the
//   compiler says nothing.
// - It has `run` call the start function, which the compiler makes for what is at the top level of files. A host runs a module with a start
//   function on a slower path. `asconfig.json` has the compiler export it, as `_initialize`, so that it can be found.
import { Transform } from "assemblyscript/transform";

const START = "_initialize";
const ENTRY = "run";

export default class ForGuests extends Transform {
  afterCompile(compiled) {
    const { binaryen } = this;
    const module = binaryen.wrapModule(compiled.ptr);
    const [start, entry] = [START, ENTRY].map((name) => module.getExport(name));
    if (!start || !entry) return;
    const [startName, entryName] = [start, entry].map((found) => binaryen.getExportInfo(found).value);
    const { i32, none } = binaryen;
    const calls = [module.call(startName, [], none), module.call(entryName, [], i32)];
    module.addFunction("entry", none, i32, [], module.block(null, calls, i32));
    module.removeExport(START);
    module.removeExport(ENTRY);
    module.addFunctionExport("entry", ENTRY);
  }

  afterParse(parser) {
    for (const source of parser.sources) {
      if (!source.isLibrary) this.visit(source, new Set(), source);
    }
  }

  visit(node, seen, source) {
    if (node === null || typeof node !== "object" || seen.has(node)) return;
    seen.add(node);
    if (Array.isArray(node)) {
      for (const each of node) this.visit(each, seen, source);
      return;
    }
    if (node.operator !== undefined && node.left && node.right) this.check(node, source);
    for (const [key, child] of Object.entries(node)) {
      if (key !== "parent" && key !== "range" && key !== "source") this.visit(child, seen, source);
    }
  }

  check(node, source) {
    const text = source.text.slice(node.range.start, node.range.end);
    const shift = /^\s*\(?\s*([A-Za-z_$][\w$.]*\[[^\]]*\])\s*\)?\s*<<\s*(\d+)\s*$/.exec(text);
    if (shift !== null && Number(shift[2]) >= 8) {
      const line = source.text.slice(0, node.range.start).split("\n").length;
      this.stderr.write(
        `WARNING ${source.normalizedPath}:${line}: \`${text.trim()}\`: if this is an element of a Uint8Array, it is shifted modulo 8. ` +
          `Use u16be, i16be or u24be, or convert it first: <u16>${shift[1]} << ${shift[2]}\n`,
      );
    }
  }
}
