"""Lists the I2C targets on a bus, in the grid of i2c-tools: one byte is read from every address.

``!!`` is an address that the policy does not grant. Label ``bus``.
"""

import errno

from smbus2 import SMBus


def acknowledges(bus: SMBus, address: int) -> str:
    """Returns how an address is shown."""
    try:
        bus.read_byte(address)
    except PermissionError:
        return "!!"
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        return "--"
    return f"{address:02x}"


def main() -> None:
    """Prints the grid."""
    with SMBus("bus") as bus:
        print("     0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f")
        for row in range(0x00, 0x80, 16):
            print(f"{row:02x}: ", end="")
            for address in range(row, row + 16):
                ordinary = 0x08 <= address <= 0x77
                print(acknowledges(bus, address) + " " if ordinary else "   ", end="")
            print()
