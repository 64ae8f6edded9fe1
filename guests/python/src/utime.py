"""Time, as MicroPython's ``utime`` has it. In simulation it passes only where the guest waits or uses hardware."""

from time import localtime, mktime, sleep, time

from wasm_embedded_hal.checks import MOST_NS, integer
from wit_world.imports import clock, delay

__all__ = ["localtime", "mktime", "sleep", "sleep_ms", "sleep_us", "ticks_add", "ticks_diff", "ticks_ms", "ticks_us", "time"]

_PERIOD = 1 << 30


def sleep_ms(ms: int) -> None:
    """Waits ``ms`` milliseconds."""
    delay.delay_ns(integer(ms, "the milliseconds", 0, MOST_NS // 1_000_000) * 1_000_000)


def sleep_us(us: int) -> None:
    """Waits ``us`` microseconds."""
    delay.delay_ns(integer(us, "the microseconds", 0, MOST_NS // 1_000) * 1_000)


def ticks_ms() -> int:
    """Returns milliseconds that begin again at 0 after 2^30, about 12 days."""
    return clock.now_ns() // 1_000_000 % _PERIOD


def ticks_us() -> int:
    """Returns microseconds that begin again at 0 after 2^30, about 18 minutes."""
    return clock.now_ns() // 1_000 % _PERIOD


def ticks_add(ticks: int, delta: int) -> int:
    """Returns the ticks that are ``delta`` later."""
    return (ticks + delta) % _PERIOD


def ticks_diff(end: int, start: int) -> int:
    """Returns how many ticks ``end`` is later than ``start``, at most half a period either way."""
    return (end - start + _PERIOD // 2) % _PERIOD - _PERIOD // 2
