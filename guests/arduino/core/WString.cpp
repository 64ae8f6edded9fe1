#include "WString.h"

#include "Arduino.h"

String::String(const char *text) {
  if (text != nullptr) assign(text, strlen(text));
}
String::String(const char *text, size_t length) { assign(text, length); }
String::String(const __FlashStringHelper *text) : String(reinterpret_cast<const char *>(text)) {}
String::String(const String &other) { assign(other.c_str(), other.len); }
String::String(String &&other) noexcept : buffer(other.buffer), len(other.len), capacity(other.capacity) {
  other.buffer = nullptr;
  other.len = other.capacity = 0;
}
String::String(char c) { assign(&c, 1); }

/* Room for 32 bits in base 2, a sign and the end. */
String::String(unsigned char n, unsigned char base) : String(static_cast<unsigned long>(n), base) {}
String::String(int n, unsigned char base) : String(static_cast<long>(n), base) {}
String::String(unsigned int n, unsigned char base) : String(static_cast<unsigned long>(n), base) {}
String::String(long n, unsigned char base) {
  char text[34];
  *this = ltoa(n, text, base);
}
String::String(unsigned long n, unsigned char base) {
  char text[34];
  *this = ultoa(n, text, base);
}
String::String(float x, unsigned char digits) : String(static_cast<double>(x), digits) {}
String::String(double x, unsigned char digits) {
  /* 309 digits in front of the point are the most that a double has. */
  char text[320 + 64];
  *this = dtostrf(x, 0, min(digits, static_cast<unsigned char>(60)), text);
}

String::~String() { free(buffer); }

String &String::operator=(const String &other) {
  if (this != &other) assign(other.c_str(), other.len);
  return *this;
}
String &String::operator=(String &&other) noexcept {
  if (this != &other) {
    free(buffer);
    buffer = other.buffer;
    len = other.len;
    capacity = other.capacity;
    other.buffer = nullptr;
    other.len = other.capacity = 0;
  }
  return *this;
}
String &String::operator=(const char *text) {
  if (text == nullptr) {
    free(buffer);
    buffer = nullptr;
    len = capacity = 0;
  } else {
    assign(text, strlen(text));
  }
  return *this;
}

bool String::reserve(unsigned int size) {
  if (buffer != nullptr && capacity >= size) return true;
  if (size == UINT_MAX) return false;
  char *larger = static_cast<char *>(realloc(buffer, size + 1));
  if (larger == nullptr) return false;
  if (buffer == nullptr) larger[0] = 0;
  buffer = larger;
  capacity = size;
  return true;
}

/* `text` may be a part of this String: it is moved, never freed before. */
void String::assign(const char *text, size_t length) {
  bool inside = buffer != nullptr && text >= buffer && text <= buffer + len;
  if (!inside && (length >= UINT_MAX || !reserve(static_cast<unsigned int>(length)))) {
    free(buffer);
    buffer = nullptr;
    len = capacity = 0;
    return;
  }
  memmove(buffer, text, length);
  len = static_cast<unsigned int>(length);
  buffer[len] = 0;
}

bool String::concat(const char *text, unsigned int length) {
  if (length == 0) return true;
  if (length >= UINT_MAX - len) return false;
  bool inside = buffer != nullptr && text >= buffer && text <= buffer + len;
  size_t offset = inside ? static_cast<size_t>(text - buffer) : 0;
  if (capacity < len + length && !reserve(max(len + length, capacity < UINT_MAX / 2 ? capacity * 2 : capacity))) return false;
  if (inside) text = buffer + offset;
  memmove(buffer + len, text, length);
  len += length;
  buffer[len] = 0;
  return true;
}

int String::compareTo(const String &other) const {
  int order = memcmp(c_str(), other.c_str(), min(len, other.len));
  if (order != 0 || len == other.len) return order;
  return len < other.len ? -1 : 1;
}

bool String::equalsIgnoreCase(const String &other) const { return len == other.len && strcasecmp(c_str(), other.c_str()) == 0; }

bool String::startsWith(const String &prefix, unsigned int offset) const {
  return offset <= len && prefix.len <= len - offset && memcmp(c_str() + offset, prefix.c_str(), prefix.len) == 0;
}

bool String::endsWith(const String &suffix) const { return suffix.len <= len && startsWith(suffix, len - suffix.len); }

char &String::operator[](unsigned int at) {
  static char none;
  if (at < len) return buffer[at];
  none = 0;
  return none;
}

void String::getBytes(unsigned char *bytes, unsigned int size, unsigned int from) const {
  if (size == 0 || bytes == nullptr) return;
  unsigned int count = from < len ? min(size - 1, len - from) : 0;
  memcpy(bytes, c_str() + (count == 0 ? 0 : from), count);
  bytes[count] = 0;
}

int String::indexOf(char c, unsigned int from) const {
  if (from >= len) return -1;
  const void *at = memchr(buffer + from, c, len - from);
  return at == nullptr ? -1 : static_cast<int>(static_cast<const char *>(at) - buffer);
}

int String::indexOf(const String &text, unsigned int from) const {
  for (; from <= len && text.len <= len - from; from++) {
    if (memcmp(c_str() + from, text.c_str(), text.len) == 0) return static_cast<int>(from);
  }
  return -1;
}

int String::lastIndexOf(char c, unsigned int from) const {
  for (unsigned int at = min(from, len); at + 1 > 0; at--) {
    if (at < len && buffer[at] == c) return static_cast<int>(at);
    if (at == 0) break;
  }
  return -1;
}

int String::lastIndexOf(const String &text, unsigned int from) const {
  if (text.len == 0 || text.len > len) return -1;
  for (unsigned int at = min(from, len - text.len);; at--) {
    if (memcmp(buffer + at, text.c_str(), text.len) == 0) return static_cast<int>(at);
    if (at == 0) return -1;
  }
}

String String::substring(unsigned int from, unsigned int to) const {
  if (from > to) {
    unsigned int swap = from;
    from = to;
    to = swap;
  }
  if (from >= len) return String();
  return String(buffer + from, min(to, len) - from);
}

void String::replace(char find, char with) {
  for (unsigned int i = 0; i < len; i++) {
    if (buffer[i] == find) buffer[i] = with;
  }
}

void String::replace(const String &find, const String &with) {
  if (find.len == 0) return;
  String result;
  unsigned int from = 0;
  for (int at = indexOf(find); at >= 0; at = indexOf(find, from)) {
    result.concat(buffer + from, static_cast<unsigned int>(at) - from);
    result.concat(with);
    from = static_cast<unsigned int>(at) + find.len;
  }
  if (from == 0) return;
  result.concat(buffer + from, len - from);
  *this = static_cast<String &&>(result);
}

void String::remove(unsigned int at, unsigned int count) {
  if (at >= len) return;
  count = min(count, len - at);
  memmove(buffer + at, buffer + at + count, len - at - count + 1);
  len -= count;
}

void String::toLowerCase() {
  for (unsigned int i = 0; i < len; i++) buffer[i] = static_cast<char>(tolower(buffer[i]));
}

void String::toUpperCase() {
  for (unsigned int i = 0; i < len; i++) buffer[i] = static_cast<char>(toupper(buffer[i]));
}

void String::trim() {
  unsigned int from = 0, to = len;
  while (from < to && isspace(buffer[from])) from++;
  while (to > from && isspace(buffer[to - 1])) to--;
  if (buffer != nullptr) assign(buffer + from, to - from);
}

long String::toInt() const { return strtol(c_str(), nullptr, 10); }
double String::toDouble() const { return strtod(c_str(), nullptr); }
