// Blinks an LED five times. Label `LED`, an output.
import { OutputPin, delayMs, program, write } from "wasm-embedded-hal-js";

export const run = program(() => {
  const led = new OutputPin("LED");
  for (let blink = 1; blink <= 5; blink++) {
    write(`${blink}: on\n`);
    led.set(true);
    delayMs(500);
    led.set(false);
    delayMs(500);
    write(`${blink}: off\n`);
  }
});
