/* Switches the LED behind the label "LED" on and off five times. */
#include "print.h"

enum { HALF_PERIOD_MS = 500 };

int hal_main(void) {
  hal_output led;
  int error = hal_output_open(&led, "LED");
  for (int blink = 1; error == HAL_OK && blink <= 5; blink++) {
    print_number(blink);
    hal_print(": on\n");
    error = hal_output_set(led, true);
    hal_delay_ms(HALF_PERIOD_MS);
    if (error == HAL_OK) error = hal_output_set(led, false);
    hal_delay_ms(HALF_PERIOD_MS);
    print_number(blink);
    hal_print(": off\n");
  }
  if (error) hal_log(HAL_LOG_ERROR, "blinky", hal_error_text(error));
  return error;
}
