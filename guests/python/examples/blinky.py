"""Blinks an LED five times. Label ``LED``, an output."""

from machine import Pin
from utime import sleep_ms


def main() -> None:
    """Blinks."""
    led = Pin("LED", Pin.OUT)
    for blink in range(1, 6):
        print(f"{blink}: on")
        led.on()
        sleep_ms(500)
        led.off()
        sleep_ms(500)
        print(f"{blink}: off")
