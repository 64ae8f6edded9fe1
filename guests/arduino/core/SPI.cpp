#include "SPI.h"

#include <string.h>

#include "Arduino.h"
#include "core.h"
#include "labels.h"

SPIClass SPI(SPI_LABEL);
SPIClass SPI1(SPI1_LABEL);

bool SPIClass::ready() {
  if (open) return true;
  hal_spi_bus bus;
  if (!core::told(hal_spi_bus_open(&bus, label), label)) return false;
  handle = bus.handle;
  open = true;
  return true;
}

void SPIClass::begin() { ready(); }

void SPIClass::end() {
  if (open) hal_spi_bus_close(hal_spi_bus{handle});
  open = false;
}

static uint8_t reversed(uint8_t b) {
  b = static_cast<uint8_t>((b & 0xf0) >> 4 | (b & 0x0f) << 4);
  b = static_cast<uint8_t>((b & 0xcc) >> 2 | (b & 0x33) << 2);
  return static_cast<uint8_t>((b & 0xaa) >> 1 | (b & 0x55) << 1);
}

void SPIClass::transfer(const void *out, void *in, size_t size) {
  if (!ready()) {
    /* What an input that nothing drives reads. */
    if (in != nullptr) memset(in, 0xff, size);
    return;
  }
  hal_spi_bus bus = {handle};
  const uint8_t *from = static_cast<const uint8_t *>(out);
  uint8_t *into = static_cast<uint8_t *>(in);
  /* The wires have the highest bit first: the other order is made in pieces of a buffer. */
  uint8_t piece[64];
  while (size > 0) {
    size_t count = order == MSBFIRST ? size : min(size, sizeof piece);
    const uint8_t *sent = from;
    if (order != MSBFIRST && from != nullptr) {
      for (size_t i = 0; i < count; i++) piece[i] = reversed(from[i]);
      sent = piece;
    }
    int error;
    if (into == nullptr) {
      error = sent == nullptr ? hal_spi_bus_read(bus, piece, count = min(count, sizeof piece)) : hal_spi_bus_write(bus, sent, count);
    } else {
      error = sent == nullptr ? hal_spi_bus_read(bus, into, count) : hal_spi_bus_transfer(bus, sent, count, into, count);
    }
    if (!core::told(error, label)) {
      if (into != nullptr) memset(into, 0xff, size);
      return;
    }
    if (into != nullptr && order != MSBFIRST) {
      for (size_t i = 0; i < count; i++) into[i] = reversed(into[i]);
    }
    if (from != nullptr) from += count;
    if (into != nullptr) into += count;
    size -= count;
  }
}

uint8_t SPIClass::transfer(uint8_t value) {
  transfer(&value, 1);
  return value;
}

uint16_t SPIClass::transfer16(uint16_t value) {
  uint8_t bytes[2] = {highByte(value), lowByte(value)};
  bool reversed = order != MSBFIRST;
  if (reversed) bytes[0] = lowByte(value), bytes[1] = highByte(value);
  transfer(bytes, sizeof bytes);
  return reversed ? makeWord(bytes[1], bytes[0]) : makeWord(bytes[0], bytes[1]);
}
