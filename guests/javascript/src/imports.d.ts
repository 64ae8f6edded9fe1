// The interfaces of wasm-embedded:hal@0.5.0 as QuickJS shows them (componentize-qjs 0.4.5): an error is thrown, and u64 is a number. Use the
// classes of this package: values that do not fit are cut off here without a word.

declare module "wasm-embedded:hal/i2c@0.5.0" {
  export type Address = { tag: "seven-bit" | "ten-bit"; val: number };
  export type Operation = { direction: "read" | "write"; len: number };
  export class Bus {
    static open(label: string): Bus;
    read(address: Address, len: number): Uint8Array;
    write(address: Address, bytes: Uint8Array): void;
    writeRead(address: Address, bytes: Uint8Array, len: number): Uint8Array;
    transaction(address: Address, operations: Operation[], bytes: Uint8Array): Uint8Array;
    [Symbol.dispose](): void;
  }
}

declare module "wasm-embedded:hal/spi@0.5.0" {
  export type Operation = { writeLen: number; readLen: number; delayNs: number };
  export class Device {
    static open(label: string): Device;
    read(len: number): Uint8Array;
    write(bytes: Uint8Array): void;
    transfer(bytes: Uint8Array, readLen: number): Uint8Array;
    transaction(operations: Operation[], bytes: Uint8Array): Uint8Array;
    [Symbol.dispose](): void;
  }
}

declare module "wasm-embedded:hal/digital@0.5.0" {
  export type Level = "low" | "high";
  export class OutputPin {
    static open(label: string): OutputPin;
    set(level: Level): void;
    commanded(): Level;
    toggle(): void;
    [Symbol.dispose](): void;
  }
  export class InputPin {
    static open(label: string): InputPin;
    level(): Level;
    [Symbol.dispose](): void;
  }
  export class IoPin {
    static open(label: string): IoPin;
    set(level: Level): void;
    commanded(): Level;
    toggle(): void;
    level(): Level;
    [Symbol.dispose](): void;
  }
}

declare module "wasm-embedded:hal/pwm@0.5.0" {
  export class Output {
    static open(label: string): Output;
    maxDuty(): number;
    setDuty(duty: number): void;
    [Symbol.dispose](): void;
  }
}

declare module "wasm-embedded:hal/adc@0.5.0" {
  export class Input {
    static open(label: string): Input;
    resolutionBits(): number;
    readRaw(): number;
    readMicrovolts(): number;
    [Symbol.dispose](): void;
  }
}

declare module "wasm-embedded:hal/uart@0.5.0" {
  export class Port {
    static open(label: string): Port;
    read(len: number): Uint8Array;
    write(bytes: Uint8Array): number;
    flush(): void;
    readReady(): boolean;
    writeReady(): boolean;
    [Symbol.dispose](): void;
  }
}

declare module "wasm-embedded:hal/delay@0.5.0" {
  export function delayNs(ns: number): void;
}

declare module "wasm-embedded:hal/clock@0.5.0" {
  export function nowNs(): number;
}

declare module "wasm-embedded:hal/log@0.5.0" {
  export type Level = "error" | "warn" | "info" | "debug" | "trace";
  export function log(level: Level, target: string, message: string): void;
  export function print(text: string): void;
}
