/* Time, and what happens while it passes. */
#include "Arduino.h"
#include "core.h"

void (*core::tone_edges)();
uint64_t (*core::tone_next)();
void (*core::interrupt_edges)();

/* How long an edge of a pin with an interrupt may go unseen while the sketch waits. */
static const uint64_t POLL_NS = 100000;

void core::poll() {
  if (tone_edges != nullptr) tone_edges();
  if (interrupt_edges != nullptr) interrupt_edges();
}

uint64_t core::until_poll(uint64_t ns) {
  if (interrupt_edges != nullptr) ns = min(ns, POLL_NS);
  if (tone_next != nullptr) ns = min(ns, tone_next());
  return ns;
}

void core::wait(uint64_t ns) {
  Serial.flush();
  if (tone_edges == nullptr && interrupt_edges == nullptr) {
    hal_delay_ns(ns);
    return;
  }
  /* By the clock: what an interrupt's handler takes is part of the wait. */
  uint64_t end = hal_now_ns() + ns;
  poll();
  for (uint64_t now = hal_now_ns(); now < end; now = hal_now_ns()) {
    hal_delay_ns(until_poll(end - now));
    poll();
  }
}

void delay(unsigned long ms) { core::wait(uint64_t{ms} * 1000000); }
void delayMicroseconds(unsigned int us) { core::wait(uint64_t{us} * 1000); }
void yield() {
  Serial.flush();
  core::poll();
}

/* Simulated time stands still until somebody waits: what a sketch looks at again and again takes a board's 4 us. */
static const uint64_t LOOK_NS = 4000;

uint64_t core::look() {
  static uint64_t last = UINT64_MAX;
  uint64_t now = hal_now_ns();
  if (now == last) {
    hal_delay_ns(LOOK_NS);
    now = hal_now_ns();
  }
  last = now;
  poll();
  return now;
}

unsigned long millis() { return static_cast<unsigned long>(core::look() / 1000000); }
unsigned long micros() { return static_cast<unsigned long>(core::look() / 1000); }
