/*
 * Runs a guest whose thermometer is a function of this program: thermometer GUEST.wasm
 *
 * The guest opens the label "thermometer", and reads an LM75 at 0x48. Build one in the folder `examples` of the repository with
 * `cargo guest --example thermometer`.
 */
#include <stdio.h>
#include <string.h>
#include <wasm_embedded.h>

static const char policy[] =
    "[i2c.thermometer]\n"
    "sim = true\n" /* what stands here is replaced below */
    "allow = [0x48]\n";

/* 21.5, 75 and 80 degC: the upper byte is whole degrees. */
static const uint8_t registers[4][2] = {{21, 128}, {0, 0}, {75, 0}, {80, 0}};

static int32_t transaction(void *context, uint16_t address, bool ten_bit, const WeI2cOperation *operations, size_t count) {
  uint8_t *pointer = context;
  if (ten_bit || address != 0x48) return WE_ERROR_NO_ACK_ADDRESS;
  for (size_t i = 0; i < count; i++) {
    if (operations[i].write) {
      if (operations[i].len > 0) *pointer = operations[i].bytes[0] & 3;
    } else {
      for (size_t at = 0; at < operations[i].len; at++) operations[i].bytes[at] = registers[*pointer][at % 2];
    }
  }
  return WE_ERROR_NONE;
}

int main(int count, char **arguments) {
  if (count != 2) {
    fprintf(stderr, "usage: thermometer GUEST.wasm\n");
    return 64;
  }
  uint8_t pointer = 0;
  const WeI2c lm75 = {.transaction = transaction};
  const WeOptions options = {.timeout_ns = 10000000000u};
  WeHost *host = NULL;
  WeEnd *end = NULL;
  char *why = NULL;
  int status = 1;
  if (we_host_new("thermometer.c", policy, &host, &why) == WE_RESULT_OK &&
      we_host_i2c(host, "thermometer", &lm75, &pointer, &why) == WE_RESULT_OK &&
      we_run_file(host, arguments[1], &options, &end, &why) == WE_RESULT_OK) {
    size_t len;
    const uint8_t *said = we_end_stdout(end, &len);
    fwrite(said, 1, len, stdout);
    fprintf(stderr, "%s%s\n", we_end_log(end), we_end_message(end));
    status = we_end_ending(end) == WE_ENDING_STATUS ? we_end_status(end) : 1;
  } else {
    fprintf(stderr, "%s\n", why);
  }
  we_string_free(why);
  we_end_free(end);
  we_host_free(host);
  return status;
}
