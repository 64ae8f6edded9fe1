// Draws one frame on an SSD1306 display of 128 x 64 dots behind the label "display": a border and its two diagonals.
import { I2c, print } from "../assembly";

export { cabi_import_realloc } from "../assembly";

const ADDRESS: u16 = 0x3c;
const WIDTH: i32 = 128;
const HEIGHT: i32 = 64;

// What a write begins with: commands follow, or dots. Solomon Systech SSD1306 Rev 1.1, section 8.1.5.2.
const COMMANDS: u8 = 0x00;
const DATA: u8 = 0x40;

// Clock, 64 rows, no offset, charge pump, addresses that run along the rows, the whole window, and the display on. SSD1306 Rev 1.1,
// table 9-1.
const SETUP: StaticArray<u8> = [
  COMMANDS, 0xae, 0xd5, 0x80, 0xa8, 0x3f, 0xd3, 0x00, 0x40, 0x8d, 0x14, 0x20, 0x00, 0xa1, 0xc8, 0xda, 0x12, 0x21,
  0x00, 0x7f, 0x22, 0x00, 0x07, 0xa4, 0xa6, 0xaf,
];

// Whether a dot belongs to the border or to a diagonal.
function isLit(x: i32, y: i32): bool {
  return x == 0 || x == WIDTH - 1 || y == 0 || y == HEIGHT - 1 || x == 2 * y || x == WIDTH - 1 - 2 * y;
}

export function run(): i32 {
  const bus = new I2c("display");
  const setup = new Uint8Array(SETUP.length);
  for (let i = 0; i < SETUP.length; i++) setup[i] = SETUP[i];
  bus.write(ADDRESS, setup);
  const bytes = new Uint8Array(1 + WIDTH);
  bytes[0] = DATA;
  let lit = 0;
  for (let page = 0; page < HEIGHT / 8; page++) {
    for (let x = 0; x < WIDTH; x++) {
      let column: u8 = 0;
      for (let bit = 0; bit < 8; bit++) {
        if (isLit(x, page * 8 + bit)) column |= <u8>(<i32>1 << bit);
      }
      bytes[1 + x] = column;
      lit += popcnt(column);
    }
    bus.write(ADDRESS, bytes);
  }
  print("128 x 64 dots: " + lit.toString() + " are lit\n");
  return 0;
}
