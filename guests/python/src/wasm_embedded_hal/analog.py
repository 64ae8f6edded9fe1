"""``machine.ADC`` and ``machine.PWM``."""

from __future__ import annotations

from typing import Any, Optional, Union

from componentize_py_types import Err
from wit_world.imports import adc, pwm

from .checks import integer, name_of
from .errors import fail
from .pin import Pin


class ADC:
    """An analogue input."""

    def __init__(self, id: Union[int, str, Pin], **_: Any) -> None:
        """Opens an input: number N is the label ``adcN``, and a pin stands for its label. Raises ``OSError``."""
        self.label = id.label if isinstance(id, Pin) else name_of(id, "adc")
        try:
            self._input = adc.Input.open(self.label)
        except Err as error:
            fail(error.value, self._what())

    def _what(self) -> str:
        return f'adc "{self.label}"'

    def read_u16(self) -> int:
        """Returns the reading scaled to 0 to 65535; one below zero is 0. Raises ``OSError``."""
        bits = self._input.resolution_bits()
        try:
            raw = max(self._input.read_raw(), 0)
        except Err as error:
            fail(error.value, self._what())
        return min(raw * 0xFFFF // ((1 << bits) - 1), 0xFFFF) if bits else 0

    def read_uv(self) -> int:
        """Returns the reading in microvolts. Raises ``OSError``."""
        try:
            return self._input.read_microvolts()
        except Err as error:
            fail(error.value, self._what())


class PWM:
    """An output with a duty. Its frequency is the policy's business: ``freq`` is ignored."""

    def __init__(self, dest: Union[int, str, Pin], *, freq: int = 0, duty_u16: Optional[int] = None, **_: Any) -> None:
        """Opens an output: number N is the label ``pwmN``, and a pin stands for its label. Raises ``OSError``."""
        self.label = dest.label if isinstance(dest, Pin) else name_of(dest, "pwm")
        self._duty = 0
        try:
            self._output = pwm.Output.open(self.label)
        except Err as error:
            fail(error.value, self._what())
        if duty_u16 is not None:
            self.duty_u16(duty_u16)

    def _what(self) -> str:
        return f'pwm "{self.label}"'

    def freq(self, *_: int) -> None:
        """Changes nothing: the policy sets the frequency."""

    def duty_u16(self, value: Optional[int] = None) -> Optional[int]:
        """Returns the duty last set, or sets it: 0 is never high, 65535 always. Rounds to the nearest step. Raises ``OSError``."""
        if value is None:
            return self._duty
        self._duty = integer(value, "the duty", 0, 0xFFFF)
        steps = self._output.max_duty()
        try:
            self._output.set_duty((self._duty * steps + 0x7FFF) // 0xFFFF)
        except Err as error:
            fail(error.value, self._what())
        return None

    def deinit(self) -> None:
        """Gives the label back."""
        self._output.__exit__(None, None, None)
