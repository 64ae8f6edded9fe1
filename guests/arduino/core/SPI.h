/* The SPI buses of the policy, without their select lines: those are pins of the sketch. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SPI_HAS_TRANSACTION 1
#define SPI_HAS_NOTUSINGINTERRUPT 1

#define SPI_MODE0 0x00
#define SPI_MODE1 0x01
#define SPI_MODE2 0x02
#define SPI_MODE3 0x03

#define SPI_CLOCK_DIV2 2
#define SPI_CLOCK_DIV4 4
#define SPI_CLOCK_DIV8 8
#define SPI_CLOCK_DIV16 16
#define SPI_CLOCK_DIV32 32
#define SPI_CLOCK_DIV64 64
#define SPI_CLOCK_DIV128 128

typedef uint8_t SPIMode;

/* Of these only the order of bits is the sketch's: the policy sets frequency and mode. */
class SPISettings {
public:
  constexpr SPISettings(uint32_t clock = 4000000, uint8_t order = 1, uint8_t mode = SPI_MODE0)
      : clock(clock), order(order), mode(mode) {}
  uint32_t getClockFreq() const { return clock; }
  uint8_t getBitOrder() const { return order; }
  uint8_t getDataMode() const { return mode; }
  bool operator==(const SPISettings &other) const { return clock == other.clock && order == other.order && mode == other.mode; }
  bool operator!=(const SPISettings &other) const { return !(*this == other); }

private:
  uint32_t clock;
  uint8_t order;
  uint8_t mode;
};

class SPIClass {
public:
  explicit constexpr SPIClass(const char *label) : label(label) {}
  void begin();
  void end();
  void beginTransaction(SPISettings settings) { order = settings.getBitOrder(); }
  void endTransaction() {}

  uint8_t transfer(uint8_t value);
  uint16_t transfer16(uint16_t value);
  /* Sends `size` bytes, and puts what comes in in their place. */
  void transfer(void *bytes, size_t size) { transfer(bytes, bytes, size); }
  /* Either may be a null pointer: zeros are sent, and what comes in is dropped. */
  void transfer(const void *out, void *in, size_t size);

  void setBitOrder(uint8_t bits) { order = bits; }
  void setDataMode(uint8_t) {}
  void setClockDivider(uint8_t) {}
  void usingInterrupt(int) {}
  void notUsingInterrupt(int) {}
  void attachInterrupt() {}
  void detachInterrupt() {}

private:
  bool ready();

  const char *label;
  uint32_t handle = 0;
  bool open = false;
  uint8_t order = 1;
};

extern SPIClass SPI;
extern SPIClass SPI1;
