// Reads the registers of an LM75: its temperature, and the limits of its alarm.
#include <Wire.h>

const uint8_t ADDRESS = 0x48;

void setup() {
  Wire.begin();
  show("temperature", 0);
  show("hysteresis", 2);
  show("limit", 3);
  exit(0);
}

void show(const char *name, uint8_t number) {
  Wire.beginTransmission(ADDRESS);
  Wire.write(number);
  Wire.endTransmission(false);
  if (Wire.requestFrom(ADDRESS, 2) != 2) {
    Serial.println("the LM75 does not answer");
    exit(1);
  }
  // Two's complement, left-justified: the upper byte is whole degrees, whatever the resolution. DS012658, section 1.12.
  int16_t raw = Wire.read() << 8;
  raw |= Wire.read();
  Serial.print(name);
  Serial.print(": ");
  Serial.print(raw / 256.0, 1);
  Serial.println(" degC");
}

void loop() {}
