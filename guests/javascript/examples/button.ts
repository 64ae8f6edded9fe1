// Toggles an LED whenever a button is pressed, three times, and is not fooled by a contact that bounces. Labels `BUTTON` and `LED`.
import { InputPin, OutputPin, delayMs, program, write } from "wasm-embedded-hal-js";

// For how many polls in a row, a millisecond apart, a level must last to count.
const STEADY_POLLS = 5;

/** Waits until a button has been pressed, or released, for long enough. */
function waitFor(button: InputPin, pressed: boolean): void {
  for (let steady = 0; steady < STEADY_POLLS; delayMs(1)) steady = button.isHigh() === pressed ? steady + 1 : 0;
}

export const run = program(() => {
  const button = new InputPin("BUTTON");
  const led = new OutputPin("LED");
  for (let press = 1; press <= 3; press++) {
    waitFor(button, true);
    led.toggle();
    write(`press ${press}: the LED is ${led.isSetHigh() ? "on" : "off"}\n`);
    waitFor(button, false);
  }
});
