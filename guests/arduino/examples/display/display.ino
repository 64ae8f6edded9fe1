// Draws one frame on an SSD1306 display of 128 x 64 dots: a border and its two diagonals.
#include <Wire.h>

const uint8_t ADDRESS = 0x3c;
const int WIDTH = 128, HEIGHT = 64;

// What a write begins with: commands follow, or dots. Solomon Systech SSD1306 Rev 1.1, section 8.1.5.2.
const uint8_t COMMANDS = 0x00, DATA = 0x40;

// Clock, 64 rows, no offset, charge pump, addresses that run along the rows, the whole window, and the display on. SSD1306 Rev 1.1,
// table 9-1.
const uint8_t SETUP[] PROGMEM = {
  0xae, 0xd5, 0x80, 0xa8, 0x3f, 0xd3, 0x00, 0x40, 0x8d, 0x14, 0x20, 0x00, 0xa1,
  0xc8, 0xda, 0x12, 0x21, 0x00, 0x7f, 0x22, 0x00, 0x07, 0xa4, 0xa6, 0xaf,
};

void setup() {
  Wire.begin();
  Wire.setClock(400000);
  Wire.beginTransmission(ADDRESS);
  Wire.write(COMMANDS);
  for (size_t i = 0; i < sizeof SETUP; i++) Wire.write(pgm_read_byte(&SETUP[i]));
  finish();
  int lit = 0;
  for (int page = 0; page < HEIGHT / 8; page++) lit += draw(page);
  Serial.print(WIDTH);
  Serial.print(" x ");
  Serial.print(HEIGHT);
  Serial.print(" dots: ");
  Serial.print(lit);
  Serial.println(" are lit");
  exit(0);
}

// Sends a page of eight rows, and returns how many of its dots are lit.
int draw(int page) {
  int lit = 0;
  Wire.beginTransmission(ADDRESS);
  Wire.write(DATA);
  for (int x = 0; x < WIDTH; x++) {
    byte column = 0;
    for (int bit = 0; bit < 8; bit++) {
      if (!isLit(x, page * 8 + bit)) continue;
      bitSet(column, bit);
      lit++;
    }
    Wire.write(column);
  }
  finish();
  return lit;
}

bool isLit(int x, int y) {
  return x == 0 || x == WIDTH - 1 || y == 0 || y == HEIGHT - 1 || x == 2 * y || x == WIDTH - 1 - 2 * y;
}

void finish() {
  if (Wire.endTransmission() == 0) return;
  Serial.println("the display does not answer");
  exit(1);
}

void loop() {}
