import { type Level, log, print } from "wasm-embedded:hal/log@0.5.0";

/** Returns values as `console` shows them. */
function shown(values: unknown[]): string {
  return values.map((value) => (typeof value === "string" ? value : text(value))).join(" ");
}

function text(value: unknown): string {
  if (value instanceof Error) return value.stack ? `${value}\n${value.stack.trimEnd()}` : String(value);
  if (value instanceof Uint8Array) return `[${Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join(" ")}]`;
  if (typeof value === "object" && value !== null) {
    try {
      return JSON.stringify(value) ?? String(value);
    } catch {
      return String(value);
    }
  }
  return String(value);
}

const at = (level: Level) => (...values: unknown[]) => log(level, "console", shown(values));

/** QuickJS has no `console`: `log` goes to the standard output, the others to the host's log. */
export const guestConsole = {
  log: (...values: unknown[]) => print(`${shown(values)}\n`),
  error: at("error"),
  warn: at("warn"),
  info: at("info"),
  debug: at("debug"),
  trace: at("trace"),
};

const scope = globalThis as { console?: unknown };
scope.console ??= guestConsole;

/** Prints text to the standard output, without a new line. */
export function write(text: string): void {
  print(String(text));
}
