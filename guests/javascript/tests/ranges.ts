// Calls every function with values at and past each bound. What is refused throws before anything is on the wires, and the guest goes on.
import {
  Adc, HalError, I2c, InputPin, OutputPin, Pwm, Spi, Uart, console, delayMs, delayNs, delayUs, nowMs, nowUs, program, write,
} from "wasm-embedded-hal-js";

let checked = 0;

/** Fails unless a call throws this kind of error, or none. */
function throws(kind: (new (...values: never[]) => Error) | null, call: () => unknown): void {
  checked++;
  try {
    call();
  } catch (error) {
    if (kind === null || !(error instanceof kind)) throw new Error(`check ${checked}: ${error}`);
    return;
  }
  if (kind !== null) throw new Error(`check ${checked}: nothing was thrown, and ${kind.name} should be`);
}

/** Fails unless two values are shown alike. */
function equal(one: unknown, other: unknown): void {
  checked++;
  if (JSON.stringify(one) !== JSON.stringify(other)) {
    throw new Error(`check ${checked}: ${JSON.stringify(one)} is not ${JSON.stringify(other)}`);
  }
}

/** Checks a parameter that is an integer from `least` to `most`, both of which are tried unless only what is outside is. */
function integers(call: (value: number) => unknown, least: number, most: number, ends = true): void {
  if (ends) for (const value of [least, most]) throws(null, () => call(value));
  for (const value of [least - 1, most + 1, -(2 ** 53), 2 ** 53, 2 ** 64]) throws(RangeError, () => call(value));
  for (const value of [0.5, NaN, Infinity, "1", 1n, null, undefined, {}]) throws(TypeError, () => call(value as number));
}

/** Checks a parameter that is bytes. */
function buffers(call: (value: number[]) => unknown, sends = true): void {
  if (sends) for (const value of [[0], [255], Uint8Array.of(0), new Set([0])]) throws(null, () => call(value as number[]));
  for (const value of [[256], [300], [-1], [0, 2 ** 53]]) throws(RangeError, () => call(value));
  for (const value of [[0.5], ["1"], [null], "1", 1, null, undefined, {}]) throws(TypeError, () => call(value as number[]));
}

function i2c(): void {
  const bus = new I2c("eeprom");
  for (const call of [
    (address: number) => bus.read(address, 1),
    (address: number) => bus.write(address, [0]),
    (address: number) => bus.writeRead(address, [0], 1),
    (address: number) => bus.transaction(address, [1]),
  ]) {
    integers(call, 0, 0x7f, false);
    throws(null, () => call(0x50));
    throws(HalError, () => call(0x00));
    throws(HalError, () => call(0x7f));
  }
  buffers((data) => bus.write(0x50, data));
  buffers((data) => bus.writeRead(0x50, data, 1));
  // A number alone is a part that reads.
  buffers((data) => bus.transaction(0x50, [typeof data === "number" ? [0.5] : data]), false);
  integers((length) => bus.read(0x50, length), 0, 2 ** 31 - 1, false);
  integers((length) => bus.writeRead(0x50, [0], length), 0, 2 ** 31 - 1, false);
  integers((address) => bus.transaction(address, [1], true), 0, 0x3ff, false);
  throws(HalError, () => bus.read(0x50, 0));
  throws(HalError, () => bus.read(0x50, 2 ** 31 - 1));
  equal(bus.transaction(0x50, [[0], 2, 1]).map((each) => Array.from(each)), [[255, 255], [255]]);
  try {
    bus.read(0x48, 1);
  } catch (error) {
    equal([(error as HalError).code, (error as Error).message], ["denied", 'i2c "eeprom" 0x48: the policy does not grant it']);
  }
  throws(HalError, () => new I2c("nothing"));
  throws(HalError, () => new I2c("LED"));
}

function others(): void {
  const flash = new Spi("flash");
  equal(Array.from(flash.transfer([0x9f, 0, 0, 0])).slice(1), [0xef, 0x40, 0x16]);
  equal(Array.from(flash.transaction([{ write: [0x9f] }, { read: 3 }])[1] ?? []), [0xef, 0x40, 0x16]);
  buffers((data) => flash.write(data));
  buffers((data) => flash.transfer(data));
  buffers((data) => flash.transaction([{ write: data ?? [0.5] }]), false);
  integers((length) => flash.read(length), 0, 2 ** 31 - 1, false);
  integers((pauseNs) => flash.transaction([{ pauseNs: pauseNs ?? NaN }]), 0, 2 ** 31 - 1, false);
  throws(HalError, () => new Spi("flash"));
  flash.close();
  new Spi("flash").close();

  const port = new Uart("SERIAL");
  equal(port.isReadable(), false);
  port.write([1, 2, 255]);
  const arrived: number[] = [];
  while (arrived.length < 3) arrived.push(...port.read(3));
  equal(arrived, [1, 2, 255]);
  buffers((data) => port.write(data));

  const led = new OutputPin("LED");
  led.set(true);
  equal(led.isSetHigh(), true);
  led.toggle();
  equal(led.isSetHigh(), false);
  throws(HalError, () => new OutputPin("LED"));
  throws(HalError, () => new InputPin("LED"));
  const lamp = new Pwm("LAMP");
  integers((duty) => lamp.setDuty(duty), 0, 0xffff, false);
  throws(null, () => lamp.setDuty(lamp.maxDuty()));
  const pot = new Adc("POT");
  equal(pot.readRaw() < 2 ** pot.resolutionBits(), true);
  equal(pot.readMicrovolts() >= 0, true);
}

// The longest time that the library takes is below that at which a number is no longer exact.
function time(): void {
  integers(delayNs, 0, Number.MAX_SAFE_INTEGER, false);
  integers(delayUs, 0, Math.floor(Number.MAX_SAFE_INTEGER / 1e3), false);
  integers(delayMs, 0, Math.floor(Number.MAX_SAFE_INTEGER / 1e6), false);
  const start = nowUs();
  delayUs(1_500);
  delayNs(500_000);
  const passed = nowUs() - start;
  equal(passed >= 2_000 && passed < 2_010, true);
  // 2^32 ms and more: past 32 bits, and a number still.
  const before = nowMs();
  delayMs(5_000_000_000);
  equal(nowMs() - before >= 5_000_000_000 && nowMs() - before < 5_000_000_010, true);
}

export const run = program(() => {
  i2c();
  others();
  time();
  console.log("shown:", 1, true, null, undefined, { a: [1] }, Uint8Array.of(1, 255));
  console.warn("a warning of", 1);
  write(`${checked} checks passed\n`);
  if (checked > 0) throw new Error("the end");
});
