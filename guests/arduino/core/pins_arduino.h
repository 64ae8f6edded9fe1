/* The pins are in Arduino.h. */
#include "Arduino.h"
