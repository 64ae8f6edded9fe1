/* Pins. A label is opened when the sketch first says what a pin is for, by whichever kind of handle the policy has for it. */
#include "pins.h"

#include <stdio.h>

#include "Arduino.h"
#include "core.h"
#include "labels.h"

struct Named {
  uint8_t pin;
  const char *label;
};
static const Named named[] = {{NOT_A_PIN, ""}, PIN_LABELS};

const char *core::pin_label(uint8_t pin, char (&room)[8]) {
  for (const Named &name : named) {
    if (name.pin == pin && pin != NOT_A_PIN) return name.label;
  }
  if (pin >= A0) snprintf(room, sizeof room, "A%d", pin - A0);
  else snprintf(room, sizeof room, "D%d", pin);
  return room;
}

static core::Pin pins[NUM_DIGITAL_PINS];

core::Pin *core::pin(uint8_t number) {
  if (number < NUM_DIGITAL_PINS) return &pins[number];
  refused("a pin past the last one, 69, is used");
  return nullptr;
}

bool core::failed(Pin &pin, uint8_t number, int error) {
  char room[8];
  told(error, pin_label(number, room));
  pin.kind = FAILED;
  return false;
}

/* A label is of one kind: what is asked for first is tried first, then the kinds that can do it as well. */
static bool open(core::Pin &pin, uint8_t number, uint8_t mode) {
  if (pin.kind != core::CLOSED) return pin.kind != core::FAILED;
  char room[8];
  const char *label = core::pin_label(number, room);
  int error = HAL_WRONG_KIND;
  auto with = [&](core::Kind kind, int outcome, uint32_t handle) {
    error = outcome;
    if (error == HAL_OK) {
      pin.kind = kind;
      pin.handle = handle;
    }
    return error != HAL_WRONG_KIND;
  };
  hal_output output = {0};
  hal_input input = {0};
  hal_io io = {0};
  hal_pwm pwm = {0};
  bool drives = mode == OUTPUT;
  bool done = drives ? with(core::OUT, hal_output_open(&output, label), output.handle)
                     : with(core::IN, hal_input_open(&input, label), input.handle);
  done = done || with(core::BOTH, hal_io_open(&io, label), io.handle);
  /* An output can be read: as what it was set to. */
  if (!drives) done = done || with(core::OUT, hal_output_open(&output, label), output.handle);
  if (drives) done = done || with(core::PWM, hal_pwm_open(&pwm, label), pwm.handle);
  if (error != HAL_OK) return core::failed(pin, number, error);
  return true;
}

static int drive(core::Pin &pin, bool high) {
  pin.level = high;
  switch (pin.kind) {
    case core::OUT: return hal_output_set(hal_output{pin.handle}, high);
    case core::BOTH: return hal_io_set(hal_io{pin.handle}, high);
    case core::PWM: return hal_pwm_set_duty(hal_pwm{pin.handle}, high ? hal_pwm_max_duty(hal_pwm{pin.handle}) : 0);
    default: return HAL_UNSUPPORTED;
  }
}

void pinMode(uint8_t number, uint8_t mode) {
  core::Pin *pin = core::pin(number);
  if (pin == nullptr) return;
  bool drives = mode == OUTPUT || mode == OUTPUT_OPENDRAIN;
  /* A level that was written before is driven from the first moment. */
  bool first = pin->kind == core::CLOSED;
  if (!open(*pin, number, mode)) return;
  pin->mode = mode;
  int error = HAL_OK;
  if (pin->kind == core::BOTH) error = hal_io_set(hal_io{pin->handle}, drives ? pin->level : true);
  else if (drives && pin->kind == core::IN) error = HAL_UNSUPPORTED;
  else if (drives && first && pin->level) error = drive(*pin, true);
  if (error != HAL_OK) core::failed(*pin, number, error);
}

bool core::pin_set(uint8_t number, bool high) {
  Pin *pin = core::pin(number);
  if (pin == nullptr) return false;
  bool drives = pin->mode == OUTPUT || pin->mode == OUTPUT_OPENDRAIN;
  if (pin->kind == CLOSED || pin->kind == FAILED || !drives) {
    pin->level = high;
    return pin->kind != FAILED;
  }
  int error = drive(*pin, high);
  char room[8];
  return error == HAL_OK || told(error, pin_label(number, room));
}

bool core::pin_level(uint8_t number, bool &high) {
  Pin *pin = core::pin(number);
  high = false;
  if (pin == nullptr || !open(*pin, number, INPUT)) return false;
  int error = HAL_OK;
  switch (pin->kind) {
    case IN: error = hal_input_level(hal_input{pin->handle}, &high); break;
    case BOTH: error = hal_io_level(hal_io{pin->handle}, &high); break;
    case OUT: error = hal_output_commanded(hal_output{pin->handle}, &high); break;
    default: high = pin->level; break;
  }
  char room[8];
  return error == HAL_OK || told(error, pin_label(number, room));
}

void digitalWrite(uint8_t pin, uint8_t level) { core::pin_set(pin, level != LOW); }

int digitalRead(uint8_t number) {
  bool high;
  core::poll();
  core::pin_level(number, high);
  return high ? HIGH : LOW;
}

void shiftOut(uint8_t data, uint8_t clock, uint8_t order, uint8_t value) {
  for (uint8_t i = 0; i < 8; i++) {
    digitalWrite(data, value >> (order == LSBFIRST ? i : 7 - i) & 1);
    digitalWrite(clock, HIGH);
    digitalWrite(clock, LOW);
  }
}

uint8_t shiftIn(uint8_t data, uint8_t clock, uint8_t order) {
  uint8_t value = 0;
  for (uint8_t i = 0; i < 8; i++) {
    digitalWrite(clock, HIGH);
    value |= static_cast<uint8_t>(digitalRead(data) << (order == LSBFIRST ? i : 7 - i));
    digitalWrite(clock, LOW);
  }
  return value;
}

unsigned long pulseIn(uint8_t pin, uint8_t level, unsigned long timeout) {
  uint64_t end = hal_now_ns() + uint64_t{timeout} * 1000;
  bool wanted = level != LOW, high;
  /* A pulse that has begun already is let pass. */
  uint64_t start = 0;
  for (int stage = 0; stage < 3; stage++) {
    do {
      if (hal_now_ns() >= end || !core::pin_level(pin, high)) return 0;
      if ((high == wanted) == (stage == 1)) break;
      hal_delay_ns(1000);
    } while (true);
    if (stage == 1) start = hal_now_ns();
  }
  return static_cast<unsigned long>((hal_now_ns() - start) / 1000);
}

unsigned long pulseInLong(uint8_t pin, uint8_t level, unsigned long timeout) { return pulseIn(pin, level, timeout); }
