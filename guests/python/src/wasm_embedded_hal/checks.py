"""Checks of what a program passes, before it reaches an import of the component.

componentize-py ends the guest when a value does not fit an import (0.25.1): no exception is raised. So every value is checked here, and
what does not fit raises ``TypeError`` or ``ValueError``, as in CPython.
"""

import operator
from collections.abc import Iterable
from typing import SupportsIndex, Union

#: What can be sent: an object with a buffer, or integers from 0 to 255.
Buffer = Union[bytes, bytearray, memoryview, Iterable[int]]

#: The largest number of bytes that an import takes or returns. The policy's limits are far below.
MOST_BYTES = 0xFFFF_FFFF

#: The longest delay, in nanoseconds.
MOST_NS = 0xFFFF_FFFF_FFFF_FFFF


def integer(value: SupportsIndex, name: str, least: int, most: int) -> int:
    """Returns ``value`` as an integer from ``least`` to ``most``.

    Raises ``TypeError`` for what is no integer, such as ``1.0``, and ``ValueError`` for one outside the range.
    """
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, not {type(value).__name__}") from None
    if not least <= number <= most:
        raise ValueError(f"{name} must be {least} to {most}, not {number}")
    return number


def data(value: Buffer, name: str = "data") -> bytes:
    """Returns ``value`` as ``bytes``.

    Raises ``TypeError`` for a string, a number or an element that is no integer, and ``ValueError`` for an element outside 0 to 255.
    """
    if isinstance(value, (str, int)):
        raise TypeError(f"{name} must be bytes or integers from 0 to 255, not {type(value).__name__}")
    try:
        return bytes(value)
    except ValueError:
        raise ValueError(f"{name} must have integers from 0 to 255 only") from None
    except TypeError:
        raise TypeError(f"{name} must be bytes or integers from 0 to 255, not {type(value).__name__}") from None


def room(value: Union[bytearray, memoryview], name: str = "buf") -> memoryview:
    """Returns the bytes of a buffer that can be written to.

    Raises ``TypeError`` for one that cannot, such as ``bytes``.
    """
    try:
        view = memoryview(value).cast("B")
    except TypeError:
        raise TypeError(f"{name} must be a buffer such as bytearray, not {type(value).__name__}") from None
    if view.readonly:
        raise TypeError(f"{name} must be a buffer that can be written to, not {type(value).__name__}")
    return view


def name_of(value: Union[str, int], kind: str) -> str:
    """Returns the policy's label: a string as it is, and number N of a kind as ``kindN``.

    Raises ``TypeError`` for anything else, and ``ValueError`` for a negative number.
    """
    if isinstance(value, str):
        return value
    return f"{kind}{integer(value, 'the number', 0, 0xFFFF)}"
