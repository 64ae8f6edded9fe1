/* Draws one frame on an SSD1306 display of 128 x 64 dots behind the label "display": a border and its two diagonals. */
#include "print.h"

enum { ADDRESS = 0x3c, WIDTH = 128, HEIGHT = 64 };

/* What a write begins with: commands follow, or dots. Solomon Systech SSD1306 Rev 1.1, section 8.1.5.2. */
enum { COMMANDS = 0x00, DATA = 0x40 };

/* Clock, 64 rows, no offset, charge pump, addresses that run along the rows, the whole window, and the display on. SSD1306 Rev 1.1,
   table 9-1. */
static const uint8_t setup[] = {
    COMMANDS, 0xae, 0xd5, 0x80, 0xa8, 0x3f, 0xd3, 0x00, 0x40, 0x8d, 0x14, 0x20, 0x00, 0xa1, 0xc8, 0xda, 0x12, 0x21,
    0x00, 0x7f, 0x22, 0x00, 0x07, 0xa4, 0xa6, 0xaf,
};

/* Whether a dot belongs to the border or to a diagonal. */
static bool is_lit(int x, int y) {
  return x == 0 || x == WIDTH - 1 || y == 0 || y == HEIGHT - 1 || x == 2 * y || x == WIDTH - 1 - 2 * y;
}

int hal_main(void) {
  hal_i2c bus;
  int32_t lit = 0;
  int error = hal_i2c_open(&bus, "display");
  if (error == HAL_OK) error = hal_i2c_write(bus, ADDRESS, setup, sizeof setup);
  for (int page = 0; error == HAL_OK && page < HEIGHT / 8; page++) {
    uint8_t bytes[1 + WIDTH] = {DATA};
    for (int x = 0; x < WIDTH; x++) {
      for (int bit = 0; bit < 8; bit++) {
        if (!is_lit(x, page * 8 + bit)) continue;
        bytes[1 + x] |= (uint8_t)(1 << bit);
        lit++;
      }
    }
    error = hal_i2c_write(bus, ADDRESS, bytes, sizeof bytes);
  }
  if (error) {
    hal_log(HAL_LOG_ERROR, "display", hal_error_text(error));
    return 1;
  }
  hal_print("128 x 64 dots: ");
  print_number(lit);
  hal_print(" are lit\n");
  return 0;
}
