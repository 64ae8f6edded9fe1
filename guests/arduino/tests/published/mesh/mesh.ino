// RF24Mesh over RF24Network over RF24: the master of a mesh begins, and knows its own address.
#include <RF24.h>
#include <RF24Network.h>
#include <RF24Mesh.h>

RF24 radio(9, 53);
RF24Network network(radio);
RF24Mesh mesh(radio, network);

void setup() {
  mesh.setNodeID(0);
  Serial.println(mesh.begin() ? F("the master is up") : F("no radio"));
  mesh.setAddress(7, 05);
  Serial.println(mesh.getAddress(7), OCT);
  Serial.println(mesh.getNodeID(05));
  exit(0);
}

void loop() {}
