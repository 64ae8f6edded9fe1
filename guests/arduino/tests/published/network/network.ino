// RF24Network over RF24: node 01 sends a message to node 00.
#include <RF24.h>
#include <RF24Network.h>

RF24 radio(9, 53);
RF24Network network(radio);

struct Reading {
  uint32_t ms;
  int16_t centidegrees;
};

void setup() {
  if (!radio.begin()) exit(1);
  radio.setChannel(90);
  network.begin(01);
  RF24NetworkHeader header(00);
  Reading reading = {1000, 2150};
  Serial.println(network.write(header, &reading, sizeof reading) ? F("sent") : F("failed"));
  exit(0);
}

void loop() {}
