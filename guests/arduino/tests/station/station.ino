// A BME280 on I2C and one on SPI, by a library over another library.
#include <ClimateSensor.h>

const int8_t SELECT = 53;

ClimateSensor onWire, onSpi;

void setup() {
  Serial.begin(9600);
  while (!Serial);
  if (!onWire.begin(0x76) || !onSpi.begin(SELECT, &SPI)) {
    Serial.println(F("Could not find a valid BME280 sensor, check wiring!"));
    exit(1);
  }
  // What is read before the first conversion ends is what the registers hold after a reset.
  onWire.startContinuous();
  Serial.print(F("too early: "));
  Serial.print(onWire.readTemperature());
  Serial.println(F(" *C"));
}

void loop() {
  report("I2C", onWire);
  report("SPI", onSpi);
  exit(0);
}

void report(const char *bus, ClimateSensor &sensor) {
  if (!sensor.takeForcedMeasurement()) exit(1);
  Serial.print(bus);
  Serial.print(": ");
  Serial.print(sensor.readTemperature());
  Serial.print(" *C, ");
  Serial.print(sensor.readHumidity(), 1);
  Serial.print(" %, ");
  Serial.print(sensor.readPressure() / 100.0F, 1);
  Serial.println(" hPa");
}
