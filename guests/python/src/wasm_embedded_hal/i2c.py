"""An I2C bus as ``machine`` and ``smbus2`` both need it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Union

from componentize_py_types import Err
from wit_world.imports import i2c

from .checks import MOST_BYTES, Buffer, data, integer, name_of
from .errors import fail


class Bus:
    """A bus behind a label of the policy. Addresses are right-aligned: 7 bits, or 10 bits where ``ten_bit`` is true."""

    def __init__(self, label: Union[str, int]) -> None:
        """Opens ``label``; number N is the label ``i2cN``. Raises ``OSError``."""
        self.label = name_of(label, "i2c")
        try:
            self._bus = i2c.Bus.open(self.label)
        except Err as error:
            fail(error.value, f'i2c "{self.label}"')

    def _address(self, address: int, ten_bit: bool) -> i2c.Address:
        if ten_bit:
            return i2c.Address_TenBit(integer(address, "a ten-bit address", 0, 0x3FF))
        return i2c.Address_SevenBit(integer(address, "an address", 0, 0x7F))

    def _what(self, address: int) -> str:
        return f'i2c "{self.label}" {address:#04x}'

    def read(self, address: int, count: int, ten_bit: bool = False) -> bytes:
        """Reads ``count`` bytes in one transaction. Raises ``OSError``."""
        to = self._address(address, ten_bit)
        count = integer(count, "the number of bytes", 0, MOST_BYTES)
        try:
            return self._bus.read(to, count)
        except Err as error:
            fail(error.value, self._what(address))

    def write(self, address: int, buf: Buffer, ten_bit: bool = False) -> None:
        """Writes all bytes in one transaction; none only address the device. Raises ``OSError``."""
        to, sent = self._address(address, ten_bit), data(buf)
        try:
            self._bus.write(to, sent)
        except Err as error:
            fail(error.value, self._what(address))

    def write_read(self, address: int, buf: Buffer, count: int, ten_bit: bool = False) -> bytes:
        """Writes, then reads ``count`` bytes after a repeated start. Raises ``OSError``."""
        to, sent = self._address(address, ten_bit), data(buf)
        count = integer(count, "the number of bytes", 0, MOST_BYTES)
        try:
            return self._bus.write_read(to, sent, count)
        except Err as error:
            fail(error.value, self._what(address))

    def transaction(self, address: int, parts: Sequence[Union[int, Buffer]], ten_bit: bool = False) -> list[bytes]:
        """Does all ``parts`` in one transaction: a number reads as many bytes, anything else is written.

        Returns the bytes of each read. Raises ``OSError``.
        """
        to = self._address(address, ten_bit)
        operations, sent, counts = [], b"", []
        for part in parts:
            if isinstance(part, int):
                counts.append(integer(part, "the number of bytes", 0, MOST_BYTES))
                operations.append(i2c.Operation(i2c.Direction.READ, counts[-1]))
            else:
                piece = data(part)
                sent += piece
                operations.append(i2c.Operation(i2c.Direction.WRITE, len(piece)))
        try:
            reply = self._bus.transaction(to, operations, sent)
        except Err as error:
            fail(error.value, self._what(address))
        replies, at = [], 0
        for count in counts:
            replies.append(reply[at : at + count])
            at += count
        return replies

    def close(self) -> None:
        """Gives the label back."""
        self._bus.__exit__(None, None, None)
