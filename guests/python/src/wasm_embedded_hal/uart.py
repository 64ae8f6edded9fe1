"""``machine.UART``."""

from __future__ import annotations

from typing import Any, Optional, Union

from componentize_py_types import Err
from wit_world.imports import uart

from .checks import MOST_BYTES, Buffer, data, integer, name_of, room
from .errors import fail

#: How much is read at once where no number is given. Within the default limits of a policy.
_PIECE = 1024


class UART:
    """A serial port. Baud rate and framing are the policy's business and ignored."""

    def __init__(self, id: Union[int, str] = 0, baudrate: int = 0, **_: Any) -> None:
        """Opens a port: number N is the label ``uartN``. Raises ``OSError``."""
        self.label = name_of(id, "uart")
        try:
            self._port = uart.Port.open(self.label)
        except Err as error:
            fail(error.value, self._what())

    def init(self, baudrate: int = 0, **_: Any) -> None:
        """Changes nothing: the policy sets baud rate and framing."""

    def deinit(self) -> None:
        """Gives the label back."""
        self._port.__exit__(None, None, None)

    def _what(self) -> str:
        return f'uart "{self.label}"'

    def any(self) -> int:
        """Returns 1 if at least one byte can be read at once, else 0. Raises ``OSError``."""
        try:
            return int(self._port.read_ready())
        except Err as error:
            fail(error.value, self._what())

    def read(self, nbytes: Optional[int] = None) -> Optional[bytes]:
        """Reads what is there, at most ``nbytes`` bytes, and returns ``None`` if nothing is. Raises ``OSError``."""
        most = _PIECE if nbytes is None else integer(nbytes, "nbytes", 0, MOST_BYTES)
        if most == 0 or not self.any():
            return None
        try:
            return self._port.read(most)
        except Err as error:
            fail(error.value, self._what())

    def read_exactly(self, nbytes: int) -> bytes:
        """Waits until ``nbytes`` bytes have arrived. Raises ``OSError``, and ``EOFError`` if the other end is gone before."""
        count = integer(nbytes, "nbytes", 0, MOST_BYTES)
        arrived = b""
        while len(arrived) < count:
            try:
                piece = self._port.read(count - len(arrived))
            except Err as error:
                fail(error.value, self._what())
            if not piece:
                raise EOFError(f"{self._what()}: {count - len(arrived)} bytes are missing")
            arrived += piece
        return arrived

    def readinto(self, buf: Union[bytearray, memoryview], nbytes: Optional[int] = None) -> Optional[int]:
        """Reads what is there into ``buf`` and returns the number of bytes, or ``None`` if nothing is. Raises ``OSError``."""
        view = room(buf)
        most = len(view) if nbytes is None else integer(nbytes, "nbytes", 0, len(view))
        arrived = self.read(most)
        if arrived is None:
            return None
        view[: len(arrived)] = arrived
        return len(arrived)

    def write(self, buf: Buffer) -> int:
        """Writes all bytes, waits until the port has taken them, and returns their number. Raises ``OSError``."""
        sent = data(buf)
        left = sent
        try:
            while left:
                left = left[self._port.write(left) :]
        except Err as error:
            fail(error.value, self._what())
        return len(sent)

    def flush(self) -> None:
        """Waits until all bytes are on the wire. Raises ``OSError``."""
        try:
            self._port.flush()
        except Err as error:
            fail(error.value, self._what())

    def txdone(self) -> bool:
        """Returns whether the port takes more bytes at once. Raises ``OSError``."""
        try:
            return self._port.write_ready()
        except Err as error:
            fail(error.value, self._what())
