"""Draws one frame on an SSD1306 display of 128 x 64 dots: a border and its two diagonals. Label ``display``."""

from machine import I2C

ADDRESS = 0x3C
WIDTH, HEIGHT = 128, 64

#: Commands follow the first byte. Solomon Systech SSD1306 Rev 1.1, section 8.1.5.2 and table 9-1.
SETUP = bytes.fromhex("00 ae d5 80 a8 3f d3 00 40 8d 14 20 00 a1 c8 da 12 21 00 7f 22 00 07 a4 a6 af")

#: Dots follow it.
DATA = 0x40


def is_lit(x: int, y: int) -> bool:
    """Returns whether a dot belongs to the border or to a diagonal."""
    return x in (0, WIDTH - 1, 2 * y, WIDTH - 1 - 2 * y) or y in (0, HEIGHT - 1)


def main() -> None:
    """Sets the display up and sends the frame, a page of eight rows at a time."""
    bus = I2C("display")
    bus.writeto(ADDRESS, SETUP)
    lit = 0
    for page in range(0, HEIGHT, 8):
        row = [sum(is_lit(x, page + bit) << bit for bit in range(8)) for x in range(WIDTH)]
        lit += sum(column.bit_count() for column in row)
        bus.writeto(ADDRESS, [DATA, *row])
    print(f"{WIDTH} x {HEIGHT} dots: {lit} are lit")
