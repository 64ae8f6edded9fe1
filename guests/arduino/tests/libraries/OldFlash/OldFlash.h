// A flash memory, in the style of libraries from before 2015: no properties, files beside each other and in `utility`.
#ifndef OldFlash_h
#define OldFlash_h

#if ARDUINO >= 100
#include "Arduino.h"
#else
#include "WProgram.h"
#endif
#include <SPI.h>

#define OLD_FLASH_READ_ID 0x9F

class OldFlash {
public:
  OldFlash(int csPin);
  void begin();
  unsigned long id();
  byte read(long address);
  void write(long address, const byte *data, int length);
  void erase(long address);

private:
  void command(byte c, long address);
  void waitReady();
  int _cs;
};

#endif
