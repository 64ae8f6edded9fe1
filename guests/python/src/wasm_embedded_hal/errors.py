"""Errors of the imports as ``OSError``, the type that drivers for ``machine`` and ``smbus2`` catch.

Each carries an ``errno``, as Linux reports the same fault (Documentation/i2c/fault-codes.rst), and a text that names the label.
"""

import errno
from typing import Any, NoReturn

#: Of every error name of the package wasm-embedded:hal: its errno, and what to say.
TEXTS = {
    "NO_ACKNOWLEDGE_ADDRESS": (errno.ENXIO, "nobody acknowledged the address"),
    "NO_ACKNOWLEDGE_DATA": (errno.EIO, "the device did not acknowledge a byte"),
    "NO_ACKNOWLEDGE_UNKNOWN": (errno.ENXIO, "address or data was not acknowledged"),
    "ARBITRATION_LOSS": (errno.EAGAIN, "another controller won the bus"),
    "BUS": (errno.EIO, "a fault on the wires"),
    "OVERRUN": (errno.EIO, "bytes were lost"),
    "MODE_FAULT": (errno.EIO, "another controller drives the bus"),
    "FRAME_FORMAT": (errno.EIO, "a fault in the framing"),
    "CHIP_SELECT_FAULT": (errno.EIO, "the select line could not be driven"),
    "DENIED": (errno.EACCES, "the policy does not grant it"),
    "TOO_LONG": (errno.EMSGSIZE, "longer than the policy's limit"),
    "UNSUPPORTED": (errno.EOPNOTSUPP, "the hardware cannot do it"),
    "OUT_OF_RANGE": (errno.EINVAL, "out of range"),
    "BUSY": (errno.EBUSY, "busy"),
    "TIMED_OUT": (errno.ETIMEDOUT, "timed out"),
    "UNKNOWN_LABEL": (errno.ENOENT, "the policy has no such label"),
    "WRONG_KIND": (errno.ENODEV, "the label stands for another kind of hardware"),
    "REFUSED": (errno.EIO, "the host cannot hand it out now"),
    "BROKEN_PIPE": (errno.EPIPE, "the other end is gone"),
    "FRAMING": (errno.EIO, "a byte arrived damaged"),
    "PARITY": (errno.EIO, "a byte arrived with the wrong parity"),
    "LINE_BREAK": (errno.EIO, "the line was held low"),
}


def fail(error: Any, what: str) -> NoReturn:
    """Raises the ``OSError`` for an error value of an import. ``what`` names the hardware, such as ``i2c "bus" 0x48``."""
    number, text = TEXTS.get(error.name, (errno.EIO, error.name.lower().replace("_", " ")))
    raise OSError(number, f"{what}: {text}") from None
