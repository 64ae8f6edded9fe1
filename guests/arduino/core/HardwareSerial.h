/* Serial, which is the guest's output, and the serial ports of the policy. */
#pragma once

#include "Stream.h"

#define SERIAL_5N1 0x00
#define SERIAL_6N1 0x02
#define SERIAL_7N1 0x04
#define SERIAL_8N1 0x06
#define SERIAL_8N2 0x0e
#define SERIAL_7E1 0x24
#define SERIAL_8E1 0x26
#define SERIAL_8E2 0x2e
#define SERIAL_7O1 0x34
#define SERIAL_8O1 0x36
#define SERIAL_8O2 0x3e

class HardwareSerial : public Stream {
public:
  constexpr HardwareSerial() = default;
  /* The policy sets rate and frame. */
  virtual void begin(unsigned long baud, uint16_t frame = SERIAL_8N1) = 0;
  virtual void end() = 0;
  virtual operator bool() = 0;
  using Print::write;
};

/* Text for whoever runs the guest. A line feed, a full buffer and any wait send it off. Nothing comes back. */
class Console final : public HardwareSerial {
public:
  constexpr Console() = default;
  void begin(unsigned long, uint16_t = SERIAL_8N1) override {}
  void end() override { flush(); }
  operator bool() override { return true; }
  size_t write(uint8_t c) override;
  size_t write(const uint8_t *bytes, size_t size) override { return Print::write(bytes, size); }
  using Print::write;
  int availableForWrite() override { return static_cast<int>(sizeof text - length); }
  void flush() override;
  int available() override { return 0; }
  int read() override { return -1; }
  int peek() override { return -1; }

private:
  void send(bool all);

  char text[128] = {};
  size_t length = 0;
};

/* A port of the policy, opened by begin(). */
class Port final : public HardwareSerial {
public:
  explicit constexpr Port(const char *label) : label(label) {}
  void begin(unsigned long baud, uint16_t frame = SERIAL_8N1) override;
  void end() override;
  operator bool() override { return open; }
  size_t write(uint8_t c) override { return write(&c, 1); }
  size_t write(const uint8_t *bytes, size_t size) override;
  using Print::write;
  int availableForWrite() override;
  void flush() override;
  int available() override;
  int read() override;
  int peek() override;

private:
  bool fill();

  const char *label;
  uint32_t handle = 0;
  bool open = false;
  uint8_t room[64] = {};
  size_t from = 0, to = 0;
};

extern Console Serial;
extern Port Serial1;
extern Port Serial2;
