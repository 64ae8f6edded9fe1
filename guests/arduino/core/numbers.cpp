/* Numbers: random ones, others, and numbers as text. */
#include "Arduino.h"

/* The same after every start, as on a board, until randomSeed() says otherwise. Marsaglia, "Xorshift RNGs", 2003. */
static uint32_t state = 0x2545f491;

void randomSeed(unsigned long seed) {
  if (seed != 0) state = static_cast<uint32_t>(seed);
}

long random(long end) {
  if (end <= 0) return 0;
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return static_cast<long>(state % static_cast<uint32_t>(end));
}

long random(long start, long end) {
  if (start >= end) return start;
  uint32_t span = static_cast<uint32_t>(end) - static_cast<uint32_t>(start);
  if (span > INT32_MAX) span = INT32_MAX;
  return static_cast<long>(static_cast<uint32_t>(start) + static_cast<uint32_t>(random(static_cast<long>(span))));
}

long map(long value, long from_low, long from_high, long to_low, long to_high) {
  long long span = static_cast<long long>(from_high) - from_low;
  if (span == 0) return to_low;
  return static_cast<long>((static_cast<long long>(value) - from_low) * (static_cast<long long>(to_high) - to_low) / span + to_low);
}

char *ultoa(unsigned long value, char *text, int base) {
  char digits[33];
  size_t at = sizeof digits;
  unsigned long radix = base < 2 || base > 36 ? 10 : static_cast<unsigned long>(base);
  digits[--at] = 0;
  do {
    unsigned long digit = value % radix;
    digits[--at] = static_cast<char>(digit < 10 ? '0' + digit : 'a' + digit - 10);
    value /= radix;
  } while (value != 0);
  return static_cast<char *>(memcpy(text, digits + at, sizeof digits - at)), text;
}

char *ltoa(long value, char *text, int base) {
  if (base != 10 || value >= 0) return ultoa(static_cast<unsigned long>(value), text, base);
  text[0] = '-';
  ultoa(0ul - static_cast<unsigned long>(value), text + 1, base);
  return text;
}

char *utoa(unsigned int value, char *text, int base) { return ultoa(value, text, base); }
char *itoa(int value, char *text, int base) { return ltoa(value, text, base); }

char *dtostrf(double value, signed char width, unsigned char digits, char *text) {
  sprintf(text, "%*.*f", width, digits, value);
  return text;
}
