// A flash memory behind a select line that the library drives, and a bus that is read least significant bit first.
#include <OldFlash.h>

OldFlash flash(10);

void setup() {
  flash.begin();
  Serial.print("id: 0x");
  Serial.println(flash.id(), HEX);
  flash.erase(0x1000);
  const byte text[] = "kept";
  flash.write(0x1000, text, sizeof text);
  for (int i = 0; i < 5; i++) Serial.print(flash.read(0x1000 + i), HEX), Serial.print(' ');
  Serial.println();

  // The same command with its bits the other way around.
  SPI.beginTransaction(SPISettings(1000000, LSBFIRST, SPI_MODE0));
  digitalWrite(10, LOW);
  SPI.transfer(0xF9);
  Serial.print("reversed: 0x");
  Serial.println(SPI.transfer(0), HEX);
  digitalWrite(10, HIGH);
  SPI.endTransaction();
  exit(0);
}

void loop() {}
