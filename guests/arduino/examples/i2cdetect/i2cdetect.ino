// Prints the addresses of a bus at which a target answers, as i2cdetect does. Refused addresses look like silent ones: Wire does not
// tell them apart, and the log does.
#include <Wire.h>

void setup() {
  Wire.begin();
  Serial.println("     0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f");
  for (int row = 0; row < 0x80; row += 16) {
    printHex(row);
    Serial.print(": ");
    for (int address = row; address < row + 16; address++) {
      if (address < 0x08 || address > 0x77) {
        Serial.print("   ");
      } else if (Wire.requestFrom(address, 1) == 1) {
        printHex(address);
        Serial.print(' ');
      } else {
        Serial.print("-- ");
      }
    }
    Serial.println();
  }
  exit(0);
}

void printHex(int number) {
  const char digits[] = "0123456789abcdef";
  Serial.print(digits[number >> 4]);
  Serial.print(digits[number & 15]);
}

void loop() {}
