#include "Wire.h"

#include "core.h"
#include "labels.h"

TwoWire Wire(WIRE_LABEL);
TwoWire Wire1(WIRE1_LABEL);

/* The result of endTransmission() that an error is. */
enum : uint8_t { SUCCESS, TOO_MUCH, NO_ADDRESS, NO_DATA, OTHER, TIME_OUT };

bool TwoWire::ready() {
  if (open) return true;
  hal_i2c bus;
  if (!core::told(hal_i2c_open(&bus, label), label)) return false;
  handle = bus.handle;
  open = true;
  return true;
}

void TwoWire::begin() { ready(); }

void TwoWire::end() {
  if (held) send();
  if (open) hal_i2c_close(hal_i2c{handle});
  open = false;
}

/* A target that is not there is a sketch's everyday business. What the policy refuses is worth a line in the log. */
uint8_t TwoWire::code(int error) {
  switch (error) {
    case HAL_OK: return SUCCESS;
    case HAL_I2C_NO_ACK_ADDRESS:
    case HAL_I2C_NO_ACK: return NO_ADDRESS;
    case HAL_I2C_NO_ACK_DATA: return NO_DATA;
    case HAL_TIMED_OUT:
    case HAL_BUSY: timed_out = true; return TIME_OUT;
    case HAL_I2C_BUS:
    case HAL_I2C_ARBITRATION_LOSS: return OTHER;
    default: core::told(error, label); return OTHER;
  }
}

/* Puts what was written on the wires. */
uint8_t TwoWire::send() {
  held = false;
  size_t count = length;
  length = 0;
  if (!ready()) return OTHER;
  return code(hal_i2c_write(hal_i2c{handle}, target, tx, count));
}

void TwoWire::start(uint8_t address) {
  /* Bytes without a STOP that no read followed: they end with one after all. */
  if (held) send();
  target = address;
  length = 0;
  overflowed = false;
}

size_t TwoWire::write(uint8_t c) {
  if (length == sizeof tx) {
    overflowed = true;
    setWriteError();
    return 0;
  }
  tx[length++] = c;
  return 1;
}

uint8_t TwoWire::endTransmission(bool stop) {
  if (overflowed) {
    length = 0;
    overflowed = false;
    return TOO_MUCH;
  }
  if (!stop && length > 0) {
    held = true;
    return SUCCESS;
  }
  return send();
}

size_t TwoWire::receive(uint8_t address, size_t count) {
  at = received = 0;
  if (count > sizeof rx) count = sizeof rx;
  if (held && address != target) send();
  if (!ready()) return 0;
  int error = HAL_OK;
  if (held) {
    held = false;
    size_t written = length;
    length = 0;
    /* Without anything to read, a write. */
    error = count > 0 ? hal_i2c_write_read(hal_i2c{handle}, address, tx, written, rx, count)
                      : hal_i2c_write(hal_i2c{handle}, address, tx, written);
  } else if (count > 0) {
    error = hal_i2c_read(hal_i2c{handle}, address, rx, count);
  }
  if (code(error) == SUCCESS) received = count;
  return received;
}

size_t TwoWire::requestFrom(uint8_t address, size_t count, uint32_t internal, uint8_t size, bool) {
  start(address);
  for (uint8_t i = size < 4 ? size : 4; i > 0; i--) write(static_cast<uint8_t>(internal >> 8 * (i - 1)));
  endTransmission(false);
  return receive(address, count);
}
