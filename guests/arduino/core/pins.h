/* What the core knows of a pin. */
#pragma once

#include <stdint.h>

namespace core {

/* What a label was opened as. A FAILED one has been reported, and stays as it is. */
enum Kind : uint8_t { CLOSED, FAILED, OUT, IN, BOTH, PWM };

struct Pin {
  Kind kind;
  uint8_t mode;
  /* What was written last, or will be driven once the pin is an output. */
  bool level;
  uint32_t handle;
};

/* Returns a pin, or nothing for a number past the last one, which is refused. */
Pin *pin(uint8_t number);
/* Reports why a pin cannot be used; false. */
bool failed(Pin &pin, uint8_t number, int error);

}  // namespace core
