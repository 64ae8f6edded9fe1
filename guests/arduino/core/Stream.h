/* Print that can also be read from. */
#pragma once

#include "Print.h"

enum LookaheadMode { SKIP_ALL, SKIP_NONE, SKIP_WHITESPACE };

class Stream : public Print {
public:
  constexpr Stream() = default;
  virtual int available() = 0;
  /* The next byte, or -1 if there is none. */
  virtual int read() = 0;
  virtual int peek() = 0;

  /* How long the functions below wait for each byte: 1000 ms at first. */
  void setTimeout(unsigned long ms) { timeout = ms; }
  unsigned long getTimeout() const { return timeout; }

  bool find(const char *target) { return findUntil(target, nullptr); }
  bool find(const uint8_t *target) { return find(reinterpret_cast<const char *>(target)); }
  bool find(const char *target, size_t length);
  bool find(char target) { return find(&target, 1); }
  bool findUntil(const char *target, const char *terminator);

  long parseInt(LookaheadMode lookahead = SKIP_ALL, char ignore = 0);
  float parseFloat(LookaheadMode lookahead = SKIP_ALL, char ignore = 0);

  size_t readBytes(char *buffer, size_t length);
  size_t readBytes(uint8_t *buffer, size_t length) { return readBytes(reinterpret_cast<char *>(buffer), length); }
  size_t readBytesUntil(char terminator, char *buffer, size_t length);
  size_t readBytesUntil(char terminator, uint8_t *buffer, size_t length) {
    return readBytesUntil(terminator, reinterpret_cast<char *>(buffer), length);
  }
  String readString();
  String readStringUntil(char terminator);

protected:
  /* The next byte, waited for as long as the time-out says, or -1. */
  int timedRead();
  int timedPeek();

private:
  int firstDigit(LookaheadMode lookahead, bool decimal);
  unsigned long timeout = 1000;
};
