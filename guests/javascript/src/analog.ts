import { Input } from "wasm-embedded:hal/adc@0.5.0";
import { Output } from "wasm-embedded:hal/pwm@0.5.0";

import { integer } from "./checks.ts";
import { hal } from "./error.ts";

/** An analogue input behind a label of the policy. Calls throw a `HalError`. */
export class Adc {
  #input: Input;
  #what: () => string;

  /** Opens a label. */
  constructor(readonly label: string) {
    this.#what = () => `adc "${label}"`;
    this.#input = hal(this.#what, () => Input.open(label));
  }

  /** Returns how many bits a reading has. */
  resolutionBits(): number {
    return this.#input.resolutionBits();
  }

  /** Returns the reading. */
  readRaw(): number {
    return hal(this.#what, () => this.#input.readRaw());
  }

  /** Returns the reading in microvolts. */
  readMicrovolts(): number {
    return hal(this.#what, () => this.#input.readMicrovolts());
  }
}

/** An output with a duty, behind a label of the policy. Calls throw a `HalError`. */
export class Pwm {
  #output: Output;
  #what: () => string;

  /** Opens a label. */
  constructor(readonly label: string) {
    this.#what = () => `pwm "${label}"`;
    this.#output = hal(this.#what, () => Output.open(label));
  }

  /** Returns the duty at which the output is always high. */
  maxDuty(): number {
    return this.#output.maxDuty();
  }

  /** Sets the duty, from 0 to `maxDuty()`. */
  setDuty(duty: number): void {
    const steps = integer(duty, "a duty", 0, 0xffff);
    hal(this.#what, () => this.#output.setDuty(steps));
  }
}
