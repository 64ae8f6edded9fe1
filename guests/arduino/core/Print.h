/* Text and numbers for whatever takes bytes. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "Printable.h"
#include "WString.h"

#define DEC 10
#define HEX 16
#define OCT 8
#define BIN 2

class Print {
public:
  constexpr Print() = default;
  virtual ~Print() = default;

  /* Each returns how many bytes were taken. */
  virtual size_t write(uint8_t c) = 0;
  virtual size_t write(const uint8_t *bytes, size_t size);
  size_t write(const char *text) { return text == nullptr ? 0 : write(reinterpret_cast<const uint8_t *>(text), strlen(text)); }
  size_t write(const char *text, size_t size) { return write(reinterpret_cast<const uint8_t *>(text), size); }
  virtual int availableForWrite() { return 0; }
  virtual void flush() {}

  int getWriteError() const { return error; }
  void clearWriteError() { error = 0; }

  size_t print(const __FlashStringHelper *text) { return write(reinterpret_cast<const char *>(text)); }
  size_t print(const String &text) { return write(text.c_str(), text.length()); }
  size_t print(const char *text) { return write(text); }
  size_t print(char c) { return write(static_cast<uint8_t>(c)); }
  size_t print(unsigned char n, int base = DEC) { return print(static_cast<unsigned long>(n), base); }
  size_t print(int n, int base = DEC) { return print(static_cast<long>(n), base); }
  size_t print(unsigned int n, int base = DEC) { return print(static_cast<unsigned long>(n), base); }
  size_t print(long n, int base = DEC);
  size_t print(unsigned long n, int base = DEC);
  size_t print(long long n, int base = DEC);
  size_t print(unsigned long long n, int base = DEC);
  size_t print(double x, int digits = 2);
  size_t print(const Printable &what) { return what.printTo(*this); }

  size_t println() { return write("\r\n"); }
  template <class T>
  size_t println(const T &what) {
    size_t n = print(what);
    return n + println();
  }
  template <class T>
  size_t println(const T &what, int how) {
    size_t n = print(what, how);
    return n + println();
  }
  /* As printf(), at most 255 characters. */
  size_t printf(const char *format, ...) __attribute__((format(printf, 2, 3)));

protected:
  void setWriteError(int number = 1) { error = number; }

private:
  int error = 0;
};
