// Toggles an LED whenever a button is pressed, three times, without being fooled by its contact, which bounces for less than 5 ms.
const int BUTTON = 2;
const int STEADY_POLLS = 5;

int presses = 0;

void setup() {
  pinMode(BUTTON, INPUT_PULLUP);
  pinMode(LED_BUILTIN, OUTPUT);
}

void loop() {
  waitFor(HIGH);
  digitalWrite(LED_BUILTIN, !digitalRead(LED_BUILTIN));
  Serial.print("press ");
  Serial.print(++presses);
  Serial.println(digitalRead(LED_BUILTIN) ? ": the LED is on" : ": the LED is off");
  waitFor(LOW);
  if (presses == 3) exit(0);
}

// The policy has the button active-low: it reads HIGH while it is pressed.
void waitFor(int level) {
  for (int steady = 0; steady < STEADY_POLLS; delay(1)) {
    steady = digitalRead(BUTTON) == level ? steady + 1 : 0;
  }
}
