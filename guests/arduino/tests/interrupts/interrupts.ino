// Interrupts of a button that bounces, and a tone that goes on meanwhile; time by looking at the clock alone.
const byte BUTTON = 2, BUZZER = 8;

volatile unsigned int falls = 0;
volatile unsigned long first = 0;

void pressed() {
  if (falls == 0) first = millis();
  falls++;
}

void setup() {
  pinMode(BUTTON, INPUT_PULLUP);
  attachInterrupt(digitalPinToInterrupt(BUTTON), pressed, FALLING);
  tone(BUZZER, 1000, 50);
  unsigned long start = millis();
  while (millis() - start < 1000) {
  }
  noInterrupts();
  Serial.print(falls);
  Serial.print(" edge, the first after ms: ");
  Serial.println(first);
  interrupts();
  detachInterrupt(digitalPinToInterrupt(BUTTON));
  falls = 0;
  delay(1000);
  Serial.println(falls);
  exit(0);
}

void loop() {}
