// Switches an LED on and off five times.
const unsigned long HALF_PERIOD_MS = 500;

int blink = 1;

void setup() { pinMode(LED_BUILTIN, OUTPUT); }

void loop() {
  change("on", HIGH);
  change("off", LOW);
  if (++blink > 5) exit(0);
}

void change(const char *what, int level) {
  Serial.print(blink);
  Serial.print(": ");
  Serial.println(what);
  digitalWrite(LED_BUILTIN, level);
  delay(HALF_PERIOD_MS);
}
