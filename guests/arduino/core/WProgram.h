/* What Arduino.h was called before 2011. */
#include "Arduino.h"
