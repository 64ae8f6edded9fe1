"""``machine.Pin`` and ``machine.Signal``."""

from __future__ import annotations

import errno
from typing import Any, Optional, Union

from componentize_py_types import Err
from wit_world.imports import digital

from .checks import name_of
from .errors import fail

_Handle = Union[digital.InputPin, digital.OutputPin, digital.IoPin]


class Pin:
    """A pin behind a label of the policy. Levels are logical: the host inverts a pin that the policy marks ``active-low``."""

    IN = 0
    OUT = 1
    #: An output whose level can be read: the policy's direction ``io``.
    OPEN_DRAIN = 2
    PULL_UP = 1
    PULL_DOWN = 2
    IRQ_RISING = 1
    IRQ_FALLING = 2

    def __init__(self, id: Union[int, str], mode: int = -1, pull: Optional[int] = None, *, value: Optional[int] = None, **_: Any) -> None:
        """Names a pin and, with a ``mode``, opens it. Number N is the label ``gpioN``. ``pull`` is the policy's business.

        Raises ``OSError``.
        """
        self.label = name_of(id, "gpio")
        self._pin: Optional[_Handle] = None
        if mode != -1:
            self.init(mode, pull, value=value)

    def init(self, mode: int = -1, pull: Optional[int] = None, *, value: Optional[int] = None, **_: Any) -> None:
        """Opens the pin in another mode. Raises ``OSError``."""
        kinds = {Pin.IN: digital.InputPin, Pin.OUT: digital.OutputPin, Pin.OPEN_DRAIN: digital.IoPin}
        if mode not in kinds:
            raise ValueError(f"mode must be Pin.IN, Pin.OUT or Pin.OPEN_DRAIN, not {mode}")
        self.deinit()
        try:
            self._pin = kinds[mode].open(self.label)
        except Err as error:
            fail(error.value, self._what())
        if value is not None:
            self.value(value)

    def deinit(self) -> None:
        """Gives the label back."""
        if self._pin is not None:
            self._pin.__exit__(None, None, None)
            self._pin = None

    def _what(self) -> str:
        return f'pin "{self.label}"'

    def _open(self) -> _Handle:
        if self._pin is None:
            raise OSError(errno.EBADF, f"{self._what()}: no mode was set")
        return self._pin

    def value(self, x: Any = None) -> Optional[int]:
        """Returns the level, 0 or 1, or drives the pin to the truth of ``x``. An output's level is the last one commanded.

        Raises ``OSError``.
        """
        pin = self._open()
        try:
            if x is None:
                level = pin.commanded() if isinstance(pin, digital.OutputPin) else pin.level()
                return level.value
            if isinstance(pin, digital.InputPin):
                raise OSError(errno.EOPNOTSUPP, f"{self._what()}: an input cannot be driven")
            pin.set(digital.Level.HIGH if x else digital.Level.LOW)
        except Err as error:
            fail(error.value, self._what())
        return None

    __call__ = value

    def on(self) -> None:
        """Drives the pin high. Raises ``OSError``."""
        self.value(1)

    def off(self) -> None:
        """Drives the pin low. Raises ``OSError``."""
        self.value(0)

    high = on
    low = off

    def toggle(self) -> None:
        """Drives the pin to the other level than the last one commanded. Raises ``OSError``."""
        pin = self._open()
        if isinstance(pin, digital.InputPin):
            raise OSError(errno.EOPNOTSUPP, f"{self._what()}: an input cannot be driven")
        try:
            pin.toggle()
        except Err as error:
            fail(error.value, self._what())

    def irq(self, *_: Any, **__: Any) -> None:
        """Raises ``OSError``: a guest has no interrupts."""
        raise OSError(errno.EOPNOTSUPP, f"{self._what()}: a guest has no interrupts; read the pin in a loop with a short sleep")


class Signal:
    """A pin with a sense of its own. Prefer ``active-low`` in the policy."""

    def __init__(self, pin: Union[Pin, int, str], *args: Any, invert: bool = False, **kwargs: Any) -> None:
        self._pin = pin if isinstance(pin, Pin) else Pin(pin, *args, **kwargs)
        self._invert = invert

    def value(self, x: Any = None) -> Optional[int]:
        """Returns or sets whether the signal is active. Raises ``OSError``."""
        if x is None:
            return (self._pin.value() or 0) ^ self._invert
        return self._pin.value(bool(x) ^ self._invert)

    __call__ = value

    def on(self) -> None:
        """Makes the signal active. Raises ``OSError``."""
        self.value(1)

    def off(self) -> None:
        """Makes the signal inactive. Raises ``OSError``."""
        self.value(0)
