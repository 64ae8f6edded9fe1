"""``machine.I2C``."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import Any, Union

from .checks import Buffer, data, integer, room
from .i2c import Bus


class I2C:
    """A bus. ``scl``, ``sda``, ``freq`` and ``timeout`` are the policy's business and ignored."""

    def __init__(self, id: Union[int, str] = 0, **_: Any) -> None:
        """Opens a bus: number N is the label ``i2cN``. Raises ``OSError``."""
        self._bus = Bus(id)

    def init(self, **_: Any) -> None:
        """Changes nothing: the policy sets the clock."""

    def deinit(self) -> None:
        """Gives the label back."""
        self._bus.close()

    def scan(self) -> list[int]:
        """Returns the addresses from 0x08 to 0x77 that acknowledge a read of one byte. Those that the policy does not grant are left out.

        Raises ``OSError`` for any other fault.
        """
        found = []
        for address in range(0x08, 0x78):
            try:
                self._bus.read(address, 1)
                found.append(address)
            except OSError as error:
                if error.errno not in (errno.ENXIO, errno.EACCES):
                    raise
        return found

    def readfrom(self, addr: int, nbytes: int, stop: bool = True) -> bytes:
        """Reads ``nbytes`` bytes. Raises ``OSError``."""
        _needs_stop(stop)
        return self._bus.read(addr, nbytes)

    def readfrom_into(self, addr: int, buf: Union[bytearray, memoryview], stop: bool = True) -> None:
        """Fills ``buf``. Raises ``OSError``."""
        _needs_stop(stop)
        view = room(buf)
        view[:] = self._bus.read(addr, len(view))

    def writeto(self, addr: int, buf: Buffer, stop: bool = True) -> int:
        """Writes all bytes and returns their number. Raises ``OSError``."""
        _needs_stop(stop)
        sent = data(buf)
        self._bus.write(addr, sent)
        return len(sent)

    def writevto(self, addr: int, vector: Sequence[Buffer], stop: bool = True) -> int:
        """Writes the bytes of all buffers in one transaction and returns their number. Raises ``OSError``."""
        return self.writeto(addr, b"".join(data(each) for each in vector), stop)

    def readfrom_mem(self, addr: int, memaddr: int, nbytes: int, *, addrsize: int = 8) -> bytes:
        """Reads ``nbytes`` bytes of a register, whose number has ``addrsize`` bits. Raises ``OSError``."""
        return self._bus.write_read(addr, _memory(memaddr, addrsize), nbytes)

    def readfrom_mem_into(self, addr: int, memaddr: int, buf: Union[bytearray, memoryview], *, addrsize: int = 8) -> None:
        """Fills ``buf`` from a register. Raises ``OSError``."""
        view = room(buf)
        view[:] = self._bus.write_read(addr, _memory(memaddr, addrsize), len(view))

    def writeto_mem(self, addr: int, memaddr: int, buf: Buffer, *, addrsize: int = 8) -> None:
        """Writes to a register. Raises ``OSError``."""
        self._bus.write(addr, _memory(memaddr, addrsize) + data(buf))

    def writeto_then_readfrom(self, addr: int, buf: Buffer, nbytes: int) -> bytes:
        """Writes, then reads after a repeated start: what ``writeto(..., stop=False)`` begins elsewhere. Raises ``OSError``."""
        return self._bus.write_read(addr, buf, nbytes)


#: A bus is a label: whether pins or a controller drive it is the policy's business.
SoftI2C = I2C


def _memory(memaddr: int, addrsize: int) -> bytes:
    if addrsize not in (8, 16, 24, 32):
        raise ValueError(f"addrsize must be 8, 16, 24 or 32, not {addrsize}")
    return integer(memaddr, "memaddr", 0, (1 << addrsize) - 1).to_bytes(addrsize // 8, "big")


def _needs_stop(stop: bool) -> None:
    # A transaction of the host is whole: it ends with a stop. Nothing may be left open between two calls.
    if not stop:
        raise OSError(errno.EOPNOTSUPP, "stop=False is not supported: use readfrom_mem or writeto_then_readfrom")
