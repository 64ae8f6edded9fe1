/* Reads the registers of an LM75 behind the label "thermometer": its temperature, and the limits of its alarm. */
#include "print.h"

enum { ADDRESS = 0x48 };

static const struct {
  const char *name;
  uint8_t number;
} registers[] = {{"temperature", 0}, {"hysteresis", 2}, {"limit", 3}};

int hal_main(void) {
  hal_i2c bus;
  int error = hal_i2c_open(&bus, "thermometer");
  for (size_t i = 0; error == HAL_OK && i < sizeof registers / sizeof registers[0]; i++) {
    uint8_t bytes[2];
    error = hal_i2c_write_read(bus, ADDRESS, &registers[i].number, 1, bytes, sizeof bytes);
    if (error) break;
    /* Two's complement, left-justified: the upper byte is whole degrees, whatever the resolution. DS012658, section 1.12. */
    int32_t raw = (int16_t)(uint16_t)(bytes[0] << 8 | bytes[1]);
    int32_t tenths = (raw * 10 + (raw < 0 ? -128 : 128)) / 256;
    hal_print(registers[i].name);
    hal_print(tenths < 0 ? ": -" : ": ");
    if (tenths < 0) tenths = -tenths;
    print_number(tenths / 10);
    hal_print(".");
    print_number(tenths % 10);
    hal_print(" degC\n");
  }
  if (error) hal_log(HAL_LOG_ERROR, "thermometer", hal_error_text(error));
  return error;
}
