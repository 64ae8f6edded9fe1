/* tone(): a square wave whose edges come while the sketch waits, at the times they are due. */
#include "Arduino.h"
#include "core.h"
#include "pins.h"

/* One pin at a time, as on a board. */
static struct {
  uint8_t pin = NOT_A_PIN;
  bool high = false;
  uint64_t half_ns = 0, next = 0, end = 0;
} wave;

static void stop() {
  core::tone_edges = nullptr;
  core::tone_next = nullptr;
  digitalWrite(wave.pin, LOW);
  wave.pin = NOT_A_PIN;
}

static void edges() {
  uint64_t now = hal_now_ns();
  while (wave.next <= now && wave.next < wave.end) {
    wave.high = !wave.high;
    core::pin_set(wave.pin, wave.high);
    wave.next += wave.half_ns;
    /* Edges that nobody waited for are not caught up with. */
    if (wave.next + wave.half_ns < now) wave.next = now + wave.half_ns;
  }
  if (now >= wave.end) stop();
}

static uint64_t next() {
  uint64_t now = hal_now_ns(), due = min(wave.next, wave.end);
  return due > now ? due - now : 1;
}

void tone(uint8_t number, unsigned int frequency, unsigned long ms) {
  core::Pin *pin = core::pin(number);
  if (pin == nullptr || frequency == 0) return;
  if (wave.pin != NOT_A_PIN && wave.pin != number) stop();
  if (pin->kind == core::CLOSED || pin->mode != OUTPUT) pinMode(number, OUTPUT);
  if (pin->kind == core::PWM) {
    core::refused("tone() on a PWM output: its frequency is the policy's; give the pin a label under [gpio]");
    return;
  }
  uint64_t now = hal_now_ns();
  wave.pin = number;
  wave.half_ns = 500000000ull / frequency;
  wave.next = now;
  wave.end = ms == 0 ? UINT64_MAX : now + uint64_t{ms} * 1000000;
  wave.high = false;
  core::tone_edges = edges;
  core::tone_next = next;
  core::poll();
}

void noTone(uint8_t pin) {
  if (pin == wave.pin) stop();
}
