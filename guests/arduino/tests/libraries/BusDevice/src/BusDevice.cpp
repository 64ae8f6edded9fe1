#include "BusDevice.h"

bool BusDevice::begin() {
  if (spi) {
    spi->begin();
    pinMode(select, OUTPUT);
    digitalWrite(select, HIGH);
    return true;
  }
  wire->begin();
  wire->beginTransmission(address);
  return wire->endTransmission() == 0;
}

bool BusDevice::write(const uint8_t *buffer, size_t length, bool stop) {
  if (spi) return writeThenRead(buffer, length, nullptr, 0);
  wire->beginTransmission(address);
  if (wire->write(buffer, length) != length) return false;
  return wire->endTransmission(stop) == 0;
}

bool BusDevice::read(uint8_t *buffer, size_t length) {
  if (wire->requestFrom(address, (uint8_t)length, (uint8_t)true) != length) return false;
  for (size_t i = 0; i < length; i++) buffer[i] = wire->read();
  return true;
}

bool BusDevice::writeThenRead(const uint8_t *out, size_t outLength, uint8_t *in, size_t inLength) {
  if (!spi) return write(out, outLength, false) && read(in, inLength);
  spi->beginTransaction(settings);
  digitalWrite(select, LOW);
  for (size_t i = 0; i < outLength; i++) spi->transfer(out[i]);
  for (size_t i = 0; i < inLength; i++) in[i] = spi->transfer(0xFF);
  digitalWrite(select, HIGH);
  spi->endTransaction();
  return true;
}
