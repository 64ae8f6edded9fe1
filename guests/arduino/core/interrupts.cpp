/* attachInterrupt(): the pins are looked at whenever the sketch waits, asks for the time or ends its loop(). */
#include "Arduino.h"
#include "core.h"

static const uint8_t MAX_INTERRUPTS = 16;

struct Interrupt {
  voidFuncPtr handler;
  uint8_t pin;
  uint8_t mode;
  bool high;
};
static Interrupt attached[MAX_INTERRUPTS];
static bool enabled = true, running = false;

static void edges() {
  /* A handler that waits is not interrupted by another. */
  if (!enabled || running) return;
  running = true;
  for (Interrupt &interrupt : attached) {
    bool high;
    if (interrupt.handler == nullptr || !core::pin_level(interrupt.pin, high)) continue;
    bool rose = high && !interrupt.high, fell = !high && interrupt.high;
    interrupt.high = high;
    switch (interrupt.mode) {
      case CHANGE: if (rose || fell) interrupt.handler(); break;
      case RISING: if (rose) interrupt.handler(); break;
      case FALLING: if (fell) interrupt.handler(); break;
      default: if (!high) interrupt.handler(); break;
    }
  }
  running = false;
}

void attachInterrupt(uint8_t pin, voidFuncPtr handler, int mode) {
  detachInterrupt(pin);
  if (handler == nullptr) return;
  for (Interrupt &interrupt : attached) {
    if (interrupt.handler != nullptr) continue;
    bool high;
    if (!core::pin_level(pin, high)) return;
    interrupt = {handler, pin, static_cast<uint8_t>(mode), high};
    core::interrupt_edges = edges;
    return;
  }
  core::refused("attachInterrupt(): 16 pins have an interrupt already; detachInterrupt() one of them");
}

void detachInterrupt(uint8_t pin) {
  bool any = false;
  for (Interrupt &interrupt : attached) {
    if (interrupt.pin == pin) interrupt.handler = nullptr;
    any = any || interrupt.handler != nullptr;
  }
  if (!any) core::interrupt_edges = nullptr;
}

void interrupts() {
  enabled = true;
  core::poll();
}
void noInterrupts() { enabled = false; }
