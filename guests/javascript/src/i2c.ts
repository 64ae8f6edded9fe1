import { Bus, type Address, type Operation } from "wasm-embedded:hal/i2c@0.5.0";

import { type Bytes, bytes, count, integer } from "./checks.ts";
import { hal } from "./error.ts";

/** An I2C bus behind a label of the policy. Every method is one transaction, and throws a `HalError` if that fails. */
export class I2c {
  #bus: Bus;

  /** Opens a label. Throws a `HalError`. */
  constructor(readonly label: string) {
    this.#bus = hal(() => `i2c "${label}"`, () => Bus.open(label));
  }

  /** Reads from an address of seven bits. */
  read(address: number, length: number): Uint8Array {
    const to = seven(address), len = count(length);
    return hal(this.#what(address), () => this.#bus.read(to, len));
  }

  /** Writes to an address of seven bits. No bytes at all only address the device. */
  write(address: number, data: Bytes): void {
    const to = seven(address), sent = bytes(data);
    hal(this.#what(address), () => this.#bus.write(to, sent));
  }

  /** Writes, then reads after a repeated start. */
  writeRead(address: number, data: Bytes, length: number): Uint8Array {
    const to = seven(address), sent = bytes(data), len = count(length);
    return hal(this.#what(address), () => this.#bus.writeRead(to, sent, len));
  }

  /** Does all parts in one transaction: a number reads as many bytes, anything else is written. Returns what each read got. */
  transaction(address: number, parts: (number | Bytes)[], tenBit = false): Uint8Array[] {
    const to: Address = tenBit ? { tag: "ten-bit", val: integer(address, "a ten-bit address", 0, 0x3ff) } : seven(address);
    const operations: Operation[] = [];
    const sent: number[] = [];
    for (const part of parts) {
      if (typeof part === "number") {
        operations.push({ direction: "read", len: count(part) });
      } else {
        const piece = bytes(part);
        operations.push({ direction: "write", len: piece.length });
        sent.push(...piece);
      }
    }
    const reply = hal(this.#what(address), () => this.#bus.transaction(to, operations, Uint8Array.from(sent)));
    let at = 0;
    return operations.filter((each) => each.direction === "read").map((each) => reply.slice(at, (at += each.len)));
  }

  /** Gives the label back. */
  close(): void {
    this.#bus[Symbol.dispose]();
  }

  #what(address: number): () => string {
    return () => `i2c "${this.label}" 0x${address.toString(16).padStart(2, "0")}`;
  }
}

function seven(address: number): Address {
  return { tag: "seven-bit", val: integer(address, "an address", 0, 0x7f) };
}
