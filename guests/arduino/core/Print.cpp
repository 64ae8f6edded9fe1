#include "Print.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

size_t Print::write(const uint8_t *bytes, size_t size) {
  size_t taken = 0;
  while (taken < size && write(bytes[taken]) == 1) taken++;
  return taken;
}

/* Writes digits, with a sign in front if it is not 0. A base below 2 is 10, as on a board. */
static size_t number(Print &to, unsigned long long n, int base, char sign) {
  char text[8 * sizeof n + 1];
  size_t at = sizeof text;
  unsigned radix = base < 2 || base > 36 ? 10 : static_cast<unsigned>(base);
  do {
    unsigned digit = static_cast<unsigned>(n % radix);
    text[--at] = static_cast<char>(digit < 10 ? '0' + digit : 'A' + digit - 10);
    n /= radix;
  } while (n != 0);
  if (sign != 0) text[--at] = sign;
  return to.write(text + at, sizeof text - at);
}

size_t Print::print(long n, int base) {
  if (base == 0) return write(static_cast<uint8_t>(n));
  if (base == DEC && n < 0) return number(*this, 0ull - static_cast<unsigned long long>(n), base, '-');
  return number(*this, static_cast<unsigned long>(n), base, 0);
}

size_t Print::print(unsigned long n, int base) {
  if (base == 0) return write(static_cast<uint8_t>(n));
  return number(*this, n, base, 0);
}

size_t Print::print(long long n, int base) {
  if (base == DEC && n < 0) return number(*this, 0ull - static_cast<unsigned long long>(n), base, '-');
  return number(*this, static_cast<unsigned long long>(n), base, 0);
}

size_t Print::print(unsigned long long n, int base) { return number(*this, n, base, 0); }

/* As on a board: halves are rounded away from zero, and what does not fit 32 bits is "ovf". */
size_t Print::print(double x, int digits) {
  if (isnan(x)) return print("nan");
  if (isinf(x)) return print("inf");
  if (x > 4294967040.0 || x < -4294967040.0) return print("ovf");
  size_t n = 0;
  if (x < 0.0) {
    n += print('-');
    x = -x;
  }
  if (digits < 0) digits = 2;
  double half = 0.5;
  for (int i = 0; i < digits; i++) half /= 10.0;
  x += half;
  unsigned long whole = static_cast<unsigned long>(x);
  double rest = x - whole;
  n += print(whole);
  if (digits > 0) n += print('.');
  while (digits-- > 0) {
    rest *= 10.0;
    unsigned digit = static_cast<unsigned>(rest);
    n += print(digit);
    rest -= digit;
  }
  return n;
}

size_t Print::printf(const char *format, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (length < 0) return 0;
  return write(text, static_cast<size_t>(length) < sizeof text ? static_cast<size_t>(length) : sizeof text - 1);
}
