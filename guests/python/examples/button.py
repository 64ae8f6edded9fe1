"""Toggles an LED whenever a button is pressed, three times, and is not fooled by a contact that bounces. Labels ``BUTTON`` and ``LED``."""

from machine import Pin
from utime import sleep_ms

#: For how many polls in a row, a millisecond apart, a level must last to count.
STEADY_POLLS = 5


def wait_for(button: Pin, pressed: bool) -> None:
    """Waits until a button has been pressed, or released, for long enough."""
    steady = 0
    while steady < STEADY_POLLS:
        steady = steady + 1 if button.value() == pressed else 0
        sleep_ms(1)


def main() -> None:
    """Counts three presses."""
    button = Pin("BUTTON", Pin.IN)
    led = Pin("LED", Pin.OUT)
    for press in range(1, 4):
        wait_for(button, True)
        led.toggle()
        print(f"press {press}: the LED is {'on' if led.value() else 'off'}")
        wait_for(button, False)
