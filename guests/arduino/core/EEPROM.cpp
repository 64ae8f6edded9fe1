#include "EEPROM.h"

#include <string.h>

#include "core.h"
#include "labels.h"

EEPROMClass EEPROM;

/* Twice the longest write cycle of the 24C family. AT24C32 data sheet, "AC characteristics": tWR is at most 5 ms. */
enum { WRITE_TRIES = 100, WRITE_PAUSE_US = 100 };

/* Bytes of address in front of data: one for parts of up to 2048 bytes, whose upper bits are in the target's address. */
static const size_t WIDTH = EEPROM_SIZE > 2048 ? 2 : 1;

struct Place {
  hal_i2c_address target;
  uint8_t bytes[2];
};

static Place place(int index) {
  Place p = {EEPROM_ADDRESS, {0, 0}};
  if (WIDTH == 1) {
    p.target = static_cast<hal_i2c_address>(EEPROM_ADDRESS | (index >> 8 & 7));
    p.bytes[0] = static_cast<uint8_t>(index);
  } else {
    p.bytes[0] = static_cast<uint8_t>(index >> 8);
    p.bytes[1] = static_cast<uint8_t>(index);
  }
  return p;
}

bool EEPROMClass::ready() {
  if (open) return true;
  hal_i2c bus;
  if (!core::told(hal_i2c_open(&bus, EEPROM_LABEL), EEPROM_LABEL)) return false;
  handle = bus.handle;
  open = true;
  return true;
}

uint16_t EEPROMClass::length() const { return EEPROM_SIZE - 1 < UINT16_MAX ? EEPROM_SIZE : UINT16_MAX; }

uint8_t EEPROMClass::read(int index) {
  uint8_t value;
  read(index, &value, 1);
  return value;
}

void EEPROMClass::read(int index, uint8_t *into, size_t count) {
  memset(into, 0xff, count);
  if (index < 0 || index >= EEPROM_SIZE || !ready()) return;
  while (count > 0 && index < EEPROM_SIZE) {
    /* A part with one byte of address answers at another address for each 256 bytes. */
    size_t piece = static_cast<size_t>((WIDTH == 1 ? (index | 0xff) + 1 : EEPROM_SIZE) - index);
    if (piece > count) piece = count;
    Place p = place(index);
    if (!core::told(hal_i2c_write_read(hal_i2c{handle}, p.target, p.bytes, WIDTH, into, piece), EEPROM_LABEL)) return;
    into += piece;
    index += static_cast<int>(piece);
    count -= piece;
  }
}

void EEPROMClass::write(int index, const uint8_t *from, size_t count) {
  for (; count > 0 && index >= 0 && index < EEPROM_SIZE && ready(); index++, from++, count--) {
    Place p = place(index);
    uint8_t bytes[3] = {p.bytes[0], p.bytes[1], 0};
    bytes[WIDTH] = *from;
    if (!core::told(hal_i2c_write(hal_i2c{handle}, p.target, bytes, WIDTH + 1), EEPROM_LABEL)) return;
    /* The part answers again when it is done. */
    int error = HAL_OK;
    for (int i = 0; i < WRITE_TRIES; i++) {
      hal_delay_us(WRITE_PAUSE_US);
      error = hal_i2c_write(hal_i2c{handle}, p.target, p.bytes, WIDTH);
      if (error != HAL_I2C_NO_ACK_ADDRESS && error != HAL_I2C_NO_ACK_DATA && error != HAL_I2C_NO_ACK) break;
    }
    if (!core::told(error, EEPROM_LABEL)) return;
  }
}
