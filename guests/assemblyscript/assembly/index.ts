/**
 * Hardware access for WebAssembly guests in AssemblyScript.
 *
 * A guest asks for a label ("sensor", "screen"). The policy of whoever runs it says which bus, address and pin stand behind the label;
 * nothing else can be reached. Each call that fails ends the guest with a message, since AssemblyScript catches no exceptions. Where a
 * driver must go on, the same call with `try` in front returns whether it worked, and `error` says what failed.
 */
import * as hal from "./imports";
import { RETURNED, outcome, replyInto } from "./reply";

export { cabi_import_realloc } from "./reply";

/** Why a label cannot be opened, in the order of `types.open-error`. */
const OPEN_ERRORS: StaticArray<string> = [
  "the policy has no such label", "the label stands for another kind of hardware", "the label is held already",
  "the host cannot hand out the label now",
];
const I2C_ERRORS: StaticArray<string> = [
  "bus error", "arbitration lost", "no acknowledge of the address", "no acknowledge of data", "no acknowledge", "overrun",
  "another fault of the bus", "denied by the policy", "longer than the host's limit", "not supported by the hardware", "busy",
];
const SPI_ERRORS: StaticArray<string> = [
  "overrun", "mode fault", "malformed frame", "chip select fault", "another fault of the bus", "denied by the policy",
  "longer than the host's limit", "not supported by the hardware", "busy",
];
const PIN_ERRORS: StaticArray<string> = [
  "another fault of the pin", "denied by the policy", "not supported by the hardware", "busy",
];
const PWM_ERRORS: StaticArray<string> = [
  "another fault of the output", "denied by the policy", "the duty is greater than maxDuty", "not supported by the hardware", "busy",
];
const ADC_ERRORS: StaticArray<string> = [
  "another fault of the converter", "denied by the policy", "not supported by the hardware", "busy", "timed out",
];
const UART_ERRORS: StaticArray<string> = [
  "another fault of the port", "not found", "permission denied", "connection refused", "connection reset", "connection aborted",
  "not connected", "address in use", "address not available", "broken pipe", "already exists", "invalid input", "invalid data",
  "timed out", "interrupted", "not supported by the hardware", "out of memory", "no byte could be sent", "overrun", "framing error",
  "parity error", "line break", "denied by the policy", "longer than the host's limit", "busy",
];

/** What a driver may look at after a `try…` that returned false. */
export namespace I2cError {
  export const Bus: u32 = 1;
  export const ArbitrationLoss: u32 = 2;
  export const NoAcknowledgeAddress: u32 = 3;
  export const NoAcknowledgeData: u32 = 4;
  export const NoAcknowledge: u32 = 5;
  export const Overrun: u32 = 6;
  export const Other: u32 = 7;
  export const Denied: u32 = 8;
  export const TooLong: u32 = 9;
  export const Unsupported: u32 = 10;
  export const Busy: u32 = 11;
}

function text(errors: StaticArray<string>, error: u32): string {
  return error - 1 < <u32>errors.length ? errors[error - 1] : "unknown error";
}

/** Ends the guest if a call failed. */
function demand(what: string, label: string, errors: StaticArray<string>, error: u32): void {
  if (error != 0) throw new Error(what + ' "' + label + '": ' + text(errors, error));
}

/** Opens a label by one of the imports, or ends the guest. */
function opened(what: string, label: string, open: (label: usize, len: usize, returned: usize) => void): u32 {
  const bytes = String.UTF8.encode(label);
  open(changetype<usize>(bytes), bytes.byteLength, RETURNED);
  demand(what, label, OPEN_ERRORS, outcome(4));
  return load<u32>(RETURNED, 4);
}

/** Two bytes, most significant first. `(buf[at] << 8) | buf[at + 1]` would not be it: a u8 shifted by 8 is itself. */
export function u16be(buf: Uint8Array, at: i32 = 0): u16 {
  return (<u16>buf[at] << 8) | <u16>buf[at + 1];
}

/** Two bytes in two's complement, most significant first. */
export function i16be(buf: Uint8Array, at: i32 = 0): i16 {
  return <i16>u16be(buf, at);
}

/** Three bytes, most significant first. */
export function u24be(buf: Uint8Array, at: i32 = 0): u32 {
  return (<u32>u16be(buf, at) << 8) | <u32>buf[at + 2];
}

/** Where bytes of a short call are put together. */
const WRITTEN: usize = memory.data(16, 8);

/** Returns whether so many bytes fit a short call, and are any. */
function isShort(len: i32): bool {
  return len > 0 && len <= 16;
}

/** An I2C bus, as far as the policy grants it. An address has seven bits; one above 0x7f has ten. */
export class I2c {
  /** The error of the last `try…` that returned false: one of `I2cError`. */
  error: u32 = 0;
  private handle: u32;

