/* Text that grows. A String for which there is no memory is empty, and false. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

class __FlashStringHelper;
#define F(text) (reinterpret_cast<const __FlashStringHelper *>(text))
#define FPSTR(text) (reinterpret_cast<const __FlashStringHelper *>(text))

class String {
public:
  String(const char *text = "");
  String(const char *text, size_t length);
  String(const __FlashStringHelper *text);
  String(const String &other);
  String(String &&other) noexcept;
  explicit String(char c);
  explicit String(unsigned char n, unsigned char base = 10);
  explicit String(int n, unsigned char base = 10);
  explicit String(unsigned int n, unsigned char base = 10);
  explicit String(long n, unsigned char base = 10);
  explicit String(unsigned long n, unsigned char base = 10);
  explicit String(float x, unsigned char digits = 2);
  explicit String(double x, unsigned char digits = 2);
  ~String();

  String &operator=(const String &other);
  String &operator=(String &&other) noexcept;
  String &operator=(const char *text);
  String &operator=(const __FlashStringHelper *text) { return *this = reinterpret_cast<const char *>(text); }

  explicit operator bool() const { return buffer != nullptr; }
  /* Makes room for that many characters; false if there is no memory. */
  bool reserve(unsigned int size);
  unsigned int length() const { return len; }
  bool isEmpty() const { return len == 0; }
  const char *c_str() const { return buffer == nullptr ? "" : buffer; }
  char *begin() { return buffer; }
  char *end() { return buffer + len; }
  const char *begin() const { return c_str(); }
  const char *end() const { return c_str() + len; }

  bool concat(const char *text, unsigned int length);
  bool concat(const String &text) { return concat(text.c_str(), text.len); }
  bool concat(const char *text) { return text != nullptr && concat(text, static_cast<unsigned int>(strlen(text))); }
  bool concat(const __FlashStringHelper *text) { return concat(reinterpret_cast<const char *>(text)); }
  bool concat(char c) { return concat(&c, 1); }
  template <class T>
  bool concat(T n) {
    return concat(String(n));
  }
  template <class T>
  String &operator+=(const T &what) {
    concat(what);
    return *this;
  }
  String &operator+=(const char *text) {
    concat(text);
    return *this;
  }

  int compareTo(const String &other) const;
  bool equals(const String &other) const { return len == other.len && compareTo(other) == 0; }
  bool equals(const char *text) const { return strcmp(c_str(), text == nullptr ? "" : text) == 0; }
  bool equalsIgnoreCase(const String &other) const;
  bool startsWith(const String &prefix, unsigned int offset = 0) const;
  bool endsWith(const String &suffix) const;
  bool operator==(const String &other) const { return equals(other); }
  bool operator==(const char *text) const { return equals(text); }
  bool operator!=(const String &other) const { return !equals(other); }
  bool operator!=(const char *text) const { return !equals(text); }
  bool operator<(const String &other) const { return compareTo(other) < 0; }
  bool operator>(const String &other) const { return compareTo(other) > 0; }
  bool operator<=(const String &other) const { return compareTo(other) <= 0; }
  bool operator>=(const String &other) const { return compareTo(other) >= 0; }

  char charAt(unsigned int at) const { return at < len ? buffer[at] : 0; }
  void setCharAt(unsigned int at, char c) {
    if (at < len) buffer[at] = c;
  }
  char operator[](unsigned int at) const { return charAt(at); }
  char &operator[](unsigned int at);
  void getBytes(unsigned char *bytes, unsigned int size, unsigned int from = 0) const;
  void toCharArray(char *text, unsigned int size, unsigned int from = 0) const {
    getBytes(reinterpret_cast<unsigned char *>(text), size, from);
  }

  int indexOf(char c, unsigned int from = 0) const;
  int indexOf(const String &text, unsigned int from = 0) const;
  int lastIndexOf(char c) const { return lastIndexOf(c, len); }
  int lastIndexOf(char c, unsigned int from) const;
  int lastIndexOf(const String &text) const { return lastIndexOf(text, len); }
  int lastIndexOf(const String &text, unsigned int from) const;
  String substring(unsigned int from) const { return substring(from, len); }
  String substring(unsigned int from, unsigned int to) const;

  void replace(char find, char with);
  void replace(const String &find, const String &with);
  void remove(unsigned int at) { remove(at, len); }
  void remove(unsigned int at, unsigned int count);
  void toLowerCase();
  void toUpperCase();
  void trim();

  long toInt() const;
  float toFloat() const { return static_cast<float>(toDouble()); }
  double toDouble() const;

private:
  void assign(const char *text, size_t length);

  char *buffer = nullptr;
  unsigned int len = 0;
  unsigned int capacity = 0;
};

template <class T>
inline String operator+(const String &left, const T &right) {
  String sum(left);
  sum += right;
  return sum;
}
inline String operator+(const String &left, const char *right) {
  String sum(left);
  sum += right;
  return sum;
}
inline String operator+(const char *left, const String &right) { return String(left) + right; }
inline String operator+(const __FlashStringHelper *left, const String &right) { return String(left) + right; }
inline String operator+(char left, const String &right) { return String(left) + right; }

/* What the API calls the sum of two of them. */
typedef String StringSumHelper;
