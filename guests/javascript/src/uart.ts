import { Port } from "wasm-embedded:hal/uart@0.5.0";

import { type Bytes, bytes, count } from "./checks.ts";
import { hal } from "./error.ts";

/** A serial port behind a label of the policy. Calls throw a `HalError`. */
export class Uart {
  #port: Port;
  #what: () => string;

  /** Opens a label. */
  constructor(readonly label: string) {
    this.#what = () => `uart "${label}"`;
    this.#port = hal(this.#what, () => Port.open(label));
  }

  /** Waits for at least one byte, and returns at most `length`. Nothing at all says that the other end is gone. */
  read(length: number): Uint8Array {
    const len = count(length);
    return hal(this.#what, () => this.#port.read(len));
  }

  /** Writes all bytes, and waits until the port has taken them. */
  write(data: Bytes): void {
    let left = bytes(data);
    while (left.length > 0) {
      const rest = left;
      left = left.subarray(hal(this.#what, () => this.#port.write(rest)));
    }
  }

  /** Waits until all bytes are on the wire. */
  flush(): void {
    hal(this.#what, () => this.#port.flush());
  }

  /** Returns whether a read returns at once. */
  isReadable(): boolean {
    return hal(this.#what, () => this.#port.readReady());
  }
}
