// Bosch BST-BME280-DS002, sections 4.2.2 and 5.4.
#include "ClimateSensor.h"

bool ClimateSensor::begin(uint8_t address, TwoWire *wire) {
  delete device;
  device = new BusDevice(address, wire);
  return device->begin() && init();
}

bool ClimateSensor::begin(int8_t select, SPIClass *spi) {
  delete device;
  device = new BusDevice(select, spi);
  return device->begin() && init();
}

bool ClimateSensor::init() {
  if (read8(0xD0) != 0x60) return false;
  write8(0xE0, 0xB6);
  delay(10);
  while (read8(0xF3) & 1) delay(10);
  uint8_t a[26], b[7];
  readRegisters(0x88, a, sizeof a);
  readRegisters(0xE1, b, sizeof b);
  t1 = word(a[1], a[0]); t2 = word(a[3], a[2]); t3 = word(a[5], a[4]);
  p1 = word(a[7], a[6]); p2 = word(a[9], a[8]); p3 = word(a[11], a[10]); p4 = word(a[13], a[12]); p5 = word(a[15], a[14]);
  p6 = word(a[17], a[16]); p7 = word(a[19], a[18]); p8 = word(a[21], a[20]); p9 = word(a[23], a[22]);
  h1 = a[25]; h2 = word(b[1], b[0]); h3 = b[2];
  h4 = ((int8_t)b[3] * 16) | (b[4] & 0x0F); h5 = ((int8_t)b[5] * 16) | (b[4] >> 4); h6 = b[6];
  return true;
}

void ClimateSensor::startContinuous() {
  write8(0xF2, 0x01);
  write8(0xF4, 0x27);
}

bool ClimateSensor::takeForcedMeasurement() {
  write8(0xF2, 0x05);
  write8(0xF4, 0xB5);
  uint32_t start = millis();
  while (read8(0xF3) & 0x08) {
    if (millis() - start > 2000) return false;
    delay(1);
  }
  return true;
}

float ClimateSensor::readTemperature() {
  uint8_t b[3];
  readRegisters(0xFA, b, sizeof b);
  int32_t raw = ((uint32_t)b[0] << 12) | ((uint32_t)b[1] << 4) | (b[2] >> 4);
  int32_t var1 = ((raw / 8) - ((int32_t)t1 * 2)) * (int32_t)t2 / 2048;
  int32_t var2 = (raw / 16) - (int32_t)t1;
  var2 = (((var2 * var2) / 4096) * (int32_t)t3) / 16384;
  fine = var1 + var2;
  return (float)((fine * 5 + 128) / 256) / 100;
}

float ClimateSensor::readPressure() {
  readTemperature();
  uint8_t b[3];
  readRegisters(0xF7, b, sizeof b);
  int32_t raw = ((uint32_t)b[0] << 12) | ((uint32_t)b[1] << 4) | (b[2] >> 4);
  int64_t var1 = (int64_t)fine - 128000;
  int64_t var2 = var1 * var1 * (int64_t)p6;
  var2 += (var1 * (int64_t)p5) * 131072;
  var2 += (int64_t)p4 * 34359738368;
  var1 = (var1 * var1 * (int64_t)p3) / 256 + var1 * (int64_t)p2 * 4096;
  var1 = ((int64_t)140737488355328 + var1) * (int64_t)p1 / 8589934592;
  if (var1 == 0) return 0;
  int64_t p = 1048576 - raw;
  p = (((p * 2147483648) - var2) * 3125) / var1;
  var1 = ((int64_t)p9 * (p / 8192) * (p / 8192)) / 33554432;
  var2 = ((int64_t)p8 * p) / 524288;
  return (float)((p + var1 + var2) / 256 + (int64_t)p7 * 16) / 256;
}

float ClimateSensor::readHumidity() {
  readTemperature();
  uint8_t b[2];
  readRegisters(0xFD, b, sizeof b);
  double h = fine - 76800.0;
  h = (word(b[0], b[1]) - (h4 * 64.0 + h5 / 16384.0 * h)) *
      (h2 / 65536.0 * (1.0 + h6 / 67108864.0 * h * (1.0 + h3 / 67108864.0 * h)));
  h *= 1.0 - h1 * h / 524288.0;
  return constrain(h, 0.0, 100.0);
}

uint8_t ClimateSensor::read8(uint8_t reg) {
  uint8_t value = 0;
  readRegisters(reg, &value, 1);
  return value;
}

void ClimateSensor::readRegisters(uint8_t reg, uint8_t *into, size_t length) {
  if (device->isSPI()) reg |= 0x80;
  device->writeThenRead(&reg, 1, into, length);
}

void ClimateSensor::write8(uint8_t reg, uint8_t value) {
  uint8_t buffer[] = {(uint8_t)(device->isSPI() ? reg & ~0x80 : reg), value};
  device->write(buffer, sizeof buffer);
}
