/*
 * wasm_embedded.h: runs WebAssembly guests of wasm-embedded:hal inside a C program. README.md shows one.
 *
 * Written by cbindgen from the crate wasm-embedded-c.
 */

#ifndef WASM_EMBEDDED_H
#define WASM_EMBEDDED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What a call of the library returns.
typedef enum WeResult {
  // It did what it says.
  WE_RESULT_OK = 0,
  // An argument is a null pointer, or text that is not UTF-8.
  WE_RESULT_ARGUMENT = 1,
  // A file cannot be read.
  WE_RESULT_FILE = 2,
  // The policy is refused, has no such label, or what stands behind one cannot be opened.
  WE_RESULT_POLICY = 3,
  // The component cannot be loaded or linked.
  WE_RESULT_COMPONENT = 4,
  // A fault of the library's own: please report it.
  WE_RESULT_INTERNAL = 5,
} WeResult;

// What a message is.
typedef enum WeSaid {
  // Bytes for the standard output.
  WE_SAID_STDOUT = 0,
  // Bytes for the standard error.
  WE_SAID_STDERR = 1,
  // A message of the guest's log.
  WE_SAID_LOG = 2,
  // Why the guest is about to trap.
  WE_SAID_PANIC = 3,
  // The host refused something, in its own words.
  WE_SAID_REFUSED = 4,
  // Hardware failed, in the host's words.
  WE_SAID_FAULT = 5,
} WeSaid;

// How important a message of the log is.
typedef enum WeLevel {
  // Something failed.
  WE_LEVEL_ERROR = 0,
  // Something may fail.
  WE_LEVEL_WARN = 1,
  // What happens.
  WE_LEVEL_INFO = 2,
  // For whoever writes the guest.
  WE_LEVEL_DEBUG = 3,
  // Everything.
  WE_LEVEL_TRACE = 4,
} WeLevel;

// In which way a guest ended.
typedef enum WeEnding {
  // It returned, or exited with the status that we_end_status() returns.
  WE_ENDING_STATUS = 0,
  // It trapped: a panic is a trap.
  WE_ENDING_TRAP = 1,
  // It ran into a limit of the policy.
  WE_ENDING_LIMIT = 2,
  // Its time was over.
  WE_ENDING_TIMEOUT = 3,
  // we_stop_request() stopped it.
  WE_ENDING_STOPPED = 4,
  // The host failed: what it says is worth a report.
  WE_ENDING_HOST = 5,
} WeEnding;

// What a function of a table returns: 0, or one of these. Those that a bus does not know count as WE_ERROR_OTHER.
typedef enum WeError {
  // It worked.
  WE_ERROR_NONE = 0,
  // Any other fault.
  WE_ERROR_OTHER = 1,
  // The hardware could not be had in bounded time.
  WE_ERROR_BUSY = 2,
  // Past a limit of the hardware; nothing went out on the wires.
  WE_ERROR_TOO_LONG = 3,
  // The hardware cannot do this.
  WE_ERROR_UNSUPPORTED = 4,
  // It did not end in time.
  WE_ERROR_TIMED_OUT = 5,
  // I2C: a START or STOP at the wrong place, or a line held by something.
  WE_ERROR_BUS = 6,
  // I2C: another controller won the bus.
  WE_ERROR_ARBITRATION_LOSS = 7,
  // I2C: no target acknowledged the address.
  WE_ERROR_NO_ACK_ADDRESS = 8,
  // I2C: the target did not acknowledge a byte.
  WE_ERROR_NO_ACK_DATA = 9,
  // I2C: something was not acknowledged.
  WE_ERROR_NO_ACK = 10,
  // I2C, SPI, serial ports: received data was lost.
  WE_ERROR_OVERRUN = 11,
  // SPI: several controllers drive the bus.
  WE_ERROR_MODE_FAULT = 12,
  // SPI: the received frame is malformed.
  WE_ERROR_FRAME_FORMAT = 13,
  // SPI: the chip select could not be driven.
  WE_ERROR_CHIP_SELECT = 14,
  // Serial ports: a byte without its stop bit.
  WE_ERROR_FRAMING = 15,
  // Serial ports: a byte with the wrong parity.
  WE_ERROR_PARITY = 16,
  // Serial ports: the line was held low for longer than a byte.
  WE_ERROR_BREAK = 17,
  // Serial ports: the other end is gone.
  WE_ERROR_CLOSED = 18,
} WeError;

