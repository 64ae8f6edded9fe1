/*
 * wasm_embedded_hal.h: hardware access for WebAssembly guests in C99 and C++.
 *
 * A guest asks for a label ("sensor", "screen"). The policy of whoever runs it says which bus, address and pin stand behind the
 * label; nothing else can be reached. Link wasm_embedded_hal.c, define hal_main(), and see README.md for how it is built.
 *
 * Every function that can fail returns 0 for success, or a number greater than 0 that hal_error_text() puts into words. Nothing here
 * allocates: what is read goes straight to the buffer that the caller names. All buffers must stay where they are during a call;
 * a length of 0 may come with a null pointer. Nothing is buffered, and no function keeps a pointer.
 */
#ifndef WASM_EMBEDDED_HAL_H
#define WASM_EMBEDDED_HAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The guest's program, which the guest defines: returns 0 for success, anything else for failure. */
int hal_main(void);

/* Errors. Each group of functions returns some of them. */
typedef enum {
  HAL_OK = 0,

  /* Opening a label. */
  HAL_UNKNOWN_LABEL, /* the policy has no such label for this guest */
  HAL_WRONG_KIND,    /* the label stands for another kind of hardware */
  HAL_LABEL_BUSY,    /* the label is held by another handle */
  HAL_REFUSED,       /* the host cannot hand it out now: its device is missing, or too many handles are open */

  /* Every call on hardware. */
  HAL_OTHER,       /* any other fault of the hardware or its driver */
  HAL_DENIED,      /* the policy does not grant this; nothing went out on the wires */
  HAL_TOO_LONG,    /* a length or duration is past the host's limit; nothing went out on the wires */
  HAL_UNSUPPORTED, /* the hardware behind the label cannot do this */
  HAL_BUSY,        /* the hardware could not be had within the host's bounded wait */

  /* I2C. */
  HAL_I2C_BUS,              /* a START or STOP at the wrong place, or a line held by something */
  HAL_I2C_ARBITRATION_LOSS, /* another controller won the bus */
  HAL_I2C_NO_ACK_ADDRESS,   /* no target acknowledged the address */
  HAL_I2C_NO_ACK_DATA,      /* the target did not acknowledge a byte */
  HAL_I2C_NO_ACK,           /* something was not acknowledged; the hardware cannot tell what */

  /* I2C, SPI and serial ports. */
  HAL_OVERRUN, /* received data was lost */

  /* SPI. */
  HAL_SPI_MODE_FAULT,        /* several controllers drive the bus */
  HAL_SPI_FRAME_FORMAT,      /* the received frame is malformed */
  HAL_SPI_CHIP_SELECT_FAULT, /* chip select could not be driven */

  /* PWM: the duty is greater than hal_pwm_max_duty(). */
  HAL_OUT_OF_RANGE,

  /* Analogue inputs and serial ports. */
  HAL_TIMED_OUT, /* the conversion or transfer did not end in time */

  /* Serial ports, after embedded-io's kinds. */
  HAL_UART_FRAMING,    /* a byte had no stop bit */
  HAL_UART_PARITY,     /* a byte had the wrong parity */
  HAL_UART_LINE_BREAK, /* the line was low for longer than a byte */
  HAL_UART_CLOSED      /* the device is gone, or its other end is */
} hal_error;

/* Returns an error in words, for messages. */
const char *hal_error_text(int error);

/* ---- I2C ------------------------------------------------------------------------------------------------------------------ */

/* A bus, as far as the policy grants it. Several handles may be open for one label. */
typedef struct { uint32_t handle; } hal_i2c;

/* An address of seven bits is 0x00 to 0x7f, without the read/write bit. HAL_I2C_TEN_BIT(0x000 to 0x3ff) is one of ten bits. */
typedef uint16_t hal_i2c_address;
#define HAL_I2C_TEN_BIT(address) ((hal_i2c_address)(0x8000u | (address)))

