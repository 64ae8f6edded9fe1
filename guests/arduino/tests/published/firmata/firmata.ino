// Firmata on a serial port: a computer asks for the version, sets a digital pin and asks for what the sketch has to say.
#include <Firmata.h>

void digitalWriteCallback(byte port, int value) {
  Serial.print("port ");
  Serial.print(port);
  Serial.print(" = ");
  Serial.println(value, BIN);
  digitalWrite(13, value >> 5 & 1);
}

void setPinModeCallback(byte pin, int mode) {
  Serial.print("pin ");
  Serial.print(pin);
  Serial.print(" has mode ");
  Serial.println(mode);
  if (pin == 13) pinMode(pin, OUTPUT);
}

void stringCallback(char *text) {
  Serial.print("text: ");
  Serial.println(text);
  Firmata.sendString("bye");
  Serial1.flush();
  exit(0);
}

void setup() {
  Firmata.setFirmwareVersion(1, 2);
  Firmata.attach(DIGITAL_MESSAGE, digitalWriteCallback);
  Firmata.attach(SET_PIN_MODE, setPinModeCallback);
  Firmata.attach(STRING_DATA, stringCallback);
  Serial1.begin(57600);
  Firmata.begin(Serial1);
}

void loop() {
  while (Firmata.available()) Firmata.processInput();
}
