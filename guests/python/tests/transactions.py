"""Does 10,000 transactions of one byte written and eight read, for the time that each takes. Label ``eeprom``."""

from machine import I2C


def main() -> None:
    """Reads the first bytes of the memory again and again."""
    bus = I2C("eeprom")
    for _ in range(10_000):
        bus.readfrom_mem(0x50, 0, 8)
