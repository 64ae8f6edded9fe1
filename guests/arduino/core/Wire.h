/* The I2C buses of the policy. */
#pragma once

#include "Stream.h"

#define BUFFER_LENGTH 256
#define WIRE_HAS_END 1
#define WIRE_HAS_TIMEOUT 1

/* A target of the bus cannot be a guest: the functions for it do not compile. */
#define NO_TARGET __attribute__((unavailable("a guest controls the bus, and cannot be a target on it")))

class TwoWire : public Stream {
public:
  explicit constexpr TwoWire(const char *label) : label(label) {}
  /* The policy sets pins and frequency. */
  void begin();
  void begin(uint8_t address) NO_TARGET;
  void begin(int address) NO_TARGET;
  void end();
  void setClock(uint32_t) {}
  void setWireTimeout(uint32_t = 25000, bool = false) {}
  bool getWireTimeoutFlag() const { return timed_out; }
  void clearWireTimeoutFlag() { timed_out = false; }

  /* Numbers of any type will do here and below, as sketches have them. */
  template <class Address>
  void beginTransmission(Address address) {
    start(static_cast<uint8_t>(address));
  }
  /* 0 success, 1 more than 256 bytes, 2 no acknowledge of the address, 3 none of data, 4 another error, 5 time-out. Without a STOP
     the bytes wait for the requestFrom() that follows, and its errors are theirs: it returns 0. */
  uint8_t endTransmission(bool stop = true);
  /* Returns how many bytes came, at most 256. */
  template <class Address, class Count>
  size_t requestFrom(Address address, Count count, bool = true) {
    return receive(static_cast<uint8_t>(address), static_cast<size_t>(count));
  }
  /* Writes `size` bytes of an address in the target, its highest first, and reads after a repeated START. */
  size_t requestFrom(uint8_t address, size_t count, uint32_t internal, uint8_t size, bool stop);

  size_t write(uint8_t c) override;
  size_t write(const uint8_t *bytes, size_t size) override { return Print::write(bytes, size); }
  size_t write(int c) { return write(static_cast<uint8_t>(c)); }
  size_t write(unsigned int c) { return write(static_cast<uint8_t>(c)); }
  size_t write(long c) { return write(static_cast<uint8_t>(c)); }
  size_t write(unsigned long c) { return write(static_cast<uint8_t>(c)); }
  using Print::write;
  int availableForWrite() override { return static_cast<int>(sizeof tx - length); }
  int available() override { return static_cast<int>(received - at); }
  int read() override { return at < received ? rx[at++] : -1; }
  int peek() override { return at < received ? rx[at] : -1; }
  void flush() override {}

  void onReceive(void (*handler)(int)) NO_TARGET;
  void onRequest(void (*handler)(void)) NO_TARGET;

private:
  bool ready();
  void start(uint8_t address);
  size_t receive(uint8_t address, size_t count);
  uint8_t send();
  uint8_t code(int error);

  const char *label;
  uint32_t handle = 0;
  bool open = false;
  bool timed_out = false;
  /* Written without a STOP, and not on the wires yet. */
  bool held = false;
  bool overflowed = false;
  uint8_t target = 0;
  size_t length = 0, received = 0, at = 0;
  uint8_t tx[BUFFER_LENGTH] = {};
  uint8_t rx[BUFFER_LENGTH] = {};
};

#undef NO_TARGET

extern TwoWire Wire;
extern TwoWire Wire1;
