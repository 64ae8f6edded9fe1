#ifndef BUS_DEVICE_H
#define BUS_DEVICE_H

#include <Arduino.h>
#include <SPI.h>
#include <Wire.h>

// A part on one of two buses, whichever it was begun with.
class BusDevice {
public:
  BusDevice(uint8_t address, TwoWire *wire = &Wire) : address(address), wire(wire) {}
  BusDevice(int8_t select, SPIClass *spi) : select(select), spi(spi), settings(1000000, MSBFIRST, SPI_MODE0) {}

  bool begin();
  bool write(const uint8_t *buffer, size_t length, bool stop = true);
  bool read(uint8_t *buffer, size_t length);
  bool writeThenRead(const uint8_t *out, size_t outLength, uint8_t *in, size_t inLength);
  bool isSPI() const { return spi != nullptr; }

private:
  uint8_t address = 0;
  int8_t select = -1;
  TwoWire *wire = nullptr;
  SPIClass *spi = nullptr;
  SPISettings settings;
};

#endif
