#include "OldFlash.h"
#include "utility/commands.h"

OldFlash::OldFlash(int csPin) : _cs(csPin) {}

void OldFlash::begin() {
  pinMode(_cs, OUTPUT);
  digitalWrite(_cs, HIGH);
  SPI.begin();
  SPI.setBitOrder(MSBFIRST);
  SPI.setDataMode(SPI_MODE0);
  SPI.setClockDivider(SPI_CLOCK_DIV4);
}

unsigned long OldFlash::id() {
  digitalWrite(_cs, LOW);
  SPI.transfer(OLD_FLASH_READ_ID);
  unsigned long id = SPI.transfer(0);
  id = (id << 16) | SPI.transfer16(0);
  digitalWrite(_cs, HIGH);
  return id;
}

void OldFlash::command(byte c, long address) {
  SPI.transfer(c);
  SPI.transfer((address >> 16) & 0xFF);
  SPI.transfer((address >> 8) & 0xFF);
  SPI.transfer(address & 0xFF);
}

byte OldFlash::read(long address) {
  digitalWrite(_cs, LOW);
  command(FLASH_READ, address);
  byte b = SPI.transfer(0);
  digitalWrite(_cs, HIGH);
  return b;
}

void OldFlash::waitReady() {
  digitalWrite(_cs, LOW);
  SPI.transfer(FLASH_STATUS);
  while (SPI.transfer(0) & 1) delayMicroseconds(100);
  digitalWrite(_cs, HIGH);
}

void OldFlash::write(long address, const byte *data, int length) {
  digitalWrite(_cs, LOW);
  SPI.transfer(FLASH_WRITE_ENABLE);
  digitalWrite(_cs, HIGH);
  digitalWrite(_cs, LOW);
  command(FLASH_PROGRAM, address);
  SPI.transfer((void *)0 == data ? 0 : data[0]);
  SPI.transfer(data + 1, nullptr, length - 1);
  digitalWrite(_cs, HIGH);
  waitReady();
}

void OldFlash::erase(long address) {
  digitalWrite(_cs, LOW);
  SPI.transfer(FLASH_WRITE_ENABLE);
  digitalWrite(_cs, HIGH);
  digitalWrite(_cs, LOW);
  command(FLASH_ERASE, address);
  digitalWrite(_cs, HIGH);
  waitReady();
}
