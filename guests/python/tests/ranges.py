"""Calls every function with values at and past each bound, and with every kind of buffer. What is refused raises, and the guest goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional

from machine import ADC, I2C, PWM, SPI, UART, Pin, Signal
from smbus2 import SMBus, i2c_msg
from utime import sleep_ms, sleep_us, ticks_add, ticks_diff, ticks_ms
from wasm_embedded_hal.i2c import Bus

CHECKED = 0


def raises(kind: Optional[type[BaseException]], call: Callable[[], Any]) -> None:
    """Fails unless a call raises this kind of exception, or none."""
    global CHECKED
    CHECKED += 1
    try:
        call()
    except Exception as error:
        if kind is None or not isinstance(error, kind):
            raise AssertionError(f"check {CHECKED}: {type(error).__name__}: {error}") from error
        return
    if kind is not None:
        raise AssertionError(f"check {CHECKED}: nothing was raised, and {kind.__name__} should be")


def equal(one: Any, other: Any) -> None:
    """Fails unless two values are equal."""
    global CHECKED
    CHECKED += 1
    if one != other:
        raise AssertionError(f"check {CHECKED}: {one!r} is not {other!r}")


#: Buffers of one byte, 0.
BUFFERS: list[Any] = [b"\0", bytearray(1), memoryview(b"\0"), [0], (0,), range(1), {0: 1}, iter([0])]

#: What is no buffer, and what raises for it.
NO_BUFFERS: list[tuple[Any, type[BaseException]]] = [
    ("\0", TypeError), (0, TypeError), (None, TypeError), (0.0, TypeError), ([0.0], TypeError), (["a"], TypeError), ([None], TypeError),
    ([256], ValueError), ([-1], ValueError), ([0, 1 << 70], ValueError), (True, TypeError),
]


def addresses(call: Callable[[Any], Any]) -> None:
    """Checks a parameter that is an address of seven bits."""
    raises(None, lambda: call(0x50))
    for value in (-1, 0x80, 0x100, 0x150, 1 << 64):
        raises(ValueError, lambda: call(value))
    for value in ("80", None, 80.0, b"P"):
        raises(TypeError, lambda: call(value))
    raises(PermissionError, lambda: call(0x00))
    raises(PermissionError, lambda: call(0x7F))


def numbers(call: Callable[[Any], Any], least: int, most: int, *, ends: bool = True) -> None:
    """Checks a parameter that is a number from ``least`` to ``most``."""
    if ends:
        raises(None, lambda: call(least))
        raises(None, lambda: call(most))
    for value in (least - 1, most + 1, -(1 << 70), 1 << 70):
        raises(ValueError, lambda: call(value))
    for value in ("1", 1.0, b"\1"):
        raises(TypeError, lambda: call(value))


def i2c() -> None:
    """The bus, its two shapes, and messages."""
    bus = I2C("eeprom")
    addresses(lambda address: bus.readfrom(address, 1))
    addresses(lambda address: bus.writeto(address, [0]))
    addresses(lambda address: bus.readfrom_mem(address, 0, 1))
    for buf in BUFFERS:
        equal(bus.writeto(0x50, buf), 1)
    for buf, kind in NO_BUFFERS:
        raises(kind, lambda: bus.writeto(0x50, buf))
        raises(kind, lambda: bus.writeto_mem(0x50, 0, buf))
        raises(kind, lambda: bus.writevto(0x50, [b"\0", buf]))
        raises(kind, lambda: bus.writeto_then_readfrom(0x50, buf, 1))
    equal(bus.writevto(0x50, [b"\0", bytearray()]), 1)
    numbers(lambda count: bus.readfrom(0x50, count), 0, 0xFFFF_FFFF, ends=False)
    raises(OSError, lambda: bus.readfrom(0x50, 0))
    raises(OSError, lambda: bus.readfrom(0x50, 0xFFFF_FFFF))
    numbers(lambda at: bus.readfrom_mem(0x50, at, 1), 0, 0xFF)
    numbers(lambda at: bus.readfrom_mem(0x50, at, 1, addrsize=16), 0, 0xFFFF, ends=False)
    raises(ValueError, lambda: bus.readfrom_mem(0x50, 0, 1, addrsize=12))
    raises(OSError, lambda: bus.writeto(0x50, [0], False))
    into = bytearray(b"12345")
    bus.readfrom_mem_into(0x50, 0, memoryview(into)[1:3])
    equal(into, b"1\xff\xff45")
    raises(TypeError, lambda: bus.readfrom_into(0x50, b"12"))
    raises(TypeError, lambda: bus.readfrom_into(0x50, [0, 0]))
    equal(Bus("eeprom").transaction(0x50, [b"\0", 2, 1]), [b"\xff\xff", b"\xff"])
    for part, kind in ((-1, ValueError), (1 << 32, ValueError), (1.0, TypeError), ("1", TypeError), ([256], ValueError)):
        raises(kind, lambda: Bus("eeprom").transaction(0x50, [part]))
    numbers(lambda address: Bus("eeprom").read(address, 1, ten_bit=True), 0, 0x3FF, ends=False)
    raises(PermissionError, lambda: Bus("eeprom").read(0x3FF, 1, ten_bit=True))
    raises(FileNotFoundError, lambda: I2C("nothing"))
    raises(FileNotFoundError, lambda: I2C(7))
    raises(OSError, lambda: I2C("LED"))
    raises(ValueError, lambda: I2C(-1))
    raises(TypeError, lambda: I2C(None))
    raises(TypeError, lambda: I2C(1.0))


def smbus() -> None:
    """The methods of ``smbus2``."""
    bus = SMBus("eeprom")
    for call in (
        lambda address: bus.read_byte(address),
        lambda address: bus.write_byte(address, 0),
        lambda address: bus.write_quick(address),
        lambda address: bus.read_byte_data(address, 0),
        lambda address: bus.read_word_data(address, 0),
        lambda address: bus.read_i2c_block_data(address, 0, 1),
        lambda address: bus.i2c_rdwr(i2c_msg.read(address, 1)),
        lambda address: bus.i2c_rdwr(i2c_msg.write(address, [0])),
    ):
        addresses(call)
    numbers(lambda value: bus.write_byte(0x50, value), 0, 0xFF)
    numbers(lambda register: bus.read_byte_data(0x50, register), 0, 0xFF)
    numbers(lambda register: bus.read_word_data(0x50, register), 0, 0xFF)
    numbers(lambda length: bus.read_i2c_block_data(0x50, 0, length), 1, 32)
    numbers(lambda value: bus.write_byte_data(0x50, 0, value), 0, 0xFF, ends=False)
    numbers(lambda value: bus.write_word_data(0x50, 0, value), 0, 0xFFFF, ends=False)
    numbers(lambda value: bus.process_call(0x50, 0, value), 0, 0xFFFF, ends=False)
    numbers(lambda length: i2c_msg.read(0x50, length), 0, 0xFFFF)
    for buf, kind in NO_BUFFERS:
        raises(kind, lambda: bus.write_i2c_block_data(0x50, 0, buf))
        raises(kind, lambda: bus.write_block_data(0x50, 0, buf))
        if not isinstance(buf, str):
            raises(kind, lambda: i2c_msg.write(0x50, buf))
    raises(ValueError, lambda: i2c_msg.write(0x50, "\u0100"))
    raises(ValueError, lambda: bus.write_i2c_block_data(0x50, 0, bytes(33)))
    raises(OSError, lambda: bus.read_block_data(0x50, 0))
    raises(OSError, lambda: bus.enable_pec())
    raises(OSError, lambda: bus.i2c_rdwr(i2c_msg.read(0x50, 1), i2c_msg.read(0x51, 1)))
    read = i2c_msg.read(0x50, 2)
    bus.i2c_rdwr(i2c_msg.write(0x50, "\0"), read)
    equal((list(read), bytes(read), len(read)), ([255, 255], b"\xff\xff", 2))
    # A write to the memory comes back, and the word has its lower byte first.
    bus.write_word_data(0x50, 0x10, 0x1234)
    sleep_ms(10)
    equal((bus.read_word_data(0x50, 0x10), bus.read_i2c_block_data(0x50, 0x10, 2)), (0x1234, [0x34, 0x12]))
    bus.close()
    raises(OSError, lambda: bus.read_byte(0x50))


def others() -> None:
    """Everything but I2C."""
    flash = SPI("flash")
    equal(flash.transaction([([0x9F], 0), (b"", 3)])[1], b"\xef\x40\x16")
    for buf, kind in NO_BUFFERS:
        raises(kind, lambda: flash.write(buf))
        raises(kind, lambda: flash.write_readinto(buf, bytearray(1)))
        raises(kind, lambda: flash.transaction([(buf, 0)]))
    numbers(lambda count: flash.read(count), 0, 0xFFFF_FFFF, ends=False)
    numbers(lambda byte: flash.read(1, byte), 0, 0xFF)
    raises(OSError, lambda: flash.read(0xFFFF_FFFF))
    raises(ValueError, lambda: flash.write_readinto(b"12", bytearray(1)))
    raises(TypeError, lambda: flash.readinto(b"12"))
    answer = bytearray(4)
    flash.write_readinto([0x9F, 0, 0, 0], answer)
    equal(answer[1:], b"\xef\x40\x16")
    raises(OSError, lambda: SPI("flash"))
    flash.deinit()
    SPI("flash").deinit()

    port = UART("SERIAL")
    equal(port.read(), None)
    for buf, kind in NO_BUFFERS:
        raises(kind, lambda: port.write(buf))
    equal(port.write(bytearray(b"ping")), 4)
    equal(port.read_exactly(4), b"ping")
    numbers(lambda count: port.read(count), 0, 0xFFFF_FFFF)
    numbers(lambda count: port.readinto(bytearray(4), count), 0, 4)

    led = Pin("LED", Pin.OUT, value=1)
    equal(led.value(), 1)
    led(0)
    equal(Signal(led, invert=True).value(), 1)
    raises(OSError, lambda: Pin("BUTTON", Pin.IN).on())
    raises(ValueError, lambda: Pin("LED", 7))
    raises(OSError, lambda: Pin("LED").value())
    raises(OSError, lambda: led.irq())
    raises(FileNotFoundError, lambda: Pin(3, Pin.OUT))

    numbers(lambda duty: lamp.duty_u16(duty), 0, 0xFFFF) if (lamp := PWM(Pin("LAMP"))) else None
    raises(TypeError, lambda: PWM(0.5))
    equal(0 <= ADC("POT").read_u16() <= 0xFFFF, True)
    equal(ADC("POT").read_uv() >= 0, True)

    numbers(lambda ms: sleep_ms(ms), 0, 0xFFFF_FFFF_FFFF_FFFF // 1_000_000, ends=False)
    numbers(lambda us: sleep_us(us), 0, 0xFFFF_FFFF_FFFF_FFFF // 1_000, ends=False)
    start = ticks_ms()
    sleep_ms(7)
    equal(ticks_diff(ticks_ms(), start) in (7, 8), True)
    equal(ticks_diff(ticks_add(5, -10), 5), -10)


def main() -> None:
    """Does all checks, and says how many."""
    i2c()
    smbus()
    others()
    print(f"{CHECKED} checks passed")
