// Shifts by more than a number has bits: what many drivers do, and no compiler promises anything about.
volatile int bits = 40;

void setup() {
  Serial.println("shifting");
  Serial.println((1 << bits) != 12345 ? "went on" : "");
  exit(0);
}

void loop() {}
