// RF24: sets an nRF24L01+ up, and sends a payload.
#include <RF24.h>

RF24 radio(9, 53);

void setup() {
  if (!radio.begin()) {
    Serial.println(F("radio hardware is not responding!!"));
    exit(1);
  }
  Serial.println(radio.isPVariant() ? "nRF24L01+" : "nRF24L01");
  radio.setPALevel(RF24_PA_LOW);
  radio.setPayloadSize(sizeof(float));
  radio.setChannel(76);
  const uint8_t address[] = "1Node";
  radio.openWritingPipe(address);
  radio.stopListening();
  float payload = 21.5;
  Serial.println(radio.write(&payload, sizeof payload) ? F("delivered") : F("lost"));
  Serial.print(F("channel "));
  Serial.println(radio.getChannel());
  exit(0);
}

void loop() {}
