// Reads an LM75 thermometer: the temperature, and the two limits of its thermostat. Label `thermometer`, an LM75 at 0x48.
import { I2c, program, write } from "wasm-embedded-hal-js";

const ADDRESS = 0x48;

// National Semiconductor LM75 (DS012658), section 1.11.
const REGISTERS: [string, number][] = [["temperature", 0], ["hysteresis", 2], ["limit", 3]];

export const run = program(() => {
  const bus = new I2c("thermometer");
  for (const [name, register] of REGISTERS) {
    const bytes = bus.writeRead(ADDRESS, [register], 2);
    const raw = new DataView(bytes.buffer, bytes.byteOffset).getInt16(0);
    // 256 is a degree, whatever the resolution: to the nearest tenth.
    const tenths = Math.floor((raw * 10 + 128) / 256);
    const magnitude = Math.abs(tenths);
    write(`${name}: ${tenths < 0 ? "-" : ""}${Math.floor(magnitude / 10)}.${magnitude % 10} degC\n`);
  }
});