// How a run ended. Texts live as long as it.
typedef struct WeEnd WeEnd;

// A policy, with devices behind some of its labels. What stands behind the others is simulated, or opened on this machine, as the policy
// says.
typedef struct WeHost WeHost;

// What stops one run, from any thread.
typedef struct WeStop WeStop;

// One operation of a transaction.
typedef struct WeI2cOperation {
  // What is written, or where to put what is read.
  uint8_t *bytes;
  // How many bytes.
  size_t len;
  // Whether they are written; they must not be changed then.
  bool write;
} WeI2cOperation;

// An I2C bus.
typedef struct WeI2c {
  // Carries out a transaction: START, the operations with a repeated START wherever the direction changes, STOP. All reads are
  // filled, or it fails.
  int32_t (*transaction)(void *context,
                         uint16_t address,
                         bool ten_bit,
                         const struct WeI2cOperation *operations,
                         size_t count);
} WeI2c;

// One operation of a transaction: the greater of both lengths is clocked, zeros past the end of what is written; then a wait.
typedef struct WeSpiOperation {
  // What is written.
  const uint8_t *write;
  // How many bytes are written.
  size_t write_len;
  // Where to put what is read, which may be where the written bytes are.
  uint8_t *read;
  // How many bytes are kept.
  size_t read_len;
  // Nanoseconds to wait afterwards, select held.
  uint32_t delay_ns;
} WeSpiOperation;

// An SPI device, or a bus if the label has `select = "none"`.
typedef struct WeSpi {
  // Carries out operations: for a device with its select active all the time. All reads are filled, or it fails.
  int32_t (*run)(void *context, const struct WeSpiOperation *operations, size_t count);
} WeSpi;

// A pin. An output has `set`, an input `level`, an open-drain pin both.
typedef struct WePin {
  // Drives the pin. An open-drain one is driven low, or released.
  int32_t (*set)(void *context, bool high);
  // Looks at the level that the pin carries.
  int32_t (*level)(void *context, bool *high);
} WePin;

// A PWM output.
typedef struct WePwm {
  // The duty that means always active, at least 1.
  uint16_t max_duty;
  // Has the output active for `duty` parts of `max_duty`.
  int32_t (*set_duty)(void *context, uint16_t duty);
} WePwm;

// An analogue input.
typedef struct WeAdc {
  // How many bits a raw reading has, its sign included if it can be negative: 1 to 32.
  uint8_t resolution_bits;
  // Converts once, and returns what the converter gives.
  int32_t (*read_raw)(void *context, int32_t *raw);
  // Converts once, and returns microvolts. May be null.
  int32_t (*read_microvolts)(void *context, int32_t *microvolts);
} WeAdc;

// A serial port. No function may wait for longer than `wait_ns`, so that a guest which waits can be stopped.
typedef struct WeUart {
  // Waits at most `wait_ns` for a byte, and reads what is there, at most `len` bytes. `count` is how many: 0 if none came in time.
  int32_t (*read)(void *context, uint8_t *bytes, size_t len, uint64_t wait_ns, size_t *count);
  // Waits at most `wait_ns` for room, and takes what there is room for. `count` is how many: 0 if there was none in time.
  int32_t (*write)(void *context, const uint8_t *bytes, size_t len, uint64_t wait_ns, size_t *count);
  // Says whether a byte has come in.
  int32_t (*read_ready)(void *context, bool *ready);
} WeUart;

