/* As many SPI transfers of 32 bytes as the device says, as a module of the 0.4 family. */
#include <stdint.h>

#define SPI(name) __attribute__((import_module("spi"), import_name(name)))

typedef struct {
  uint8_t *bytes;
  uint32_t len;
} buffer;

SPI("init") int32_t spi_init(uint32_t port, uint32_t baud, int32_t mosi, int32_t miso, int32_t sck, int32_t cs, int32_t *device);
SPI("transfer_inplace") int32_t spi_transfer_inplace(int32_t device, const buffer *bytes);

/* A program for WASI 0.1, as all of them are. */
__attribute__((import_module("wasi_snapshot_preview1"), import_name("proc_exit"))) _Noreturn void proc_exit(int32_t status);

__attribute__((export_name("_start"))) void start(void) {
  uint8_t bytes[32] = {0};
  const buffer all = {bytes, sizeof bytes};
  int32_t device;
  if (spi_init(0, 1000000, 0, 0, 0, 0, &device) || spi_transfer_inplace(device, &all)) __builtin_trap();
  for (int left = bytes[0] << 8 | bytes[1]; left > 0; left--) {
    if (spi_transfer_inplace(device, &all)) __builtin_trap();
  }
  proc_exit(0);
}
