import * as digital from "wasm-embedded:hal/digital@0.5.0";

import { hal } from "./error.ts";

/** An output behind a label of the policy. Levels are logical: the host inverts a pin that is `active-low`. Calls throw a `HalError`. */
export class OutputPin {
  #pin: digital.OutputPin;
  #what: () => string;

  /** Opens a label. */
  constructor(readonly label: string) {
    this.#what = () => `output "${label}"`;
    this.#pin = hal(this.#what, () => digital.OutputPin.open(label));
  }

  /** Drives the pin high for `true`, else low. */
  set(high: boolean): void {
    hal(this.#what, () => this.#pin.set(high ? "high" : "low"));
  }

  /** Drives the pin to the other level than the one last commanded. */
  toggle(): void {
    hal(this.#what, () => this.#pin.toggle());
  }

  /** Returns whether the level last commanded is high. */
  isSetHigh(): boolean {
    return hal(this.#what, () => this.#pin.commanded()) === "high";
  }

  /** Gives the label back. */
  close(): void {
    this.#pin[Symbol.dispose]();
  }
}

/** An input behind a label of the policy. Calls throw a `HalError`. */
export class InputPin {
  #pin: digital.InputPin;
  #what: () => string;

  /** Opens a label. */
  constructor(readonly label: string) {
    this.#what = () => `input "${label}"`;
    this.#pin = hal(this.#what, () => digital.InputPin.open(label));
  }

  /** Returns whether the pin is high now. */
  isHigh(): boolean {
    return hal(this.#what, () => this.#pin.level()) === "high";
  }

  /** Gives the label back. */
  close(): void {
    this.#pin[Symbol.dispose]();
  }
}

/** A pin that is driven and read, such as an open-drain line. Calls throw a `HalError`. */
export class IoPin {
  #pin: digital.IoPin;
  #what: () => string;

  /** Opens a label. */
  constructor(readonly label: string) {
    this.#what = () => `pin "${label}"`;
    this.#pin = hal(this.#what, () => digital.IoPin.open(label));
  }

  /** Drives the pin high for `true`, else low. */
  set(high: boolean): void {
    hal(this.#what, () => this.#pin.set(high ? "high" : "low"));
  }

  /** Returns whether the pin is high now. */
  isHigh(): boolean {
    return hal(this.#what, () => this.#pin.level()) === "high";
  }

  /** Gives the label back. */
  close(): void {
    this.#pin[Symbol.dispose]();
  }
}
