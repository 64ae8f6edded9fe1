/* How a sketch starts and ends. It is linked first: what ends a program is here, and not in the C library. */
#include "Arduino.h"
#include "core.h"

/* loop() runs until the host's time-out, or until somebody calls exit(). */
extern "C" int hal_main() {
  setup();
  for (;;) {
    loop();
    yield();
  }
}

/* WASI 0.2's own: success or failure is all it can tell. */
extern "C" __attribute__((import_module("wasi:cli/exit@0.2.6"), import_name("exit"))) void wasi_exit(int32_t failure);

extern "C" _Noreturn void exit(int status) {
  Serial.flush();
  wasi_exit(status != 0);
  __builtin_unreachable();
}
extern "C" _Noreturn void _Exit(int status) { exit(status); }
extern "C" _Noreturn void abort() { hal_panic("abort() was called"); }
