/*
 * Which label of the policy stands behind what a sketch names. A sketch that wants others has a file `labels.h` of its own, which
 * defines some of these names and is read first:
 *
 *   #define WIRE_LABEL "sensors"
 *   #define PIN_LABELS {LED_BUILTIN, "LED"}, {2, "BUTTON"}
 */
#pragma once

#ifdef SKETCH_LABELS
#include SKETCH_LABELS
#endif

/* Buses and ports. */
#ifndef WIRE_LABEL
#define WIRE_LABEL "i2c0"
#endif
#ifndef WIRE1_LABEL
#define WIRE1_LABEL "i2c1"
#endif
#ifndef SPI_LABEL
#define SPI_LABEL "spi0"
#endif
#ifndef SPI1_LABEL
#define SPI1_LABEL "spi1"
#endif
#ifndef SERIAL1_LABEL
#define SERIAL1_LABEL "uart1"
#endif
#ifndef SERIAL2_LABEL
#define SERIAL2_LABEL "uart2"
#endif

/* Pin 4 is "D4", input 0 is "A0". What stands here is called otherwise. */
#ifndef PIN_LABELS
#define PIN_LABELS
#endif

/* The part behind EEPROM: a 24C32, of 4096 bytes. Parts of up to 2048 bytes have one byte of address, others two. */
#ifndef EEPROM_LABEL
#define EEPROM_LABEL "eeprom"
#endif
#ifndef EEPROM_ADDRESS
#define EEPROM_ADDRESS 0x50
#endif
#ifndef EEPROM_SIZE
#define EEPROM_SIZE 4096
#endif
