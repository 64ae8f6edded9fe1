// Checks of what a program passes. QuickJS cuts off what does not fit an import: a byte of 300 is sent as 44 (componentize-qjs 0.4.5).

/** What can be sent: bytes, or integers from 0 to 255. */
export type Bytes = Uint8Array | Iterable<number>;

/** Returns a number that is an integer from `least` to `most`, or throws a `TypeError` or `RangeError`. */
export function integer(value: number, name: string, least: number, most: number): number {
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw new TypeError(`${name} must be an integer, not ${typeof value === "number" ? value : typeof value}`);
  }
  if (value < least || value > most) throw new RangeError(`${name} must be ${least} to ${most}, not ${value}`);
  return value;
}

/** Returns bytes as a `Uint8Array`, or throws a `TypeError` or `RangeError`. */
export function bytes(value: Bytes): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value === null || typeof value !== "object" || typeof value[Symbol.iterator] !== "function") {
    throw new TypeError("bytes must be a Uint8Array or integers from 0 to 255");
  }
  return Uint8Array.from(value, (each) => integer(each, "a byte", 0, 0xff));
}

/** The largest u32 that arrives as it is: above, QuickJS passes this one instead (componentize-qjs 0.4.5). */
export const MOST_U32 = 0x7fff_ffff;

/** Returns a number of bytes to read, or throws a `TypeError` or `RangeError`. The policy's limits are far below the largest. */
export function count(value: number): number {
  return integer(value, "a number of bytes", 0, MOST_U32);
}
