// As many write-reads of 1 and 8 bytes as the target says.
import { I2c, u16be } from "./assembly";

export { cabi_import_realloc } from "./assembly";

export function run(): i32 {
  const bus = new I2c("counted");
  const register = new Uint8Array(1);
  const bytes = new Uint8Array(8);
  const rounds = new Uint8Array(2);
  bus.writeRead(0x48, register, rounds);
  for (let left: i32 = u16be(rounds); left > 0; left--) {
    bus.writeRead(0x48, register, bytes);
    register[0] = bytes[7];
  }
  return 0;
}
