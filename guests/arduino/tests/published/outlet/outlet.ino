// A remote control for a power outlet, and a receiver at the same wire that measures what it sends.
#include <RCSwitch.h>

const int TRANSMITTER = 10;
const int RECEIVER = 2;

RCSwitch remote;
String heard;
unsigned long fell;

// The time for which the wire was low says what it was: 10.2 ms begin a telegram, 2.5 ms its code, 1.2 ms are a 0, and 0.2 ms a 1.
void edge() {
  unsigned long now = micros();
  if (digitalRead(RECEIVER) == LOW) {
    fell = now;
    return;
  }
  unsigned long low = now - fell;
  if (low > 8000) heard += "\ntelegram ";
  else if (low < 2000) heard += low > 700 ? '0' : '1';
}

void setup() {
  remote.enableTransmit(TRANSMITTER);
  digitalWrite(TRANSMITTER, HIGH);
  delay(1);
  attachInterrupt(digitalPinToInterrupt(RECEIVER), edge, CHANGE);
  char on[] = "01100101101010100110";
  remote.send(on);
  char off[] = "01100101101010101001";
  remote.setRepeatTransmit(2);
  digitalWrite(TRANSMITTER, HIGH);
  remote.send(off);
  Serial.println(heard);
  exit(0);
}

void loop() {}
