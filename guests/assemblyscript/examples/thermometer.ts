// Reads the registers of an LM75 behind the label "thermometer": its temperature, and the limits of its alarm.
import { I2c, i16be, print } from "../assembly";

export { cabi_import_realloc } from "../assembly";

const ADDRESS: u16 = 0x48;

function show(bus: I2c, name: string, register: u8): void {
  const which = new Uint8Array(1);
  which[0] = register;
  const bytes = new Uint8Array(2);
  bus.writeRead(ADDRESS, which, bytes);
  // Two's complement, left-justified: the upper byte is whole degrees. DS012658, section 1.12.
  const raw = <i32>i16be(bytes);
  const tenths = (raw * 10 + (raw < 0 ? -128 : 128)) / 256;
  const size = abs(tenths);
  print(name + ": " + (tenths < 0 ? "-" : "") + (size / 10).toString() + "." + (size % 10).toString() + " degC\n");
}

export function run(): i32 {
  const bus = new I2c("thermometer");
  show(bus, "temperature", 0);
  show(bus, "hysteresis", 2);
  show(bus, "limit", 3);
  return 0;
}