  /** Opens the bus under a label. */
  constructor(private label: string) {
    this.handle = opened("i2c", label, hal.i2c_open);
  }

  /** Fills a buffer. */
  read(address: u16, into: Uint8Array): void {
    this.tryRead(address, into);
    demand("i2c", this.label, I2C_ERRORS, this.error);
  }

  /** Writes a buffer. An empty one only addresses the target. */
  write(address: u16, from: Uint8Array): void {
    this.tryWrite(address, from);
    demand("i2c", this.label, I2C_ERRORS, this.error);
  }

  /** Writes one buffer, then fills the other after a repeated START. */
  writeRead(address: u16, from: Uint8Array, into: Uint8Array): void {
    this.tryWriteRead(address, from, into);
    demand("i2c", this.label, I2C_ERRORS, this.error);
  }

  tryRead(address: u16, into: Uint8Array): bool {
    replyInto(into);
    hal.i2c_read(this.handle, address > 0x7f ? 1 : 0, address, into.length, RETURNED);
    this.error = outcome(4);
    return this.error == 0;
  }

  tryWrite(address: u16, from: Uint8Array): bool {
    hal.i2c_write(this.handle, address > 0x7f ? 1 : 0, address, from.dataStart, from.length, RETURNED);
    this.error = outcome(1);
    return this.error == 0;
  }

  tryWriteRead(address: u16, from: Uint8Array, into: Uint8Array): bool {
    if (isShort(from.length) && isShort(into.length)) {
      return this.short(address, from.dataStart, from.length, into.dataStart, into.length);
    }
    replyInto(into);
    hal.i2c_write_read(this.handle, address > 0x7f ? 1 : 0, address, from.dataStart, from.length, into.length, RETURNED);
    this.error = outcome(4);
    return this.error == 0;
  }

  /** Up to 16 bytes each way pass as numbers: about half the instructions of a call with lists. A length of 0 would leave its direction out. */
  private short(address: u16, from: usize, writeLen: i32, into: usize, readLen: i32): bool {
    for (let i: i32 = 0; i < writeLen; i++) store<u8>(WRITTEN + i, load<u8>(from + i));
    const kind: u32 = address > 0x7f ? 1 : 0;
    hal.i2c_short(this.handle, kind, address, load<u64>(WRITTEN), load<u64>(WRITTEN, 8), writeLen, readLen, RETURNED);
    this.error = outcome(8);
    if (this.error != 0) return false;
    for (let i: i32 = 0; i < readLen; i++) store<u8>(into + i, load<u8>(RETURNED + 8 + i));
    return true;
  }

  /** Gives the handle back. */
  close(): void {
    hal.i2c_drop(this.handle);
  }
}

/** An SPI device behind a chip select. Mode and frequency come from the policy. */
export class Spi {
  private handle: u32;

  /** Opens the device under a label. */
  constructor(private label: string) {
    this.handle = opened("spi", label, hal.spi_open);
  }

  /** Fills a buffer and sends zeros. */
  read(into: Uint8Array): void {
    replyInto(into);
    hal.spi_read(this.handle, into.length, RETURNED);
    demand("spi", this.label, SPI_ERRORS, outcome(4));
  }

  /** Writes a buffer and discards what comes in. */
  write(from: Uint8Array): void {
    hal.spi_write(this.handle, from.dataStart, from.length, RETURNED);
    demand("spi", this.label, SPI_ERRORS, outcome(1));
  }

  /** Writes one buffer while it fills the other. */
  transfer(from: Uint8Array, into: Uint8Array): void {
    replyInto(into);
    hal.spi_transfer(this.handle, from.dataStart, from.length, into.length, RETURNED);
    demand("spi", this.label, SPI_ERRORS, outcome(4));
  }

  /** Gives the handle back. */
  close(): void {
    hal.spi_drop(this.handle);
  }
}

/** Which way a pin goes. */
export enum Mode {
  Input,
  Output,
}

/** A digital pin. Levels are logical: the policy says which pins are active-low. */
export class Gpio {
  private handle: u32;

  /** Opens the pin under a label. */
  constructor(private label: string, private mode: Mode) {
    this.handle = mode == Mode.Output ? opened("output", label, hal.output_open) : opened("input", label, hal.input_open);
  }

  /** Drives an output. */
  set(high: bool): void {
    if (this.mode != Mode.Output) throw new Error('input "' + this.label + '" cannot be driven');
    hal.output_set(this.handle, high ? 1 : 0, RETURNED);
    demand("output", this.label, PIN_ERRORS, outcome(1));
  }

  /** Drives an output to the other level than the one last set. */
  toggle(): void {
    if (this.mode != Mode.Output) throw new Error('input "' + this.label + '" cannot be driven');
    hal.output_toggle(this.handle, RETURNED);
    demand("output", this.label, PIN_ERRORS, outcome(1));
  }

