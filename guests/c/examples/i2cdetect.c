/* Prints the addresses of the bus "bus" at which a target answers, as i2cdetect does. */
#include "../wasm_embedded_hal.h"

static const char hex[] = "0123456789abcdef";

int hal_main(void) {
  hal_i2c bus;
  int error = hal_i2c_open(&bus, "bus");
  if (error) {
    hal_log(HAL_LOG_ERROR, "i2cdetect", hal_error_text(error));
    return 1;
  }
  hal_print("     0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f\n");
  for (uint8_t row = 0; row < 0x80; row += 16) {
    const char start[] = {hex[row >> 4], '0', ':', ' '};
    hal_print_bytes(start, sizeof start);
    for (uint8_t address = row; address < row + 16; address++) {
      uint8_t byte;
      const char cell[] = {hex[address >> 4], hex[address & 15], ' '};
      if (address < 0x08 || address > 0x77) {
        hal_print("   ");
        continue;
      }
      switch (hal_i2c_read(bus, address, &byte, 1)) {
        case HAL_OK: hal_print_bytes(cell, sizeof cell); break;
        case HAL_DENIED: hal_print("!! "); break;
        default: hal_print("-- "); break;
      }
    }
    hal_print("\n");
  }
  return 0;
}
