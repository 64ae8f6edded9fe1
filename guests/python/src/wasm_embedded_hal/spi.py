"""``machine.SPI``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Union

from componentize_py_types import Err
from wit_world.imports import spi
from wit_world.imports.types import OpenError

from .checks import MOST_BYTES, Buffer, data, integer, name_of, room
from .errors import fail


class SPI:
    """A device with its select line, or a bus without one, as the policy says. Speed and mode are the policy's business and ignored.

    The host drives the select line of a device around every call; :meth:`transaction` keeps it low over several steps.
    """

    MSB = 0
    LSB = 1

    def __init__(self, id: Union[int, str] = 0, baudrate: int = 0, **_: Any) -> None:
        """Opens a label: number N is ``spiN``. Raises ``OSError``."""
        self.label = name_of(id, "spi")
        self._handle: Union[spi.Device, spi.Bus]
        try:
            try:
                self._handle = spi.Device.open(self.label)
            except Err as error:
                if error.value != OpenError.WRONG_KIND:
                    raise
                self._handle = spi.Bus.open(self.label)
        except Err as error:
            fail(error.value, self._what())

    def init(self, baudrate: int = 0, **_: Any) -> None:
        """Changes nothing: the policy sets speed and mode."""

    def deinit(self) -> None:
        """Gives the label back."""
        self._handle.__exit__(None, None, None)

    def _what(self) -> str:
        return f'spi "{self.label}"'

    def _transfer(self, sent: bytes, count: int) -> bytes:
        try:
            return self._handle.transfer(sent, count)
        except Err as error:
            fail(error.value, self._what())

    def read(self, nbytes: int, write: int = 0x00) -> bytes:
        """Reads ``nbytes`` bytes while ``write`` is sent again and again. Raises ``OSError``."""
        count = integer(nbytes, "nbytes", 0, MOST_BYTES)
        sent = bytes([integer(write, "write", 0, 0xFF)])
        if sent == b"\0":
            try:
                return self._handle.read(count)
            except Err as error:
                fail(error.value, self._what())
        return self._transfer(sent * integer(count, "nbytes with a byte to write", 0, 1 << 24), count)

    def readinto(self, buf: Union[bytearray, memoryview], write: int = 0x00) -> None:
        """Fills ``buf`` while ``write`` is sent again and again. Raises ``OSError``."""
        view = room(buf)
        view[:] = self.read(len(view), write)

    def write(self, buf: Buffer) -> None:
        """Writes all bytes. Raises ``OSError``."""
        sent = data(buf)
        try:
            self._handle.write(sent)
        except Err as error:
            fail(error.value, self._what())

    def write_readinto(self, write_buf: Buffer, read_buf: Union[bytearray, memoryview]) -> None:
        """Writes and reads at the same time. The buffers must have one length. Raises ``OSError``."""
        sent, view = data(write_buf, "write_buf"), room(read_buf, "read_buf")
        if len(sent) != len(view):
            raise ValueError("the buffers must have one length")
        view[:] = self._transfer(sent, len(view))

    def transaction(self, steps: Sequence[tuple[Buffer, int]]) -> list[bytes]:
        """Does several steps under one select: each writes bytes and reads a number of bytes at the same time.

        Returns what each step read. Raises ``OSError``, and ``TypeError`` for a bus without a select line.
        """
        if not isinstance(self._handle, spi.Device):
            raise TypeError(f"{self._what()} has no select line of its own")
        operations, sent, counts = [], b"", []
        for buf, count in steps:
            piece = data(buf)
            sent += piece
            counts.append(integer(count, "the number of bytes", 0, MOST_BYTES))
            operations.append(spi.Operation(len(piece), counts[-1], 0))
        try:
            reply = self._handle.transaction(operations, sent)
        except Err as error:
            fail(error.value, self._what())
        replies, at = [], 0
        for count in counts:
            replies.append(reply[at : at + count])
            at += count
        return replies
