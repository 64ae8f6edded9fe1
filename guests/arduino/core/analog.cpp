/* Analogue inputs, and PWM outputs, which Arduino calls analogue. */
#include "Arduino.h"
#include "core.h"
#include "pins.h"

/* An input has a handle of its own: a pin's label stands for one of both kinds. */
struct Input {
  bool tried;
  bool open;
  uint8_t bits;
  uint32_t handle;
};
static Input inputs[NUM_DIGITAL_PINS];
static int read_bits = 10, write_bits = 8;

void analogReference(uint8_t) {}
void analogReadResolution(int bits) { read_bits = constrain(bits, 1, 16); }
void analogWriteResolution(int bits) { write_bits = constrain(bits, 1, 16); }

int analogRead(uint8_t pin) {
  /* Input 0 may be called A0 or 0. */
  if (pin < NUM_ANALOG_INPUTS) pin = static_cast<uint8_t>(pin + A0);
  if (core::pin(pin) == nullptr) return 0;
  Input &input = inputs[pin];
  char room[8];
  const char *label = core::pin_label(pin, room);
  if (!input.tried) {
    input.tried = true;
    hal_adc adc;
    input.open = core::told(hal_adc_open(&adc, label), label);
    if (input.open) {
      input.handle = adc.handle;
      input.bits = hal_adc_resolution_bits(adc);
    }
  }
  int32_t raw;
  if (!input.open || !core::told(hal_adc_read_raw(hal_adc{input.handle}, &raw), label) || raw < 0) return 0;
  int spare = input.bits - read_bits;
  return static_cast<int>(spare >= 0 ? raw >> spare : raw << -spare);
}

void analogWrite(uint8_t number, int value) {
  core::Pin *pin = core::pin(number);
  if (pin == nullptr) return;
  char room[8];
  int full = (1 << write_bits) - 1;
  value = constrain(value, 0, full);
  if (pin->kind == core::CLOSED) {
    hal_pwm pwm;
    int error = hal_pwm_open(&pwm, core::pin_label(number, room));
    if (error == HAL_OK) {
      pin->kind = core::PWM;
      pin->handle = pwm.handle;
      pin->mode = OUTPUT;
    } else if (error == HAL_WRONG_KIND) {
      pinMode(number, OUTPUT);
    } else {
      core::failed(*pin, number, error);
    }
  }
  if (pin->kind != core::PWM) {
    /* As on a board: a pin without PWM is switched at the half. */
    if (pin->kind != core::FAILED) digitalWrite(number, value > full / 2);
    return;
  }
  hal_pwm pwm = {pin->handle};
  uint32_t duty = (static_cast<uint32_t>(value) * hal_pwm_max_duty(pwm) + static_cast<uint32_t>(full) / 2) / static_cast<uint32_t>(full);
  core::told(hal_pwm_set_duty(pwm, static_cast<uint16_t>(duty)), core::pin_label(number, room));
}
