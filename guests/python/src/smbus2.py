"""``SMBus`` and ``i2c_msg``, with the methods of the library ``smbus2`` for Linux (0.5).

Bus number N is the label ``i2cN`` of the policy; a string is a label itself. The bytes on the wires are those of the SMBus specification
3.2, section 6.5. Packet error checking and the block transfers whose length the device tells are refused: hosts of ``wasm-embedded:hal``
read a number of bytes that is known before.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from typing import Optional, Union

from wasm_embedded_hal.checks import Buffer, data, integer
from wasm_embedded_hal.i2c import Bus

__all__ = ["I2C_SMBUS_BLOCK_MAX", "SMBus", "i2c_msg"]

#: The most bytes in a block. SMBus 2.0, section 5.5.7, and Linux' i2c-dev.
I2C_SMBUS_BLOCK_MAX = 32


class i2c_msg:
    """A read or a write, for :meth:`SMBus.i2c_rdwr`."""

    def __init__(self, address: int, buf: bytes, reads: bool) -> None:
        self.addr = integer(address, "an address", 0, 0x7F)
        self.buf = buf
        self.len = len(buf)
        self.flags = int(reads)

    @staticmethod
    def read(address: int, length: int) -> "i2c_msg":
        """Returns a read of ``length`` bytes."""
        return i2c_msg(address, bytes(integer(length, "the length", 0, 0xFFFF)), True)

    @staticmethod
    def write(address: int, buf: Union[Buffer, str]) -> "i2c_msg":
        """Returns a write. A string stands for the codes of its characters."""
        sent = data([ord(each) for each in buf] if isinstance(buf, str) else buf)
        integer(len(sent), "the length", 0, 0xFFFF)
        return i2c_msg(address, sent, False)

    def __iter__(self) -> Iterator[int]:
        return iter(self.buf)

    def __len__(self) -> int:
        return self.len

    def __bytes__(self) -> bytes:
        return self.buf


class SMBus:
    """A bus. Each method is one transaction."""

    def __init__(self, bus: Optional[Union[int, str]] = None, force: bool = False) -> None:
        """Opens ``bus``, unless it is ``None``. ``force`` changes nothing. Raises ``OSError``."""
        self._bus: Optional[Bus] = None
        self.force = force
        if bus is not None:
            self.open(bus)

    def open(self, bus: Union[int, str]) -> None:
        """Opens a bus: number N is the label ``i2cN``, and ``/dev/i2c-N`` too. Raises ``OSError``."""
        if isinstance(bus, str) and bus.startswith("/dev/i2c-"):
            bus = int(bus.removeprefix("/dev/i2c-"))
        self._bus = Bus(bus)

    def close(self) -> None:
        """Gives the label back."""
        if self._bus is not None:
            self._bus.close()
            self._bus = None

    def __enter__(self) -> "SMBus":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pec(self) -> int:
        """Packet error checking: 0, off."""
        return 0

    @pec.setter
    def pec(self, enable: int) -> None:
        self.enable_pec(bool(enable))

    def enable_pec(self, enable: bool = True) -> None:
        """Raises ``OSError`` if packet error checking is to be switched on."""
        if enable:
            raise OSError(errno.EOPNOTSUPP, "packet error checking is not supported")

    def _open(self) -> Bus:
        if self._bus is None:
            raise OSError(errno.EBADF, "the bus is closed")
        return self._bus

    def _command(self, register: int) -> int:
        return integer(register, "the register", 0, 0xFF)

    def write_quick(self, i2c_addr: int, force: Optional[bool] = None) -> None:
        """Addresses a device and nothing else. Raises ``OSError``."""
        self._open().write(i2c_addr, b"")

    def read_byte(self, i2c_addr: int, force: Optional[bool] = None) -> int:
        """Reads a byte without a register. Raises ``OSError``."""
        return self._open().read(i2c_addr, 1)[0]

    def write_byte(self, i2c_addr: int, value: int, force: Optional[bool] = None) -> None:
        """Writes a byte without a register. Raises ``OSError``."""
        self._open().write(i2c_addr, [integer(value, "the value", 0, 0xFF)])

    def read_byte_data(self, i2c_addr: int, register: int, force: Optional[bool] = None) -> int:
        """Reads a byte of a register. Raises ``OSError``."""
        return self._open().write_read(i2c_addr, [self._command(register)], 1)[0]

    def write_byte_data(self, i2c_addr: int, register: int, value: int, force: Optional[bool] = None) -> None:
        """Writes a byte to a register. Raises ``OSError``."""
        self._open().write(i2c_addr, [self._command(register), integer(value, "the value", 0, 0xFF)])

    def read_word_data(self, i2c_addr: int, register: int, force: Optional[bool] = None) -> int:
        """Reads two bytes of a register, the lower one first. Raises ``OSError``."""
        return int.from_bytes(self._open().write_read(i2c_addr, [self._command(register)], 2), "little")

    def write_word_data(self, i2c_addr: int, register: int, value: int, force: Optional[bool] = None) -> None:
        """Writes two bytes to a register, the lower one first. Raises ``OSError``."""
        word = integer(value, "the value", 0, 0xFFFF).to_bytes(2, "little")
        self._open().write(i2c_addr, bytes([self._command(register)]) + word)

    def process_call(self, i2c_addr: int, register: int, value: int, force: Optional[bool] = None) -> int:
        """Writes a word to a register and reads a word of the answer. Raises ``OSError``."""
        word = integer(value, "the value", 0, 0xFFFF).to_bytes(2, "little")
        sent = bytes([self._command(register)]) + word
        return int.from_bytes(self._open().write_read(i2c_addr, sent, 2), "little")

    def read_i2c_block_data(self, i2c_addr: int, register: int, length: int, force: Optional[bool] = None) -> list[int]:
        """Reads ``length`` bytes of a register. Raises ``OSError``."""
        length = integer(length, "the length", 1, I2C_SMBUS_BLOCK_MAX)
        return list(self._open().write_read(i2c_addr, [self._command(register)], length))

    def write_i2c_block_data(self, i2c_addr: int, register: int, values: Buffer, force: Optional[bool] = None) -> None:
        """Writes bytes to a register. Raises ``OSError``."""
        sent = data(values)
        integer(len(sent), "the length", 0, I2C_SMBUS_BLOCK_MAX)
        self._open().write(i2c_addr, bytes([self._command(register)]) + sent)

    def write_block_data(self, i2c_addr: int, register: int, values: Buffer, force: Optional[bool] = None) -> None:
        """Writes the number of bytes and the bytes to a register. Raises ``OSError``."""
        sent = data(values)
        integer(len(sent), "the length", 1, I2C_SMBUS_BLOCK_MAX)
        self._open().write(i2c_addr, bytes([self._command(register), len(sent)]) + sent)

    def read_block_data(self, i2c_addr: int, register: int, force: Optional[bool] = None) -> list[int]:
        """Raises ``OSError``: the device would tell the length while it is read."""
        raise OSError(errno.EOPNOTSUPP, "a block whose length the device tells is not supported; use read_i2c_block_data")

    def i2c_rdwr(self, *i2c_msgs: i2c_msg) -> None:
        """Does all messages in one transaction, and puts what was read into them. All must have one address. Raises ``OSError``."""
        if not i2c_msgs:
            return
        address = i2c_msgs[0].addr
        if any(message.addr != address for message in i2c_msgs):
            raise OSError(errno.EOPNOTSUPP, "the messages of one transaction must have one address")
        parts: Sequence[Union[int, Buffer]] = [message.len if message.flags & 1 else message.buf for message in i2c_msgs]
        replies = iter(self._open().transaction(address, parts))
        for message in i2c_msgs:
            if message.flags & 1:
                message.buf = next(replies)
