#include "HardwareSerial.h"
#include "wasm_embedded_hal.h"

Console Serial;

/* Returns how long the character is that begins here: 0 if more bytes are needed, -1 if it is none of UTF-8.
   The Unicode Standard 15.0, section 3.9, table 3-7. */
static int character(const uint8_t *at, size_t length) {
  if (at[0] < 0x80) return 1;
  int size = at[0] >= 0xc2 && at[0] <= 0xdf ? 2 : at[0] >= 0xe0 && at[0] <= 0xef ? 3 : at[0] >= 0xf0 && at[0] <= 0xf4 ? 4 : -1;
  for (int i = 1; i < size; i++) {
    if (static_cast<size_t>(i) >= length) return 0;
    uint8_t low = 0x80, high = 0xbf;
    if (i == 1) {
      if (at[0] == 0xe0) low = 0xa0;
      if (at[0] == 0xed) high = 0x9f;
      if (at[0] == 0xf0) low = 0x90;
      if (at[0] == 0xf4) high = 0x8f;
    }
    if (at[i] < low || at[i] > high) return -1;
  }
  return size;
}

/* The host takes text only: a byte that is none is shown as \xNN. An unfinished character waits for its rest, unless `all` is asked. */
void Console::send(bool all) {
  static const char hex[] = "0123456789abcdef";
  const uint8_t *bytes = reinterpret_cast<const uint8_t *>(text);
  size_t from = 0, at = 0;
  while (at < length) {
    int size = character(bytes + at, length - at);
    if (size > 0) {
      at += static_cast<size_t>(size);
      continue;
    }
    if (size == 0 && !all) break;
    if (at > from) hal_print_bytes(text + from, at - from);
    const char shown[] = {'\\', 'x', hex[bytes[at] >> 4], hex[bytes[at] & 15]};
    hal_print_bytes(shown, sizeof shown);
    from = ++at;
  }
  if (at > from) hal_print_bytes(text + from, at - from);
  memmove(text, text + at, length - at);
  length -= at;
}

size_t Console::write(uint8_t c) {
  /* A line ends as the host ends lines. */
  if (c == '\n' && length > 0 && text[length - 1] == '\r') length--;
  text[length++] = static_cast<char>(c);
  if (c == '\n' || length == sizeof text) send(false);
  return 1;
}

void Console::flush() { send(true); }
