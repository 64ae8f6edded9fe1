#include "Stream.h"

#include "Arduino.h"

int Stream::timedRead() {
  int c = timedPeek();
  if (c >= 0) read();
  return c;
}

int Stream::timedPeek() {
  unsigned long start = millis();
  for (;;) {
    int c = peek();
    if (c >= 0 || millis() - start >= timeout) return c;
    delay(1);
  }
}

/* Looks for one of two texts: 1 for the first, 2 for the second, 0 when the bytes end. */
static int search(Stream &in, int (*next)(Stream &), const char *target, size_t length, const char *end, size_t end_length) {
  if (length == 0) return 1;
  size_t at = 0, end_at = 0;
  for (;;) {
    int c = next(in);
    if (c < 0) return 0;
    /* After a mismatch the text may begin anew within what has matched. */
    auto step = [c](const char *text, size_t &matched) {
      while (matched > 0 && text[matched] != static_cast<char>(c)) {
        size_t shorter = matched - 1;
        while (shorter > 0 && memcmp(text, text + matched - shorter, shorter) != 0) shorter--;
        matched = shorter;
      }
      if (text[matched] == static_cast<char>(c)) matched++;
    };
    step(target, at);
    if (at == length) return 1;
    if (end_length > 0) {
      step(end, end_at);
      if (end_at == end_length) return 2;
    }
  }
}

/* timedRead() is no one else's: a type of our own reaches it. */
struct Reader : Stream {
  static int next(Stream &in) { return static_cast<Reader &>(in).timedRead(); }
};

bool Stream::find(const char *target, size_t length) { return search(*this, Reader::next, target, length, nullptr, 0) == 1; }

bool Stream::findUntil(const char *target, const char *terminator) {
  size_t end = terminator == nullptr ? 0 : strlen(terminator);
  return search(*this, Reader::next, target, strlen(target), terminator, end) == 1;
}

/* Skips what the mode allows, and returns the byte at which a number begins, or a negative number. */
int Stream::firstDigit(LookaheadMode lookahead, bool decimal) {
  for (;;) {
    int c = timedPeek();
    if (c < 0 || c == '-' || isDigit(c) || (decimal && c == '.')) return c;
    if (lookahead == SKIP_NONE) return -1;
    if (lookahead == SKIP_WHITESPACE && !isSpace(c)) return -1;
    read();
  }
}

long Stream::parseInt(LookaheadMode lookahead, char ignore) {
  int c = firstDigit(lookahead, false);
  if (c < 0) return 0;
  bool negative = false;
  unsigned long value = 0;
  do {
    if (c == '-') negative = true;
    else if (isDigit(c)) value = value * 10 + static_cast<unsigned long>(c - '0');
    read();
    c = timedPeek();
  } while (isDigit(c) || (ignore != 0 && c == ignore));
  return static_cast<long>(negative ? 0ul - value : value);
}

float Stream::parseFloat(LookaheadMode lookahead, char ignore) {
  int c = firstDigit(lookahead, true);
  if (c < 0) return 0;
  bool negative = false, fraction = false;
  double value = 0, place = 1;
  do {
    if (c == '-') {
      negative = true;
    } else if (c == '.') {
      fraction = true;
    } else if (isDigit(c)) {
      value = value * 10 + (c - '0');
      if (fraction) place *= 10;
    }
    read();
    c = timedPeek();
  } while (isDigit(c) || (c == '.' && !fraction) || (ignore != 0 && c == ignore));
  value /= place;
  return static_cast<float>(negative ? -value : value);
}

size_t Stream::readBytes(char *buffer, size_t length) {
  size_t count = 0;
  while (count < length) {
    int c = timedRead();
    if (c < 0) break;
    buffer[count++] = static_cast<char>(c);
  }
  return count;
}

size_t Stream::readBytesUntil(char terminator, char *buffer, size_t length) {
  size_t count = 0;
  while (count < length) {
    int c = timedRead();
    if (c < 0 || static_cast<char>(c) == terminator) break;
    buffer[count++] = static_cast<char>(c);
  }
  return count;
}

String Stream::readString() {
  String text;
  for (int c = timedRead(); c >= 0; c = timedRead()) text += static_cast<char>(c);
  return text;
}

String Stream::readStringUntil(char terminator) {
  String text;
  for (int c = timedRead(); c >= 0 && static_cast<char>(c) != terminator; c = timedRead()) text += static_cast<char>(c);
  return text;
}
