// Toggles the LED behind "LED" whenever the button behind "BUTTON" is pressed, three times, without being fooled by its contact, which
// bounces for less than 5 ms.
import { Gpio, Mode, delayMs, print } from "../assembly";

export { cabi_import_realloc } from "../assembly";

const POLL_MS: u32 = 1;
const STEADY_POLLS = 5;

/** Waits until the button has been pressed, or released, for long enough. */
function waitFor(button: Gpio, pressed: bool): void {
  let steady = 0;
  while (steady < STEADY_POLLS) {
    steady = button.get() == pressed ? steady + 1 : 0;
    delayMs(POLL_MS);
  }
}

export function run(): i32 {
  const button = new Gpio("BUTTON", Mode.Input);
  const led = new Gpio("LED", Mode.Output);
  for (let press = 1; press <= 3; press++) {
    waitFor(button, true);
    led.toggle();
    print("press " + press.toString() + ": the LED is " + (led.get() ? "on" : "off") + "\n");
    waitFor(button, false);
  }
  return 0;
}
