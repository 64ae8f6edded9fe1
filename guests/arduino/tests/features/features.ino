// What the core does beside the buses, each line checked against what a board prints.
#include <EEPROM.h>

const char kept[] PROGMEM = "in flash";
const uint16_t numbers[] PROGMEM = {1000, 2000};

struct Point : public Printable {
  int x, y;
  Point(int x, int y) : x(x), y(y) {}
  size_t printTo(Print &p) const override { return p.print(x) + p.print(',') + p.print(y); }
};

struct Settings {
  float gain;
  uint8_t mode;
};

void setup() {
  printing();
  strings();
  arithmetic();
  memory();
  pins();
  ports();
  Serial.write(0xB0);
  Serial.println("C");
  exit(0);
}

void printing() {
  Serial.println(-42);
  Serial.println(255, HEX);
  Serial.println(-1, BIN);
  Serial.println(1.005, 2);
  Serial.println(-0.5, 0);
  Serial.println(3000000000.0);
  Serial.println(5000000000.0);
  Serial.println(NAN);
  Serial.println(123456789012345LL);
  Serial.println('x');
  Serial.println((byte)65);
  Serial.println(true);
  Serial.println(Point(3, -4));
  Serial.println(FPSTR(kept));
  Serial.println(pgm_read_word(&numbers[1]));
  Serial.printf("%05d|%s|%.3f\n", 42, "text", 2.5);
}

void strings() {
  String s = "temp";
  s += ": ";
  s += 21.5;
  s += 'C';
  Serial.println(s);
  Serial.println(s.substring(6, 10).toFloat() + 1);
  Serial.println(s.indexOf("21") + s.lastIndexOf('C') * 100);
  s.replace("temp", "t");
  s.toUpperCase();
  Serial.println(s + " " + s.length() + F("!"));
  String padded = "  trim me\t";
  padded.trim();
  Serial.println("[" + padded + "]");
  Serial.println(String(254, HEX) + String(5, BIN) + String(3.14159, 3));
  Serial.println(String("abc") < String("abd") && String("abc").equalsIgnoreCase("ABC"));
  s = s + s + s;
  s.remove(1, 100);
  Serial.println(s);
}

void arithmetic() {
  Serial.println(map(512, 0, 1023, 0, 255));
  Serial.println(map(5, 0, 10, 100, 0));
  Serial.println(constrain(300, 0, 255));
  Serial.println(max(3, 4L) + min(2, 2.5));
  Serial.println(abs(-7) + sq(3));
  Serial.println(word(0x12, 0x34), HEX);
  Serial.println(highByte(0xABCD), HEX);
  byte b = 0;
  bitSet(b, 3);
  bitWrite(b, 0, 1);
  Serial.println(b | B10000000, BIN);
  randomSeed(7);
  long a = random(1000);
  randomSeed(7);
  bool same = a == random(1000), inside = true;
  for (int i = 0; i < 1000; i++) {
    long r = random(-5, 6);
    inside = inside && r >= -5 && r <= 5;
  }
  Serial.println(same && inside);
}

void memory() {
  EEPROM.write(10, 0x5A);
  EEPROM.update(10, 0x5A);
  EEPROM[11] = EEPROM[10] + 1;
  Settings settings = {1.5f, 3}, read = {0, 0};
  EEPROM.put(100, settings);
  EEPROM.get(100, read);
  Serial.println(EEPROM.read(11), HEX);
  Serial.println(read.gain + read.mode);
  Serial.println(EEPROM.length());
  Serial.println(EEPROM.read(4096));
}

void pins() {
  Serial.println(analogRead(A0));
  analogReadResolution(12);
  Serial.println(analogRead(0));
  pinMode(9, OUTPUT);
  analogWrite(9, 128);
  // An open-drain pin is pulled up where nothing drives it.
  pinMode(4, INPUT_PULLUP);
  Serial.print(digitalRead(4));
  pinMode(4, OUTPUT);
  digitalWrite(4, LOW);
  Serial.println(digitalRead(4));
  // No such pin in the policy: a line in the log, and the sketch goes on.
  pinMode(5, OUTPUT);
  digitalWrite(5, HIGH);
  Serial.println(digitalRead(5));
}

void ports() {
  Serial1.begin(115200);
  Serial1.print("id=42, pi=-3.25;rest");
  Serial1.flush();
  Serial.println(Serial1.find("id="));
  Serial.println(Serial1.parseInt());
  Serial.println(Serial1.parseFloat());
  Serial1.read();
  Serial1.setTimeout(20);
  Serial.println(Serial1.readString());
  Serial.println(Serial1.available());
}

void loop() {}
