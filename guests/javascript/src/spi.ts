import { Device, type Operation } from "wasm-embedded:hal/spi@0.5.0";

import { type Bytes, MOST_U32, bytes, count, integer } from "./checks.ts";
import { hal } from "./error.ts";

/** A step of a transaction: bytes to write, bytes to read at the same time, and a pause after them, of at most 2.1 s. */
export type SpiStep = { write?: Bytes; read?: number; pauseNs?: number };

/** An SPI device behind a label of the policy. The host drives its select line around every call. Each throws a `HalError` if it fails. */
export class Spi {
  #device: Device;

  /** Opens a label. Throws a `HalError`. */
  constructor(readonly label: string) {
    this.#device = hal(this.#what, () => Device.open(label));
  }

  /** Reads; zeros are sent. */
  read(length: number): Uint8Array {
    const len = count(length);
    return hal(this.#what, () => this.#device.read(len));
  }

  /** Writes. */
  write(data: Bytes): void {
    const sent = bytes(data);
    hal(this.#what, () => this.#device.write(sent));
  }

  /** Writes and reads at the same time: as many bytes as are written, or another number. */
  transfer(data: Bytes, length?: number): Uint8Array {
    const sent = bytes(data), len = count(length ?? sent.length);
    return hal(this.#what, () => this.#device.transfer(sent, len));
  }

  /** Does several steps under one select. Returns what each read. */
  transaction(steps: SpiStep[]): Uint8Array[] {
    const operations: Operation[] = [];
    const sent: number[] = [];
    for (const step of steps) {
      const piece = bytes(step.write ?? []);
      operations.push({
        writeLen: piece.length,
        readLen: count(step.read ?? 0),
        delayNs: integer(step.pauseNs ?? 0, "a pause in nanoseconds", 0, MOST_U32),
      });
      sent.push(...piece);
    }
    const reply = hal(this.#what, () => this.#device.transaction(operations, Uint8Array.from(sent)));
    let at = 0;
    return operations.map((each) => reply.slice(at, (at += each.readLen)));
  }

  /** Gives the label back. */
  close(): void {
    this.#device[Symbol.dispose]();
  }

  #what = () => `spi "${this.label}"`;
}
