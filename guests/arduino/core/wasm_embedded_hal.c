/* wasm_embedded_hal.h over the imports of wasm-embedded:hal@0.5.0, by the canonical ABI of the component model:
   https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md */
#include "wasm_embedded_hal.h"

#define HAL "wasm-embedded:hal/"
#define VERSION "@0.5.0"
#define IMPORT(interface, name) __attribute__((import_module(HAL interface VERSION), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name)))

#ifdef __cplusplus
extern "C" {
#endif

typedef uint32_t u32;

/* Where the host writes what a call returns. It begins with 0 for success and 1 for an error. */
typedef union {
  uint8_t bytes[24];
  u32 words[6];
  uint64_t aligned;
} returned;

/* ---- Where lists go --------------------------------------------------------------------------------------------------------- */

static uint8_t *place;
static size_t room;

/* The host asks here where to put a list that it returns: in the buffer of the caller, who asked for no more than it holds. */
EXPORT("cabi_import_realloc")
void *hal_realloc(void *old, size_t old_len, size_t align, size_t len) {
  (void)old, (void)old_len, (void)align;
  if (len > room) __builtin_trap();
  return place;
}

static void reply_into(void *into, size_t len) {
  place = (uint8_t *)into;
  room = len;
}

/* ---- The entry -------------------------------------------------------------------------------------------------------------- */

/* Constructors of C++ and of the library, if the linker made any. In a reactor of WASI (-mexec-model=reactor -DHAL_REACTOR) its own
   `_initialize` has called them. */
#ifdef HAL_REACTOR
#define __wasm_call_ctors()
#else
extern void __wasm_call_ctors(void);
#endif

EXPORT("wasi:cli/run@0.2.6#run")
int hal_run(void) {
  __wasm_call_ctors();
  return hal_main() != 0;
}

/* ---- Errors ----------------------------------------------------------------------------------------------------------------- */

static const char *const texts[] = {
    "success",
    "the policy has no such label",
    "the label stands for another kind of hardware",
    "the label is held already",
    "the host cannot hand out the label now",
    "another fault of the hardware",
    "denied by the policy",
    "longer than the host's limit",
    "not supported by the hardware",
    "busy",
    "bus error",
    "arbitration lost",
    "no acknowledge of the address",
    "no acknowledge of data",
    "no acknowledge",
    "received data was lost",
    "mode fault",
    "malformed frame",
    "chip select fault",
    "out of range",
    "timed out",
    "framing error",
    "parity error",
    "line break",
    "the other end is gone",
};

const char *hal_error_text(int error) {
  if (error < 0 || (size_t)error >= sizeof texts / sizeof texts[0]) return "unknown error";
  return texts[error];
}

/* The errors of each interface, in the order of its WIT. */
static const uint8_t i2c_errors[] = {
    HAL_I2C_BUS, HAL_I2C_ARBITRATION_LOSS, HAL_I2C_NO_ACK_ADDRESS, HAL_I2C_NO_ACK_DATA, HAL_I2C_NO_ACK, HAL_OVERRUN,
    HAL_OTHER,   HAL_DENIED,               HAL_TOO_LONG,           HAL_UNSUPPORTED,     HAL_BUSY,
};
static const uint8_t spi_errors[] = {
    HAL_OVERRUN, HAL_SPI_MODE_FAULT, HAL_SPI_FRAME_FORMAT, HAL_SPI_CHIP_SELECT_FAULT, HAL_OTHER, HAL_DENIED, HAL_TOO_LONG,
    HAL_UNSUPPORTED, HAL_BUSY,
};
static const uint8_t digital_errors[] = {HAL_OTHER, HAL_DENIED, HAL_UNSUPPORTED, HAL_BUSY};
static const uint8_t pwm_errors[] = {HAL_OTHER, HAL_DENIED, HAL_OUT_OF_RANGE, HAL_UNSUPPORTED, HAL_BUSY};
static const uint8_t adc_errors[] = {HAL_OTHER, HAL_DENIED, HAL_UNSUPPORTED, HAL_BUSY, HAL_TIMED_OUT};
static const uint8_t uart_errors[] = {
    HAL_OTHER,       HAL_UART_CLOSED, HAL_DENIED,      HAL_UART_CLOSED, HAL_UART_CLOSED, HAL_UART_CLOSED,
    HAL_UART_CLOSED, HAL_BUSY,        HAL_UART_CLOSED, HAL_UART_CLOSED, HAL_OTHER,       HAL_OTHER,
    HAL_OTHER,       HAL_TIMED_OUT,   HAL_OTHER,       HAL_UNSUPPORTED, HAL_TOO_LONG,    HAL_OTHER,
    HAL_OVERRUN,     HAL_UART_FRAMING, HAL_UART_PARITY, HAL_UART_LINE_BREAK, HAL_DENIED, HAL_TOO_LONG,
    HAL_BUSY,
};

/* Returns 0, or the error that stands `at` bytes into what a call returned. */
static int outcome(const returned *r, size_t at, const uint8_t *errors, size_t count) {
  if (r->bytes[0] == 0) return HAL_OK;
  return r->bytes[at] < count ? errors[r->bytes[at]] : HAL_OTHER;
}
#define OUTCOME(r, at, errors) outcome(&(r), at, errors, sizeof errors)

/* Returns 0 and the handle, or why a label was not opened. */
static int opened(const returned *r, u32 *handle) {
  if (r->bytes[0] != 0) return HAL_UNKNOWN_LABEL + r->bytes[4];
  *handle = r->words[1];
  return HAL_OK;
}

static size_t length(const char *text) {
  size_t len = 0;
  while (text[len] != 0) len++;
  return len;
}

/* ---- I2C -------------------------------------------------------------------------------------------------------------------- */

IMPORT("i2c", "[static]bus.open") void i2c_open(const char *, size_t, returned *);
IMPORT("i2c", "[resource-drop]bus") void i2c_drop(u32);
IMPORT("i2c", "[method]bus.read") void i2c_read(u32, u32, u32, size_t, returned *);
IMPORT("i2c", "[method]bus.write") void i2c_write(u32, u32, u32, const void *, size_t, returned *);
IMPORT("i2c", "[method]bus.write-read") void i2c_write_read(u32, u32, u32, const void *, size_t, size_t, returned *);
IMPORT("i2c", "[method]bus.transaction")
void i2c_transaction(u32, u32, u32, const hal_i2c_operation *, size_t, const void *, size_t, returned *);

IMPORT("i2c", "[method]bus.write-read-short")
void i2c_short(u32, u32, u32, uint64_t, uint64_t, size_t, size_t, returned *);

/* The two values that an address is passed as: its kind and itself. */
#define KIND(address) ((u32)(address) >> 15)
#define BITS(address) ((u32)(address) & 0x7fffu)

int hal_i2c_open(hal_i2c *bus, const char *label) {
  returned r;
  i2c_open(label, length(label), &r);
  return opened(&r, &bus->handle);
}

void hal_i2c_close(hal_i2c bus) { i2c_drop(bus.handle); }

/* An address that is more than its kind can be would be cut to fit on its way: it is refused here, as the host refuses it. */
static bool is_address(hal_i2c_address address) { return BITS(address) <= (KIND(address) ? 0x3ffu : 0x7fu); }

/* Up to 16 bytes each way pass as numbers, little-endian as this machine is: about half the instructions of a call with lists. A length of
   zero would leave that direction out. */
#define IS_SHORT(len) ((len) - 1 < 16)

static int short_access(hal_i2c bus, hal_i2c_address address, const void *from, size_t write_len, void *into, size_t read_len) {
  returned r;
  uint64_t written[2] = {0, 0};
  for (size_t i = 0; i < write_len; i++) ((uint8_t *)written)[i] = ((const uint8_t *)from)[i];
  i2c_short(bus.handle, KIND(address), BITS(address), written[0], written[1], write_len, read_len, &r);
  if (r.bytes[0] == 0) {
    for (size_t i = 0; i < read_len; i++) ((uint8_t *)into)[i] = r.bytes[8 + i];
  }
  return OUTCOME(r, 8, i2c_errors);
}

int hal_i2c_read(hal_i2c bus, hal_i2c_address address, void *into, size_t len) {
  returned r;
  if (!is_address(address)) return HAL_DENIED;
  if (IS_SHORT(len)) return short_access(bus, address, 0, 0, into, len);
  reply_into(into, len);
  i2c_read(bus.handle, KIND(address), BITS(address), len, &r);
  return OUTCOME(r, 4, i2c_errors);
}

int hal_i2c_write(hal_i2c bus, hal_i2c_address address, const void *from, size_t len) {
  returned r;
  if (!is_address(address)) return HAL_DENIED;
  if (IS_SHORT(len)) return short_access(bus, address, from, len, 0, 0);
  i2c_write(bus.handle, KIND(address), BITS(address), from, len, &r);
  return OUTCOME(r, 1, i2c_errors);
}

int hal_i2c_write_read(hal_i2c bus, hal_i2c_address address, const void *from, size_t write_len, void *into, size_t read_len) {
  returned r;
  if (!is_address(address)) return HAL_DENIED;
  if (IS_SHORT(write_len) && IS_SHORT(read_len)) return short_access(bus, address, from, write_len, into, read_len);
  reply_into(into, read_len);
  i2c_write_read(bus.handle, KIND(address), BITS(address), from, write_len, read_len, &r);
  return OUTCOME(r, 4, i2c_errors);
}

int hal_i2c_transaction(hal_i2c bus, hal_i2c_address address, const hal_i2c_operation *operations, size_t count, const void *from,
                        void *into) {
  returned r;
  size_t sums[2] = {0, 0};
  if (!is_address(address)) return HAL_DENIED;
  for (size_t i = 0; i < count; i++) {
    size_t *sum = &sums[operations[i].write != 0];
    if (operations[i].len > SIZE_MAX - *sum) return HAL_TOO_LONG;
    *sum += operations[i].len;
  }
  reply_into(into, sums[0]);
  i2c_transaction(bus.handle, KIND(address), BITS(address), operations, count, from, sums[1], &r);
  return OUTCOME(r, 4, i2c_errors);
}

/* ---- SPI -------------------------------------------------------------------------------------------------------------------- */

IMPORT("spi", "[static]device.open") void spi_open(const char *, size_t, returned *);
IMPORT("spi", "[resource-drop]device") void spi_drop(u32);
IMPORT("spi", "[method]device.read") void spi_read(u32, size_t, returned *);
IMPORT("spi", "[method]device.write") void spi_write(u32, const void *, size_t, returned *);
IMPORT("spi", "[method]device.transfer") void spi_transfer(u32, const void *, size_t, size_t, returned *);
IMPORT("spi", "[method]device.transaction")
void spi_transaction(u32, const hal_spi_operation *, size_t, const void *, size_t, returned *);

int hal_spi_open(hal_spi *device, const char *label) {
  returned r;
  spi_open(label, length(label), &r);
  return opened(&r, &device->handle);
}

void hal_spi_close(hal_spi device) { spi_drop(device.handle); }

int hal_spi_read(hal_spi device, void *into, size_t len) {
  returned r;
  reply_into(into, len);
  spi_read(device.handle, len, &r);
  return OUTCOME(r, 4, spi_errors);
}

int hal_spi_write(hal_spi device, const void *from, size_t len) {
  returned r;
  spi_write(device.handle, from, len, &r);
  return OUTCOME(r, 1, spi_errors);
}

int hal_spi_transfer(hal_spi device, const void *from, size_t write_len, void *into, size_t read_len) {
  returned r;
  reply_into(into, read_len);
  spi_transfer(device.handle, from, write_len, read_len, &r);
  return OUTCOME(r, 4, spi_errors);
}

int hal_spi_transaction(hal_spi device, const hal_spi_operation *operations, size_t count, const void *from, void *into) {
  returned r;
  size_t writes = 0, reads = 0;
  for (size_t i = 0; i < count; i++) {
    if (operations[i].write_len > SIZE_MAX - writes || operations[i].read_len > SIZE_MAX - reads) return HAL_TOO_LONG;
    writes += operations[i].write_len;
    reads += operations[i].read_len;
  }
  reply_into(into, reads);
  spi_transaction(device.handle, operations, count, from, writes, &r);
  return OUTCOME(r, 4, spi_errors);
}

IMPORT("spi", "[static]bus.open") void spi_bus_open(const char *, size_t, returned *);
IMPORT("spi", "[resource-drop]bus") void spi_bus_drop(u32);
IMPORT("spi", "[method]bus.read") void spi_bus_read(u32, size_t, returned *);
IMPORT("spi", "[method]bus.write") void spi_bus_write(u32, const void *, size_t, returned *);
IMPORT("spi", "[method]bus.transfer") void spi_bus_transfer(u32, const void *, size_t, size_t, returned *);
IMPORT("spi", "[method]bus.flush") void spi_bus_flush(u32, returned *);

int hal_spi_bus_open(hal_spi_bus *bus, const char *label) {
  returned r;
  spi_bus_open(label, length(label), &r);
  return opened(&r, &bus->handle);
}

void hal_spi_bus_close(hal_spi_bus bus) { spi_bus_drop(bus.handle); }

int hal_spi_bus_read(hal_spi_bus bus, void *into, size_t len) {
  returned r;
  reply_into(into, len);
  spi_bus_read(bus.handle, len, &r);
  return OUTCOME(r, 4, spi_errors);
}

int hal_spi_bus_write(hal_spi_bus bus, const void *from, size_t len) {
  returned r;
  spi_bus_write(bus.handle, from, len, &r);
  return OUTCOME(r, 1, spi_errors);
}

int hal_spi_bus_transfer(hal_spi_bus bus, const void *from, size_t write_len, void *into, size_t read_len) {
  returned r;
  reply_into(into, read_len);
  spi_bus_transfer(bus.handle, from, write_len, read_len, &r);
  return OUTCOME(r, 4, spi_errors);
}

int hal_spi_bus_flush(hal_spi_bus bus) {
  returned r;
  spi_bus_flush(bus.handle, &r);
  return OUTCOME(r, 1, spi_errors);
}

/* ---- Digital pins ----------------------------------------------------------------------------------------------------------- */

/* Returns 0 and the level, or the error: both are a byte into what a call returned. */
static int level_of(const returned *r, bool *high) {
  if (r->bytes[0] == 0) *high = r->bytes[1] != 0;
  return outcome(r, 1, digital_errors, sizeof digital_errors);
}

IMPORT("digital", "[static]output-pin.open") void output_open(const char *, size_t, returned *);
IMPORT("digital", "[resource-drop]output-pin") void output_drop(u32);
IMPORT("digital", "[method]output-pin.set") void output_set(u32, u32, returned *);
IMPORT("digital", "[method]output-pin.toggle") void output_toggle(u32, returned *);
IMPORT("digital", "[method]output-pin.commanded") void output_commanded(u32, returned *);

int hal_output_open(hal_output *pin, const char *label) {
  returned r;
  output_open(label, length(label), &r);
  return opened(&r, &pin->handle);
}

void hal_output_close(hal_output pin) { output_drop(pin.handle); }

int hal_output_set(hal_output pin, bool high) {
  returned r;
  output_set(pin.handle, high, &r);
  return OUTCOME(r, 1, digital_errors);
}

int hal_output_toggle(hal_output pin) {
  returned r;
  output_toggle(pin.handle, &r);
  return OUTCOME(r, 1, digital_errors);
}

int hal_output_commanded(hal_output pin, bool *high) {
  returned r;
  output_commanded(pin.handle, &r);
  return level_of(&r, high);
}

IMPORT("digital", "[static]input-pin.open") void input_open(const char *, size_t, returned *);
IMPORT("digital", "[resource-drop]input-pin") void input_drop(u32);
IMPORT("digital", "[method]input-pin.level") void input_level(u32, returned *);

int hal_input_open(hal_input *pin, const char *label) {
  returned r;
  input_open(label, length(label), &r);
  return opened(&r, &pin->handle);
}

void hal_input_close(hal_input pin) { input_drop(pin.handle); }

int hal_input_level(hal_input pin, bool *high) {
  returned r;
  input_level(pin.handle, &r);
  return level_of(&r, high);
}

IMPORT("digital", "[static]io-pin.open") void io_open(const char *, size_t, returned *);
IMPORT("digital", "[resource-drop]io-pin") void io_drop(u32);
IMPORT("digital", "[method]io-pin.set") void io_set(u32, u32, returned *);
IMPORT("digital", "[method]io-pin.toggle") void io_toggle(u32, returned *);
IMPORT("digital", "[method]io-pin.commanded") void io_commanded(u32, returned *);
IMPORT("digital", "[method]io-pin.level") void io_level(u32, returned *);

int hal_io_open(hal_io *pin, const char *label) {
  returned r;
  io_open(label, length(label), &r);
  return opened(&r, &pin->handle);
}

void hal_io_close(hal_io pin) { io_drop(pin.handle); }

int hal_io_set(hal_io pin, bool high) {
  returned r;
  io_set(pin.handle, high, &r);
  return OUTCOME(r, 1, digital_errors);
}

int hal_io_toggle(hal_io pin) {
  returned r;
  io_toggle(pin.handle, &r);
  return OUTCOME(r, 1, digital_errors);
}

int hal_io_commanded(hal_io pin, bool *high) {
  returned r;
  io_commanded(pin.handle, &r);
  return level_of(&r, high);
}

int hal_io_level(hal_io pin, bool *high) {
  returned r;
  io_level(pin.handle, &r);
  return level_of(&r, high);
}

/* ---- PWM -------------------------------------------------------------------------------------------------------------------- */

IMPORT("pwm", "[static]output.open") void pwm_open(const char *, size_t, returned *);
IMPORT("pwm", "[resource-drop]output") void pwm_drop(u32);
IMPORT("pwm", "[method]output.max-duty") u32 pwm_max_duty(u32);
IMPORT("pwm", "[method]output.set-duty") void pwm_set_duty(u32, u32, returned *);

int hal_pwm_open(hal_pwm *output, const char *label) {
  returned r;
  pwm_open(label, length(label), &r);
  return opened(&r, &output->handle);
}

void hal_pwm_close(hal_pwm output) { pwm_drop(output.handle); }

uint16_t hal_pwm_max_duty(hal_pwm output) { return (uint16_t)pwm_max_duty(output.handle); }

int hal_pwm_set_duty(hal_pwm output, uint16_t duty) {
  returned r;
  pwm_set_duty(output.handle, duty, &r);
  return OUTCOME(r, 1, pwm_errors);
}

/* ---- Analogue inputs -------------------------------------------------------------------------------------------------------- */

IMPORT("adc", "[static]input.open") void adc_open(const char *, size_t, returned *);
IMPORT("adc", "[resource-drop]input") void adc_drop(u32);
IMPORT("adc", "[method]input.resolution-bits") u32 adc_resolution_bits(u32);
IMPORT("adc", "[method]input.read-raw") void adc_read_raw(u32, returned *);
IMPORT("adc", "[method]input.read-microvolts") void adc_read_microvolts(u32, returned *);

/* Returns 0 and the reading, or the error: both are four bytes into what a call returned. */
static int reading_of(const returned *r, int32_t *reading) {
  if (r->bytes[0] == 0) *reading = (int32_t)r->words[1];
  return outcome(r, 4, adc_errors, sizeof adc_errors);
}

int hal_adc_open(hal_adc *input, const char *label) {
  returned r;
  adc_open(label, length(label), &r);
  return opened(&r, &input->handle);
}

void hal_adc_close(hal_adc input) { adc_drop(input.handle); }

uint8_t hal_adc_resolution_bits(hal_adc input) { return (uint8_t)adc_resolution_bits(input.handle); }

int hal_adc_read_raw(hal_adc input, int32_t *raw) {
  returned r;
  adc_read_raw(input.handle, &r);
  return reading_of(&r, raw);
}

int hal_adc_read_microvolts(hal_adc input, int32_t *microvolts) {
  returned r;
  adc_read_microvolts(input.handle, &r);
  return reading_of(&r, microvolts);
}

/* ---- Serial ports ----------------------------------------------------------------------------------------------------------- */

IMPORT("uart", "[static]port.open") void uart_open(const char *, size_t, returned *);
IMPORT("uart", "[resource-drop]port") void uart_drop(u32);
IMPORT("uart", "[method]port.read") void uart_read(u32, size_t, returned *);
IMPORT("uart", "[method]port.write") void uart_write(u32, const void *, size_t, returned *);
IMPORT("uart", "[method]port.flush") void uart_flush(u32, returned *);
IMPORT("uart", "[method]port.read-ready") void uart_read_ready(u32, returned *);
IMPORT("uart", "[method]port.write-ready") void uart_write_ready(u32, returned *);

int hal_uart_open(hal_uart *port, const char *label) {
  returned r;
  uart_open(label, length(label), &r);
  return opened(&r, &port->handle);
}

void hal_uart_close(hal_uart port) { uart_drop(port.handle); }

int hal_uart_read(hal_uart port, void *into, size_t len, size_t *count) {
  returned r;
  *count = 0;
  reply_into(into, len);
  uart_read(port.handle, len, &r);
  if (r.bytes[0] == 0) *count = r.words[2];
  return OUTCOME(r, 4, uart_errors);
}

int hal_uart_write(hal_uart port, const void *from, size_t len, size_t *count) {
  returned r;
  *count = 0;
  uart_write(port.handle, from, len, &r);
  if (r.bytes[0] == 0) *count = r.words[1];
  return OUTCOME(r, 4, uart_errors);
}

int hal_uart_flush(hal_uart port) {
  returned r;
  uart_flush(port.handle, &r);
  return OUTCOME(r, 1, uart_errors);
}

int hal_uart_read_ready(hal_uart port, bool *ready) {
  returned r;
  uart_read_ready(port.handle, &r);
  *ready = r.bytes[0] == 0 && r.bytes[1] != 0;
  return OUTCOME(r, 1, uart_errors);
}

int hal_uart_write_ready(hal_uart port, bool *ready) {
  returned r;
  uart_write_ready(port.handle, &r);
  *ready = r.bytes[0] == 0 && r.bytes[1] != 0;
  return OUTCOME(r, 1, uart_errors);
}

/* ---- Time ------------------------------------------------------------------------------------------------------------------- */

IMPORT("delay", "delay-ns") void delay_ns(uint64_t);
IMPORT("clock", "now-ns") uint64_t now_ns(void);

void hal_delay_ns(uint64_t ns) { delay_ns(ns); }
void hal_delay_us(uint32_t us) { delay_ns((uint64_t)us * 1000u); }
void hal_delay_ms(uint32_t ms) { delay_ns((uint64_t)ms * 1000000u); }
uint64_t hal_now_ns(void) { return now_ns(); }

/* ---- Log and text ----------------------------------------------------------------------------------------------------------- */

IMPORT("log", "max-level") void log_max_level(returned *);
IMPORT("log", "log") void log_log(u32, const char *, size_t, const char *, size_t);
IMPORT("log", "panicked") void log_panicked(const char *, size_t);
IMPORT("log", "print") void log_print(const char *, size_t);

void hal_log(hal_log_level level, const char *target, const char *message) {
  log_log((u32)level, target, length(target), message, length(message));
}

bool hal_log_enabled(hal_log_level level) {
  returned r;
  log_max_level(&r);
  return r.bytes[0] != 0 && (u32)level <= r.bytes[1];
}

void hal_print(const char *text) { log_print(text, length(text)); }
void hal_print_bytes(const char *text, size_t len) { log_print(text, len); }

void hal_panic(const char *message) {
  log_panicked(message, length(message));
  __builtin_trap();
}

#ifdef __cplusplus
}
#endif
