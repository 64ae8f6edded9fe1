#include "core.h"

#include <stdio.h>

#include "Arduino.h"

static void message(const char *what, const char *why) {
  char text[160];
  snprintf(text, sizeof text, "%s: %s", what, why);
  Serial.flush();
  hal_log(HAL_LOG_ERROR, "arduino", text);
}

bool core::told(int error, const char *label) {
  static int last;
  static char of[32];
  if (error == HAL_OK) return true;
  if (error != last || strncmp(of, label, sizeof of - 1) != 0) message(label, hal_error_text(error));
  last = error;
  strncpy(of, label, sizeof of - 1);
  return false;
}

void core::refused(const char *what) {
  static const char *last;
  if (what == last) return;
  last = what;
  Serial.flush();
  hal_log(HAL_LOG_ERROR, "arduino", what);
}