/* One operation of a transaction. */
typedef struct {
  uint8_t write; /* 0 reads, 1 writes */
  uint32_t len;  /* how many bytes */
} hal_i2c_operation;

/* Opens the bus under a label. */
int hal_i2c_open(hal_i2c *bus, const char *label);
/* Gives a handle back. */
void hal_i2c_close(hal_i2c bus);
/* Reads `len` bytes, at least one. */
int hal_i2c_read(hal_i2c bus, hal_i2c_address address, void *into, size_t len);
/* Writes `len` bytes. None at all only addresses the target. */
int hal_i2c_write(hal_i2c bus, hal_i2c_address address, const void *from, size_t len);
/* Writes, then reads after a repeated START. */
int hal_i2c_write_read(hal_i2c bus, hal_i2c_address address, const void *from, size_t write_len, void *into, size_t read_len);
/* Any operations, with a repeated START wherever the direction changes. `from` holds all bytes to be written, end to end, and `into`
   gets all bytes that were read, end to end: each as long as the sum of its operations. */
int hal_i2c_transaction(hal_i2c bus, hal_i2c_address address, const hal_i2c_operation *operations, size_t count, const void *from,
                        void *into);

/* ---- SPI ------------------------------------------------------------------------------------------------------------------ */

/* A device behind a chip select. Mode, frequency and the delays around chip select come from the policy. One handle a label. */
typedef struct { uint32_t handle; } hal_spi;

/* One operation of a transaction: the greater of both lengths is clocked, zeros past the end of what is written. */
typedef struct {
  uint32_t write_len; /* bytes to be sent */
  uint32_t read_len;  /* bytes to be kept */
  uint32_t delay_ns;  /* nanoseconds to wait afterwards, chip select held */
} hal_spi_operation;

/* Opens the device under a label. */
int hal_spi_open(hal_spi *device, const char *label);
/* Gives the handle back. */
void hal_spi_close(hal_spi device);
/* Reads `len` bytes and sends zeros. */
int hal_spi_read(hal_spi device, void *into, size_t len);
/* Writes `len` bytes and discards what comes in. */
int hal_spi_write(hal_spi device, const void *from, size_t len);
/* Writes and reads at the same time. Both may be the same buffer. */
int hal_spi_transfer(hal_spi device, const void *from, size_t write_len, void *into, size_t read_len);
/* Any operations under one chip select, with bytes end to end as in hal_i2c_transaction(). */
int hal_spi_transaction(hal_spi device, const hal_spi_operation *operations, size_t count, const void *from, void *into);

/* A bus without chip select: for LED strips, and for guests that drive the select by a pin. */
typedef struct { uint32_t handle; } hal_spi_bus;

/* Opens the bus under a label. */
int hal_spi_bus_open(hal_spi_bus *bus, const char *label);
/* Gives the handle back. */
void hal_spi_bus_close(hal_spi_bus bus);
/* As the functions for a device. */
int hal_spi_bus_read(hal_spi_bus bus, void *into, size_t len);
int hal_spi_bus_write(hal_spi_bus bus, const void *from, size_t len);
int hal_spi_bus_transfer(hal_spi_bus bus, const void *from, size_t write_len, void *into, size_t read_len);
/* Returns when all words have left. */
int hal_spi_bus_flush(hal_spi_bus bus);

/* ---- Digital pins --------------------------------------------------------------------------------------------------------- */

/* Levels are logical: a pin that the policy marks active-low is inverted by the host. One handle a label. */
typedef struct { uint32_t handle; } hal_output;
typedef struct { uint32_t handle; } hal_input;
/* An open-drain pin: low is driven, high is released to the pull-up, and it can be read. */
typedef struct { uint32_t handle; } hal_io;

int hal_output_open(hal_output *pin, const char *label);
void hal_output_close(hal_output pin);
/* Drives the pin. */
int hal_output_set(hal_output pin, bool high);
/* Drives the pin to the other level than the one last set. */
int hal_output_toggle(hal_output pin);
/* Returns the level last set, which need not be what the pin carries. */
int hal_output_commanded(hal_output pin, bool *high);

