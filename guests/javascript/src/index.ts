/// <reference path="./imports.d.ts" />
/** Hardware behind the labels of a policy, for guests in JavaScript and TypeScript. */
export { Adc, Pwm } from "./analog.ts";
export type { Bytes } from "./checks.ts";
export { guestConsole as console, write } from "./console.ts";
export { HalError } from "./error.ts";
export { I2c } from "./i2c.ts";
export { InputPin, IoPin, OutputPin } from "./pins.ts";
export { program, type Run } from "./program.ts";
export { Spi, type SpiStep } from "./spi.ts";
export { delayMs, delayNs, delayUs, nowMs, nowUs } from "./time.ts";
export { Uart } from "./uart.ts";
