// Does 10,000 transactions of one byte written and eight read, for the time that each takes. Label `eeprom`.
import { I2c, program } from "wasm-embedded-hal-js";

export const run = program(() => {
  const bus = new I2c("eeprom");
  for (let each = 0; each < 10_000; each++) bus.writeRead(0x50, [0], 8);
});
