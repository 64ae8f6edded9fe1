#include "HardwareSerial.h"
#include "core.h"
#include "labels.h"

Port Serial1(SERIAL1_LABEL);
Port Serial2(SERIAL2_LABEL);

void Port::begin(unsigned long, uint16_t) {
  if (open) return;
  hal_uart port;
  if (!core::told(hal_uart_open(&port, label), label)) return;
  handle = port.handle;
  open = true;
}

void Port::end() {
  if (!open) return;
  flush();
  hal_uart_close(hal_uart{handle});
  open = false;
  from = to = 0;
}

size_t Port::write(const uint8_t *bytes, size_t size) {
  size_t sent = 0;
  while (open && sent < size) {
    size_t count = 0;
    if (!core::told(hal_uart_write(hal_uart{handle}, bytes + sent, size - sent, &count), label) || count == 0) {
      setWriteError();
      break;
    }
    sent += count;
  }
  return sent;
}

int Port::availableForWrite() {
  bool ready = false;
  return open && hal_uart_write_ready(hal_uart{handle}, &ready) == HAL_OK && ready ? static_cast<int>(sizeof room) : 0;
}

void Port::flush() {
  if (open) core::told(hal_uart_flush(hal_uart{handle}), label);
}

/* Takes what has come in, without waiting; false if there is nothing. */
bool Port::fill() {
  if (from < to) return true;
  bool ready = false;
  if (!open || hal_uart_read_ready(hal_uart{handle}, &ready) != HAL_OK || !ready) return false;
  from = to = 0;
  return core::told(hal_uart_read(hal_uart{handle}, room, sizeof room, &to), label) && to > 0;
}

int Port::available() {
  core::look();
  return fill() ? static_cast<int>(to - from) : 0;
}
int Port::read() { return fill() ? room[from++] : -1; }
int Port::peek() { return fill() ? room[from] : -1; }
