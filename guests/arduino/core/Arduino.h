/*
 * Arduino.h: Arduino's API for WebAssembly guests, over wasm_embedded_hal.h.
 *
 * What stands behind a pin, a bus or a port is a label of the policy: labels.h says which. README.md says what differs from a board.
 */
#pragma once

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __cplusplus
#include <cmath>
#include <cstdlib>
#endif

#include "avr/pgmspace.h"
#include "binary.h"

typedef uint8_t byte;
typedef bool boolean;
typedef uint16_t word;

/* ---- Constants -------------------------------------------------------------------------------------------------------------- */

#define HIGH 0x1
#define LOW 0x0

#define INPUT 0x0
#define OUTPUT 0x1
#define INPUT_PULLUP 0x2
#define INPUT_PULLDOWN 0x3
#define OUTPUT_OPENDRAIN 0x4

#define CHANGE 1
#define FALLING 2
#define RISING 3

#define DEFAULT 1
#define EXTERNAL 0

#define LSBFIRST 0
#define MSBFIRST 1

#define PI 3.1415926535897932384626433832795
#define HALF_PI 1.5707963267948966192313216916398
#define TWO_PI 6.283185307179586476925286766559
#define DEG_TO_RAD 0.017453292519943295769236907684886
#define RAD_TO_DEG 57.295779513082320876798154814105
#define EULER 2.718281828459045235360287471352

/* Nothing here counts cycles: libraries that divide by it get a plausible number. */
#ifndef F_CPU
#define F_CPU 16000000UL
#endif
#define clockCyclesPerMicrosecond() (F_CPU / 1000000UL)
#define clockCyclesToMicroseconds(a) ((a) / clockCyclesPerMicrosecond())
#define microsecondsToClockCycles(a) ((a) * clockCyclesPerMicrosecond())

/* ---- Pins: numbered as on a Mega ---------------------------------------------------------------------------------------------- */

#define NUM_DIGITAL_PINS 70
#define NUM_ANALOG_INPUTS 16
#define LED_BUILTIN 13
#define NOT_AN_INTERRUPT (-1)
#define NOT_A_PIN 255

#define digitalPinToInterrupt(pin) (pin)
#define analogInputToDigitalPin(input) ((input) + 54)
#define digitalPinHasPWM(pin) ((pin) < NUM_DIGITAL_PINS)

static const uint8_t A0 = 54, A1 = 55, A2 = 56, A3 = 57, A4 = 58, A5 = 59, A6 = 60, A7 = 61;
static const uint8_t A8 = 62, A9 = 63, A10 = 64, A11 = 65, A12 = 66, A13 = 67, A14 = 68, A15 = 69;
static const uint8_t SDA = 20, SCL = 21;
static const uint8_t SS = 53, MOSI = 51, MISO = 50, SCK = 52;

/* ---- Bits and numbers --------------------------------------------------------------------------------------------------------- */

#define constrain(amount, low, high) ((amount) < (low) ? (low) : ((amount) > (high) ? (high) : (amount)))
#define radians(degrees) ((degrees) * DEG_TO_RAD)
#define degrees(radians) ((radians) * RAD_TO_DEG)
#define sq(x) ((x) * (x))

#define lowByte(w) ((uint8_t)((w) & 0xff))
#define highByte(w) ((uint8_t)((w) >> 8))
#define bitRead(value, bit) (((value) >> (bit)) & 0x01)
#define bitSet(value, bit) ((value) |= (1UL << (bit)))
#define bitClear(value, bit) ((value) &= ~(1UL << (bit)))
#define bitToggle(value, bit) ((value) ^= (1UL << (bit)))
#define bitWrite(value, bit, set) ((set) ? bitSet(value, bit) : bitClear(value, bit))
#define bit(b) (1UL << (b))
#ifndef _BV
#define _BV(bit) (1 << (bit))
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef void (*voidFuncPtr)(void);

/* The sketch. */
void setup(void);
void loop(void);

/* ---- Time --------------------------------------------------------------------------------------------------------------------- */

/* Each lets time pass, ends what is written to Serial so far, and looks at the pins of attachInterrupt() and tone(). */
void delay(unsigned long ms);
void delayMicroseconds(unsigned int us);
void yield(void);
/* Since the start, until they begin at 0 again: after 49.7 days, and after 71.6 minutes. */
unsigned long millis(void);
unsigned long micros(void);

/* ---- Pins --------------------------------------------------------------------------------------------------------------------- */

void pinMode(uint8_t pin, uint8_t mode);
void digitalWrite(uint8_t pin, uint8_t level);
int digitalRead(uint8_t pin);
int analogRead(uint8_t pin);
void analogWrite(uint8_t pin, int value);
/* Bits of what analogRead() returns, 10 at first, and analogWrite() takes, 8 at first: 1 to 16. */
void analogReadResolution(int bits);
void analogWriteResolution(int bits);
/* The policy says what the reference is. */
void analogReference(uint8_t mode);

/* Calls `handler` when the pin's level changes, found by looking at it: see README.md. `mode` is LOW, HIGH, CHANGE, RISING, FALLING. */
void attachInterrupt(uint8_t pin, voidFuncPtr handler, int mode);
void detachInterrupt(uint8_t pin);
void interrupts(void);
void noInterrupts(void);
#define sei() interrupts()
#define cli() noInterrupts()

/* Sends or receives a byte by three pins. */
void shiftOut(uint8_t data, uint8_t clock, uint8_t order, uint8_t value);
uint8_t shiftIn(uint8_t data, uint8_t clock, uint8_t order);

/* ---- Numbers ------------------------------------------------------------------------------------------------------------------ */

char *itoa(int value, char *text, int base);
char *ltoa(long value, char *text, int base);
char *utoa(unsigned int value, char *text, int base);
char *ultoa(unsigned long value, char *text, int base);
char *dtostrf(double value, signed char width, unsigned char digits, char *text);

#ifdef __cplusplus
}

#include <type_traits>

template <class A, class B>
constexpr auto min(const A &a, const B &b) -> typename std::common_type<A, B>::type {
  return b < a ? b : a;
}
template <class A, class B>
constexpr auto max(const A &a, const B &b) -> typename std::common_type<A, B>::type {
  return a < b ? b : a;
}
/* Also for the types that the standard library leaves out, as Arduino's macro did. */
using std::abs;
template <class T, typename std::enable_if<std::is_unsigned<T>::value, int>::type = 0>
constexpr T abs(T x) {
  return x;
}

/* A square wave on a pin, for as long as `ms` says or until noTone(). Its edges come while the sketch waits: see README.md. */
void tone(uint8_t pin, unsigned int frequency, unsigned long ms = 0);
void noTone(uint8_t pin);

/* The length of a pulse in microseconds, or 0 after `timeout` microseconds. */
unsigned long pulseIn(uint8_t pin, uint8_t level, unsigned long timeout = 1000000L);
unsigned long pulseInLong(uint8_t pin, uint8_t level, unsigned long timeout = 1000000L);

long random(long end);
long random(long start, long end);
void randomSeed(unsigned long seed);
long map(long value, long from_low, long from_high, long to_low, long to_high);

constexpr uint16_t makeWord(uint16_t w) { return w; }
constexpr uint16_t makeWord(uint8_t high, uint8_t low) { return static_cast<uint16_t>(high << 8 | low); }
#define word(...) makeWord(__VA_ARGS__)

#include "HardwareSerial.h"
#include "WCharacter.h"
#include "WString.h"
#endif
