"""Buses and pins, shaped like MicroPython's ``machine``.

A string is a label of the policy. Number N stands for the label ``i2cN``, ``spiN``, ``uartN``, ``gpioN``, ``adcN`` or ``pwmN``. What a
policy decides is accepted and ignored: pins, clocks, pulls, drive strengths. Interrupts are refused: poll the pin.
"""

from wasm_embedded_hal.analog import ADC, PWM
from wasm_embedded_hal.machine_i2c import I2C, SoftI2C
from wasm_embedded_hal.pin import Pin, Signal
from wasm_embedded_hal.spi import SPI
from wasm_embedded_hal.uart import UART

__all__ = ["ADC", "I2C", "PWM", "Pin", "SPI", "Signal", "SoftI2C", "UART"]
