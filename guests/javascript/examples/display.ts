// Draws one frame on an SSD1306 display of 128 x 64 dots: a border and its two diagonals. Label `display`.
import { I2c, program, write } from "wasm-embedded-hal-js";

const ADDRESS = 0x3c;
const WIDTH = 128;
const HEIGHT = 64;

// What follows the first byte: commands, or dots. Solomon Systech SSD1306 Rev 1.1, section 8.1.5.2.
const COMMANDS = 0x00;
const DATA = 0x40;

// SSD1306 Rev 1.1, table 9-1.
const SETUP = [
  COMMANDS, 0xae, 0xd5, 0x80, 0xa8, 0x3f, 0xd3, 0x00, 0x40, 0x8d, 0x14, 0x20, 0x00, 0xa1, 0xc8, 0xda, 0x12, 0x21, 0x00, 0x7f, 0x22, 0x00,
  0x07, 0xa4, 0xa6, 0xaf,
];

/** Returns whether a dot belongs to the border or to a diagonal. */
function isLit(x: number, y: number): boolean {
  return x === 0 || x === WIDTH - 1 || y === 0 || y === HEIGHT - 1 || x === 2 * y || x === WIDTH - 1 - 2 * y;
}

export const run = program(() => {
  const bus = new I2c("display");
  bus.write(ADDRESS, SETUP);
  let lit = 0;
  for (let page = 0; page < HEIGHT; page += 8) {
    const row = [DATA];
    for (let x = 0; x < WIDTH; x++) {
      let column = 0;
      for (let bit = 0; bit < 8; bit++) {
        if (isLit(x, page + bit)) {
          column |= 1 << bit;
          lit++;
        }
      }
      row.push(column);
    }
    bus.write(ADDRESS, row);
  }
  write(`${WIDTH} x ${HEIGHT} dots: ${lit} are lit\n`);
});
