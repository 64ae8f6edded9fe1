// Switches the LED behind the label "LED" on and off five times.
import { Gpio, Mode, delayMs, print } from "../assembly";

export { cabi_import_realloc } from "../assembly";

const HALF_PERIOD_MS: u32 = 500;

export function run(): i32 {
  const led = new Gpio("LED", Mode.Output);
  for (let blink = 1; blink <= 5; blink++) {
    print(blink.toString() + ": on\n");
    led.set(true);
    delayMs(HALF_PERIOD_MS);
    led.set(false);
    delayMs(HALF_PERIOD_MS);
    print(blink.toString() + ": off\n");
  }
  return 0;
}