int hal_input_open(hal_input *pin, const char *label);
void hal_input_close(hal_input pin);
/* Returns the level that the pin carries now. */
int hal_input_level(hal_input pin, bool *high);

int hal_io_open(hal_io *pin, const char *label);
void hal_io_close(hal_io pin);
int hal_io_set(hal_io pin, bool high);
int hal_io_toggle(hal_io pin);
int hal_io_commanded(hal_io pin, bool *high);
int hal_io_level(hal_io pin, bool *high);

/* ---- PWM ------------------------------------------------------------------------------------------------------------------ */

/* An output that is active for a part of every period. Frequency and polarity come from the policy. */
typedef struct { uint32_t handle; } hal_pwm;

int hal_pwm_open(hal_pwm *output, const char *label);
void hal_pwm_close(hal_pwm output);
/* Returns the duty that means always active, at least 1. */
uint16_t hal_pwm_max_duty(hal_pwm output);
/* Has the output active for `duty` parts of hal_pwm_max_duty(). */
int hal_pwm_set_duty(hal_pwm output, uint16_t duty);

/* ---- Analogue inputs ------------------------------------------------------------------------------------------------------ */

typedef struct { uint32_t handle; } hal_adc;

int hal_adc_open(hal_adc *input, const char *label);
void hal_adc_close(hal_adc input);
/* Returns how many bits a raw reading has: 1 to 32. */
uint8_t hal_adc_resolution_bits(hal_adc input);
/* Reads as the converter gives it; negative only where it measures differences. */
int hal_adc_read_raw(hal_adc input, int32_t *raw);
/* Reads in microvolts. */
int hal_adc_read_microvolts(hal_adc input, int32_t *microvolts);

/* ---- Serial ports --------------------------------------------------------------------------------------------------------- */

/* Baud rate and frame come from the policy. One handle a label. */
typedef struct { uint32_t handle; } hal_uart;

int hal_uart_open(hal_uart *port, const char *label);
void hal_uart_close(hal_uart port);
/* Waits for at least one byte, and reads what is there, at most `len`; `*count` says how many. 0 of them: the other end is gone. */
int hal_uart_read(hal_uart port, void *into, size_t len, size_t *count);
/* Waits until at least one byte can be taken; `*count` says how many of `len` were. */
int hal_uart_write(hal_uart port, const void *from, size_t len, size_t *count);
/* Returns when all bytes have left. */
int hal_uart_flush(hal_uart port);
/* Returns whether a read or a write would return at once. */
int hal_uart_read_ready(hal_uart port, bool *ready);
int hal_uart_write_ready(hal_uart port, bool *ready);

/* ---- Time ----------------------------------------------------------------------------------------------------------------- */

/* Returns after at least that long: virtual time in simulation. */
void hal_delay_ns(uint64_t ns);
void hal_delay_us(uint32_t us);
void hal_delay_ms(uint32_t ms);
/* Returns nanoseconds of a clock that never goes back. */
uint64_t hal_now_ns(void);

/* ---- Log and text --------------------------------------------------------------------------------------------------------- */

typedef enum { HAL_LOG_ERROR, HAL_LOG_WARN, HAL_LOG_INFO, HAL_LOG_DEBUG, HAL_LOG_TRACE } hal_log_level;

/* Records a message. `target` names the part of the guest that it is from. */
void hal_log(hal_log_level level, const char *target, const char *message);
/* Returns whether messages of this level are kept. */
bool hal_log_enabled(hal_log_level level);
/* Writes text to the standard output, without a line feed of its own. */
void hal_print(const char *text);
void hal_print_bytes(const char *text, size_t len);
/* Tells the host why the guest cannot go on, and ends it. */
#if defined(__cplusplus)
[[noreturn]]
#else
_Noreturn
#endif
void hal_panic(const char *message);

#ifdef __cplusplus
}
#endif

#endif
