import { nowNs as now } from "wasm-embedded:hal/clock@0.5.0";
import { delayNs as delay } from "wasm-embedded:hal/delay@0.5.0";

import { integer } from "./checks.ts";

/** Waits so many nanoseconds, at most 2^53 - 1: 104 days. */
export function delayNs(ns: number): void {
  delay(integer(ns, "a time in nanoseconds", 0, Number.MAX_SAFE_INTEGER));
}

/** Waits so many microseconds. */
export function delayUs(us: number): void {
  delayNs(integer(us, "a time in microseconds", 0, Math.floor(Number.MAX_SAFE_INTEGER / 1e3)) * 1e3);
}

/** Waits so many milliseconds. */
export function delayMs(ms: number): void {
  delayNs(integer(ms, "a time in milliseconds", 0, Math.floor(Number.MAX_SAFE_INTEGER / 1e6)) * 1e6);
}

/** Returns the microseconds since the guest's clock began, as a whole number. In simulation it moves only while the guest waits or uses hardware. */
export function nowUs(): number {
  return Math.floor(now() / 1e3);
}

/** Returns the milliseconds since the guest's clock began, as a whole number. */
export function nowMs(): number {
  return Math.floor(now() / 1e6);
}
