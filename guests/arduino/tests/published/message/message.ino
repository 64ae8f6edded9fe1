// A message to another device at a serial line, its acknowledgement, and the answer.
#define PJON_INCLUDE_TS
#include <PJON.h>

PJON<ThroughSerial> bus(44);

void receive(uint8_t *payload, uint16_t length, const PJON_Packet_Info &info) {
  Serial.print("from ");
  Serial.print(info.sender_id);
  Serial.print(": ");
  Serial.write(payload, length);
  Serial.println();
}

void setup() {
  Serial1.begin(9600);
  bus.strategy.set_serial(&Serial1);
  bus.set_receiver(receive);
  bus.begin();
  uint16_t sent = bus.send_packet_blocking(45, "how warm is it?", 15);
  Serial.println(sent == PJON_ACK ? "acknowledged" : "lost");
  uint16_t received = PJON_FAIL;
  while (received != PJON_ACK) received = bus.receive(100000);
  exit(0);
}

void loop() {}
