/* What the files of the core share, and nobody else. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "wasm_embedded_hal.h"

namespace core {

/* Logs an error with its label, unless it is the same as the last one of all, and returns whether there was none. */
bool told(int error, const char *label);

/* Refuses something for a reason, in words: an error in the log, once each. */
void refused(const char *what);

/* Does what is due: the interrupts of attachInterrupt() and the edges of tone(). */
void poll();
/* Returns how long may be waited until poll() has to look again, at most `ns`. */
uint64_t until_poll(uint64_t ns);

/* Lets time pass, and polls. */
void wait(uint64_t ns);

/* Returns the time in nanoseconds, for who looks at something again and again: a loop of nothing else makes time pass, and polls. */
uint64_t look();

/* The edges of tone(): see tone.cpp. Each is reached by its pointer, so that a sketch without it does not carry it. */
extern void (*tone_edges)();
extern uint64_t (*tone_next)();
/* The same for interrupts. */
extern void (*interrupt_edges)();

/* Returns the label of a pin, written to `room` if need be. */
const char *pin_label(uint8_t pin, char (&room)[8]);

/* What a pin is, as far as the core goes. */
bool pin_set(uint8_t pin, bool high);
bool pin_level(uint8_t pin, bool &high);

}  // namespace core
