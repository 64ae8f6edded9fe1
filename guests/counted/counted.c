/* As many write-reads of 1 and 8 bytes as the target says. */
#include "../c/wasm_embedded_hal.h"

int hal_main(void) {
  hal_i2c bus;
  uint8_t rounds[2], reg = 0, bytes[8];
  if (hal_i2c_open(&bus, "counted")) return 1;
  if (hal_i2c_write_read(bus, 0x48, &reg, 1, rounds, sizeof rounds)) return 1;
  for (int left = rounds[0] << 8 | rounds[1]; left > 0; left--) {
    if (hal_i2c_write_read(bus, 0x48, &reg, 1, bytes, sizeof bytes)) return 1;
    reg = bytes[7];
  }
  return 0;
}
