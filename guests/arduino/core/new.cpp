/* Memory for C++: without it, nothing goes on. */
#include <new>
#include <stdlib.h>

#include "wasm_embedded_hal.h"

void *operator new(size_t size) {
  void *place = malloc(size == 0 ? 1 : size);
  if (place == nullptr) hal_panic("no memory is left");
  return place;
}
void *operator new[](size_t size) { return operator new(size); }
void *operator new(size_t size, const std::nothrow_t &) noexcept { return malloc(size == 0 ? 1 : size); }
void *operator new[](size_t size, const std::nothrow_t &) noexcept { return malloc(size == 0 ? 1 : size); }
void operator delete(void *place) noexcept { free(place); }
void operator delete[](void *place) noexcept { free(place); }
void operator delete(void *place, size_t) noexcept { free(place); }
void operator delete[](void *place, size_t) noexcept { free(place); }

