/* Runs a guest on a bus and a device that answer at once: loopback GUEST.wasm ROUNDS */
#include <stdio.h>
#include <stdlib.h>
#include <wasm_embedded.h>

static const char policy[] = "[i2c.counted]\nsim = true\nallow = [0x48]\n[spi.spi0]\nsim = true\n";

static int32_t transaction(void *context, uint16_t address, bool ten_bit, const WeI2cOperation *operations, size_t count) {
  const unsigned *rounds = context;
  (void)address, (void)ten_bit;
  if (count == 2 && operations[1].len >= 2) {
    operations[1].bytes[0] = (uint8_t)(*rounds >> 8);
    operations[1].bytes[1] = (uint8_t)*rounds;
  }
  return WE_ERROR_NONE;
}

static int32_t exchange(void *context, const WeSpiOperation *operations, size_t count) {
  const unsigned *rounds = context;
  for (size_t i = 0; i < count; i++) {
    if (operations[i].read_len < 2) continue;
    operations[i].read[0] = (uint8_t)(*rounds >> 8);
    operations[i].read[1] = (uint8_t)*rounds;
  }
  return WE_ERROR_NONE;
}

int main(int count, char **arguments) {
  if (count != 3) return 64;
  unsigned rounds = (unsigned)strtoul(arguments[2], NULL, 10);
  const WeI2c bus = {.transaction = transaction};
  const WeSpi device = {.run = exchange};
  WeHost *host = NULL;
  WeEnd *end = NULL;
  char *why = NULL;
  if (we_host_new("loopback.c", policy, &host, &why) || we_host_i2c(host, "counted", &bus, &rounds, &why) ||
      we_host_spi(host, "spi0", &device, &rounds, &why) ||
      we_run_file(host, arguments[1], NULL, &end, &why)) {
    fprintf(stderr, "%s\n", why);
    return 1;
  }
  if (we_end_ending(end) != WE_ENDING_STATUS) fprintf(stderr, "%s\n", we_end_message(end));
  int status = we_end_ending(end) == WE_ENDING_STATUS ? we_end_status(end) : 1;
  we_end_free(end);
  we_host_free(host);
  return status;
}
