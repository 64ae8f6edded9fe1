// Prints the addresses of the bus "bus" at which a target answers, as i2cdetect does.
import { I2c, I2cError, print } from "../assembly";

export { cabi_import_realloc } from "../assembly";

function hex(number: i32): string {
  return (number < 16 ? "0" : "") + number.toString(16);
}

export function run(): i32 {
  const bus = new I2c("bus");
  const byte = new Uint8Array(1);
  print("     0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f\n");
  for (let row = 0; row < 0x80; row += 16) {
    print(hex(row) + ": ");
    for (let address = row; address < row + 16; address++) {
      if (address < 0x08 || address > 0x77) print("   ");
      else if (bus.tryRead(<u16>address, byte)) print(hex(address) + " ");
      else print(bus.error == I2cError.Denied ? "!! " : "-- ");
    }
    print("\n");
  }
  return 0;
}
