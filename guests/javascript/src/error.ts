/** Why hardware did not do what it should: the code of the interface, such as `no-acknowledge-address` or `denied`. */
export class HalError extends Error {
  constructor(
    /** The error's name in the package wasm-embedded:hal, such as `unknown-label`. */
    readonly code: string,
    /** What failed, such as `i2c "bus" 0x48`. */
    readonly hardware: string,
  ) {
    super(`${hardware}: ${TEXTS[code] ?? code}`);
    this.name = "HalError";
  }
}

const TEXTS: Record<string, string> = {
  "unknown-label": "the policy has no such label",
  "wrong-kind": "the label stands for another kind of hardware",
  busy: "busy, or held already",
  refused: "the host cannot hand it out now",
  denied: "the policy does not grant it",
  "too-long": "longer than the policy's limit",
  unsupported: "the hardware cannot do it",
  "no-acknowledge-address": "nobody acknowledged the address",
  "no-acknowledge-data": "the device did not acknowledge a byte",
  "no-acknowledge-unknown": "address or data was not acknowledged",
  "arbitration-loss": "another controller won the bus",
  bus: "a fault on the wires",
  overrun: "bytes were lost",
  "out-of-range": "out of range",
  "timed-out": "timed out",
  other: "another fault of the hardware",
};

/** Calls an import, and throws a `HalError` where it throws the name of an error. */
export function hal<T>(hardware: () => string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    // A result's error is thrown as it is; some versions wrap it.
    const code = typeof error === "string" ? error : (error as { payload?: unknown } | null)?.payload;
    if (typeof code === "string") throw new HalError(code, hardware());
    throw error;
  }
}
