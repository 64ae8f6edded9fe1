/* Toggles the LED behind "LED" whenever the button behind "BUTTON" is pressed, three times, without being fooled by its contact, which
   bounces for less than 5 ms. */
#include "print.h"

enum { POLL_MS = 1, STEADY_POLLS = 5 };

/* Waits until the button has been pressed, or released, for long enough. */
static int wait_for(hal_input button, bool pressed) {
  int steady = 0;
  while (steady < STEADY_POLLS) {
    bool high;
    int error = hal_input_level(button, &high);
    if (error) return error;
    steady = high == pressed ? steady + 1 : 0;
    hal_delay_ms(POLL_MS);
  }
  return HAL_OK;
}

int hal_main(void) {
  hal_input button;
  hal_output led;
  int error = hal_input_open(&button, "BUTTON");
  if (error == HAL_OK) error = hal_output_open(&led, "LED");
  for (int press = 1; error == HAL_OK && press <= 3; press++) {
    bool on;
    if ((error = wait_for(button, true))) break;
    if ((error = hal_output_toggle(led))) break;
    if ((error = hal_output_commanded(led, &on))) break;
    hal_print("press ");
    print_number(press);
    hal_print(on ? ": the LED is on\n" : ": the LED is off\n");
    error = wait_for(button, false);
  }
  if (error) hal_log(HAL_LOG_ERROR, "button", hal_error_text(error));
  return error;
}
