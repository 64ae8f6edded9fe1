#pragma once

#include <BusDevice.h>

class ClimateSensor {
public:
  ClimateSensor() = default;
  ~ClimateSensor() { delete device; }
  bool begin(uint8_t address = 0x77, TwoWire *wire = &Wire);
  bool begin(int8_t select, SPIClass *spi);
  // Measures continuously, as soon as it returns.
  void startContinuous();
  // Measures once, and waits for it.
  bool takeForcedMeasurement();
  float readTemperature();
  float readHumidity();
  float readPressure();

private:
  bool init();
  uint8_t read8(uint8_t reg);
  void write8(uint8_t reg, uint8_t value);
  void readRegisters(uint8_t reg, uint8_t *into, size_t length);

  BusDevice *device = nullptr;
  int32_t fine = 0;
  uint16_t t1, p1;
  int16_t t2, t3, p2, p3, p4, p5, p6, p7, p8, p9, h2, h4, h5;
  uint8_t h1, h3;
  int8_t h6;
};