// Something that a guest said, or the host about it. The texts are the guest's: they may hold anything, and do not end with a NUL.
typedef struct WeMessage {
  // What it is.
  enum WeSaid kind;
  // How important it is.
  enum WeLevel level;
  // When it was said, in nanoseconds since the start.
  uint64_t at_ns;
  // The part of the guest that a message of the log is from.
  const char *target;
  // How many bytes that is.
  size_t target_len;
  // What was said.
  const char *text;
  // How many bytes that is.
  size_t text_len;
} WeMessage;

// How a component is run. All zeros are the defaults.
typedef struct WeOptions {
  // The time after which the guest is stopped, in nanoseconds: virtual time in simulation. 0 is never.
  uint64_t timeout_ns;
  // Where the guest's random numbers come from.
  uint64_t seed;
  // What stops the run from another thread, or null.
  const struct WeStop *stop;
  // Hears what the guest says while it runs, from a thread of the library, or null. we_end_stdout() and we_end_log() have it afterwards too.
  void (*hear)(void *context, const struct WeMessage *message);
  // Handed to `hear`.
  void *hear_context;
} WeOptions;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Frees text that the library returned. A null pointer is nothing to free.
//
// # Safety
//
// `text` is null, or text that a function of this library returned and that was not freed before.
void we_string_free(char *text);

// Returns the version of the library: "0.5.0". It is not to be freed.
const char *we_version(void);

// Reads a policy from text in TOML. `name` stands for it in messages. `*host` is to be freed with we_host_free(), and `*why`, if it is set,
// with we_string_free(); `why` may be null.
//
// # Safety
//
// The texts end with a NUL, and `host` and `why` are null or places for a pointer.
enum WeResult we_host_new(const char *name,
                          const char *policy,
                          struct WeHost **host,
                          char **why);

// Reads a policy from a file, as we_host_new() does.
//
// # Safety
//
// The same as for we_host_new().
enum WeResult we_host_load(const char *path, struct WeHost **host, char **why);

// Frees a host. A null pointer is nothing to free.
//
// # Safety
//
// `host` is null, or was made by this library and not freed, and no run uses it.
void we_host_free(struct WeHost *host);

// Puts an I2C bus behind a label of the policy, in the place of what the policy says stands there. What the label grants stays as it is.
// `context` goes to each function of the table. A label that the policy lacks is told of by we_run(). The same goes for the other kinds.
//
// # Safety
//
// `host` is null or lives and is used by nobody else; `label` ends with a NUL; `table` is null or lives during the call, and its functions
// may be called with `context` for as long as the host lives.
enum WeResult we_host_i2c(struct WeHost *host,
                          const char *label,
                          const struct WeI2c *table,
                          void *context,
                          char **why);

// Puts an SPI device, or a bus behind a label with `select = "none"` behind a label, as we_host_i2c() does a bus.
//
// # Safety
//
// The same as for we_host_i2c().
enum WeResult we_host_spi(struct WeHost *host, const char *label, const struct WeSpi *table, void *context, char **why);

// Puts an output behind a label, as we_host_i2c() does a bus.
//
// # Safety
//
// The same as for we_host_i2c().
enum WeResult we_host_output(struct WeHost *host,
                             const char *label,
                             const struct WePin *table,
                             void *context,
                             char **why);

// Puts an input behind a label, as we_host_i2c() does a bus.
//
// # Safety
//
// The same as for we_host_i2c().
enum WeResult we_host_input(struct WeHost *host,
                            const char *label,
                            const struct WePin *table,
                            void *context,
                            char **why);

// Puts an open-drain pin behind a label, as we_host_i2c() does a bus.
//
// # Safety
//
// The same as for we_host_i2c().
enum WeResult we_host_io(struct WeHost *host, const char *label, const struct WePin *table, void *context, char **why);

