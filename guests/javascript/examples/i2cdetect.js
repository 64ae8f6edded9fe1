// Lists the I2C targets on a bus, in the grid of i2c-tools: one byte is read from every address. `!!` is an address that the policy does not
// grant. Label `bus`.
import { HalError, I2c, program, write } from "wasm-embedded-hal-js";

const hex = (number) => number.toString(16).padStart(2, "0");

/** Returns how an address is shown. */
function shown(bus, address) {
  try {
    bus.read(address, 1);
    return hex(address);
  } catch (error) {
    if (error instanceof HalError && error.code === "denied") return "!!";
    if (error instanceof HalError && error.code.startsWith("no-acknowledge")) return "--";
    throw error;
  }
}

export const run = program(() => {
  const bus = new I2c("bus");
  console.log("     0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f");
  for (let row = 0x00; row < 0x80; row += 16) {
    write(`${hex(row)}: `);
    for (let address = row; address < row + 16; address++) {
      write(address < 0x08 || address > 0x77 ? "   " : `${shown(bus, address)} `);
    }
    write("\n");
  }
});