  /** Returns the level of an input, or the one last set of an output. */
  get(): bool {
    if (this.mode == Mode.Output) hal.output_commanded(this.handle, RETURNED);
    else hal.input_level(this.handle, RETURNED);
    demand("pin", this.label, PIN_ERRORS, outcome(1));
    return load<u8>(RETURNED, 1) != 0;
  }

  /** Gives the handle back. */
  close(): void {
    if (this.mode == Mode.Output) hal.output_drop(this.handle);
    else hal.input_drop(this.handle);
  }
}

/** A PWM output. Frequency and polarity come from the policy. */
export class Pwm {
  private handle: u32;

  /** Opens the output under a label. */
  constructor(private label: string) {
    this.handle = opened("pwm", label, hal.pwm_open);
  }

  /** The duty that means always active. */
  get maxDuty(): u16 {
    return <u16>hal.pwm_max_duty(this.handle);
  }

  /** Has the output active for `duty` parts of `maxDuty`. */
  setDuty(duty: u16): void {
    hal.pwm_set_duty(this.handle, duty, RETURNED);
    demand("pwm", this.label, PWM_ERRORS, outcome(1));
  }

  /** Gives the handle back. */
  close(): void {
    hal.pwm_drop(this.handle);
  }
}

/** An analogue input. */
export class Adc {
  private handle: u32;

  /** Opens the input under a label. */
  constructor(private label: string) {
    this.handle = opened("adc", label, hal.adc_open);
  }

  /** Returns a reading as the converter gives it. */
  readRaw(): i32 {
    hal.adc_read_raw(this.handle, RETURNED);
    demand("adc", this.label, ADC_ERRORS, outcome(4));
    return load<i32>(RETURNED, 4);
  }

  /** Returns a reading in microvolts. */
  readMicrovolts(): i32 {
    hal.adc_read_microvolts(this.handle, RETURNED);
    demand("adc", this.label, ADC_ERRORS, outcome(4));
    return load<i32>(RETURNED, 4);
  }

  /** Gives the handle back. */
  close(): void {
    hal.adc_drop(this.handle);
  }
}

/** A serial port. Baud rate and frame come from the policy. */
export class Uart {
  private handle: u32;

  /** Opens the port under a label. */
  constructor(private label: string) {
    this.handle = opened("uart", label, hal.uart_open);
  }

  /** Waits for at least one byte, and returns how many were read. 0: the other end is gone. */
  read(into: Uint8Array): i32 {
    replyInto(into);
    hal.uart_read(this.handle, into.length, RETURNED);
    demand("uart", this.label, UART_ERRORS, outcome(4));
    return load<i32>(RETURNED, 8);
  }

  /** Waits until at least one byte can be taken, and returns how many were. */
  write(from: Uint8Array): i32 {
    hal.uart_write(this.handle, from.dataStart, from.length, RETURNED);
    demand("uart", this.label, UART_ERRORS, outcome(4));
    return load<i32>(RETURNED, 4);
  }

  /** Returns when all bytes have left. */
  flush(): void {
    hal.uart_flush(this.handle, RETURNED);
    demand("uart", this.label, UART_ERRORS, outcome(1));
  }

  /** Gives the handle back. */
  close(): void {
    hal.uart_drop(this.handle);
  }
}

/** Returns after at least that many milliseconds: virtual time in simulation. */
export function delayMs(ms: u32): void {
  hal.delay_ns(<u64>ms * 1_000_000);
}

/** Returns after at least that many nanoseconds. */
export function delayNs(ns: u64): void {
  hal.delay_ns(ns);
}

/** Returns nanoseconds of a clock that never goes back. */
export function nowNs(): u64 {
  return hal.now_ns();
}

/** How important a message is. */
export enum Level {
  Error,
  Warn,
  Info,
  Debug,
  Trace,
}

/** Records a message. `target` names the part of the guest that it is from. */
export function log(level: Level, target: string, message: string): void {
  const name = String.UTF8.encode(target);
  const bytes = String.UTF8.encode(message);
  hal.log_log(level, changetype<usize>(name), name.byteLength, changetype<usize>(bytes), bytes.byteLength);
}

/** Writes text to the standard output, without a line feed of its own. */
export function print(text: string): void {
  const bytes = String.UTF8.encode(text);
  hal.log_print(changetype<usize>(bytes), bytes.byteLength);
}

/** What `throw` does: tells the host the message and where it was thrown, and ends the guest. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  const where = (file ? file : "?") + ":" + line.toString() + ":" + column.toString();
  const bytes = String.UTF8.encode((message ? message : "abort") + " (" + where + ")");
  hal.log_panicked(changetype<usize>(bytes), bytes.byteLength);
  unreachable();
}