// Puts a PWM output behind a label, as we_host_i2c() does a bus.
//
// # Safety
//
// The same as for we_host_i2c().
enum WeResult we_host_pwm(struct WeHost *host, const char *label, const struct WePwm *table, void *context, char **why);

// Puts an analogue input behind a label, as we_host_i2c() does a bus.
//
// # Safety
//
// The same as for we_host_i2c().
enum WeResult we_host_adc(struct WeHost *host, const char *label, const struct WeAdc *table, void *context, char **why);

// Puts a serial port behind a label, as we_host_i2c() does a bus.
//
// # Safety
//
// The same as for we_host_i2c().
enum WeResult we_host_uart(struct WeHost *host,
                           const char *label,
                           const struct WeUart *table,
                           void *context,
                           char **why);

// Makes a stop for one run.
struct WeStop *we_stop_new(void);

// Stops the run that was started with it, within 50 ms, or the next one that is. May be called from any thread, and from a callback.
//
// # Safety
//
// `stop` is null, or was made by we_stop_new() and not freed.
void we_stop_request(const struct WeStop *stop);

// Frees a stop, once no thread uses it any more. The run may still go on.
//
// # Safety
//
// `stop` is null, or was made by we_stop_new() and not freed.
void we_stop_free(struct WeStop *stop);

// Runs a component, or a core module for wasm-embedded:hal, until it ends. Several runs may use one host, also at the same time if its
// tables allow. A guest that fails is no failure of this call: `*end` says how it ended, and is to be freed with we_end_free().
//
// # Safety
//
// `host` is null or lives; there are `len` bytes at `component`; `options` is null, for the defaults, or lives during the call with what it
// points to; `end` and `why` are null or places for a pointer.
enum WeResult we_run(const struct WeHost *host,
                     const uint8_t *component,
                     size_t len,
                     const struct WeOptions *options,
                     struct WeEnd **end,
                     char **why);

// Runs a component from a file, as we_run() does.
//
// # Safety
//
// The same as for we_run(); `path` ends with a NUL.
enum WeResult we_run_file(const struct WeHost *host,
                          const char *path,
                          const struct WeOptions *options,
                          struct WeEnd **end,
                          char **why);

// Returns in which way the guest ended.
//
// # Safety
//
// `end` is null, or was made by this library and not freed. The same goes for the functions below.
enum WeEnding we_end_ending(const struct WeEnd *end);

// Returns the guest's own status: 0 for success.
//
// # Safety
//
// The same as for we_end_ending().
uint8_t we_end_status(const struct WeEnd *end);

// Returns when it ended, in nanoseconds since the start: virtual time in simulation.
//
// # Safety
//
// The same as for we_end_ending().
uint64_t we_end_at_ns(const struct WeEnd *end);

// Returns in words how it ended, and where a guest that trapped was: a line each.
//
// # Safety
//
// The same as for we_end_ending().
const char *we_end_message(const struct WeEnd *end);

// Returns the guest's log, then what the host refused and what failed: a line each.
//
// # Safety
//
// The same as for we_end_ending().
const char *we_end_log(const struct WeEnd *end);

// Returns what the guest wrote to its standard output, and how many bytes that is. It does not end with a NUL, and may hold some.
//
// # Safety
//
// The same as for we_end_ending(); `len` is null or a place for a number.
const uint8_t *we_end_stdout(const struct WeEnd *end,
                             size_t *len);

// Returns what the guest wrote to its standard error, as we_end_stdout() does.
//
// # Safety
//
// The same as for we_end_stdout().
const uint8_t *we_end_stderr(const struct WeEnd *end, size_t *len);

// Frees an end. A null pointer is nothing to free.
//
// # Safety
//
// The same as for we_end_ending(), and nobody uses its texts any more.
void we_end_free(struct WeEnd *end);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* WASM_EMBEDDED_H */
