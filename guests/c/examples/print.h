/* Numbers as text, for the examples: a guest without a C library has no printf. */
#include "../wasm_embedded_hal.h"

static inline void print_number(int32_t number) {
  char text[12];
  size_t at = sizeof text;
  uint32_t rest = number < 0 ? 0u - (uint32_t)number : (uint32_t)number;
  do {
    text[--at] = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (number < 0) text[--at] = '-';
  hal_print_bytes(text + at, sizeof text - at);
}
