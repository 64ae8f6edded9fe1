// The imports of wasm-embedded:hal@0.5.0, flattened by the canonical ABI of the component model:
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md

@external("wasm-embedded:hal/i2c@0.5.0", "[static]bus.open")
export declare function i2c_open(label: usize, len: usize, returned: usize): void;
@external("wasm-embedded:hal/i2c@0.5.0", "[resource-drop]bus")
export declare function i2c_drop(handle: u32): void;
@external("wasm-embedded:hal/i2c@0.5.0", "[method]bus.read")
export declare function i2c_read(handle: u32, kind: u32, address: u32, len: u32, returned: usize): void;
@external("wasm-embedded:hal/i2c@0.5.0", "[method]bus.write")
export declare function i2c_write(handle: u32, kind: u32, address: u32, from: usize, len: u32, returned: usize): void;
@external("wasm-embedded:hal/i2c@0.5.0", "[method]bus.write-read")
export declare function i2c_write_read(
  handle: u32, kind: u32, address: u32, from: usize, writeLen: u32, readLen: u32, returned: usize,
): void;

@external("wasm-embedded:hal/i2c@0.5.0", "[method]bus.write-read-short")
export declare function i2c_short(
  handle: u32, kind: u32, address: u32, low: u64, high: u64, writeLen: u32, readLen: u32, returned: usize,
): void;

@external("wasm-embedded:hal/spi@0.5.0", "[static]device.open")
export declare function spi_open(label: usize, len: usize, returned: usize): void;
@external("wasm-embedded:hal/spi@0.5.0", "[resource-drop]device")
export declare function spi_drop(handle: u32): void;
@external("wasm-embedded:hal/spi@0.5.0", "[method]device.read")
export declare function spi_read(handle: u32, len: u32, returned: usize): void;
@external("wasm-embedded:hal/spi@0.5.0", "[method]device.write")
export declare function spi_write(handle: u32, from: usize, len: u32, returned: usize): void;
@external("wasm-embedded:hal/spi@0.5.0", "[method]device.transfer")
export declare function spi_transfer(handle: u32, from: usize, writeLen: u32, readLen: u32, returned: usize): void;

@external("wasm-embedded:hal/digital@0.5.0", "[static]output-pin.open")
export declare function output_open(label: usize, len: usize, returned: usize): void;
@external("wasm-embedded:hal/digital@0.5.0", "[resource-drop]output-pin")
export declare function output_drop(handle: u32): void;
@external("wasm-embedded:hal/digital@0.5.0", "[method]output-pin.set")
export declare function output_set(handle: u32, level: u32, returned: usize): void;
@external("wasm-embedded:hal/digital@0.5.0", "[method]output-pin.toggle")
export declare function output_toggle(handle: u32, returned: usize): void;
@external("wasm-embedded:hal/digital@0.5.0", "[method]output-pin.commanded")
export declare function output_commanded(handle: u32, returned: usize): void;
@external("wasm-embedded:hal/digital@0.5.0", "[static]input-pin.open")
export declare function input_open(label: usize, len: usize, returned: usize): void;
@external("wasm-embedded:hal/digital@0.5.0", "[resource-drop]input-pin")
export declare function input_drop(handle: u32): void;
@external("wasm-embedded:hal/digital@0.5.0", "[method]input-pin.level")
export declare function input_level(handle: u32, returned: usize): void;

@external("wasm-embedded:hal/pwm@0.5.0", "[static]output.open")
export declare function pwm_open(label: usize, len: usize, returned: usize): void;
@external("wasm-embedded:hal/pwm@0.5.0", "[resource-drop]output")
export declare function pwm_drop(handle: u32): void;
@external("wasm-embedded:hal/pwm@0.5.0", "[method]output.max-duty")
export declare function pwm_max_duty(handle: u32): u32;
@external("wasm-embedded:hal/pwm@0.5.0", "[method]output.set-duty")
export declare function pwm_set_duty(handle: u32, duty: u32, returned: usize): void;

@external("wasm-embedded:hal/adc@0.5.0", "[static]input.open")
export declare function adc_open(label: usize, len: usize, returned: usize): void;
@external("wasm-embedded:hal/adc@0.5.0", "[resource-drop]input")
export declare function adc_drop(handle: u32): void;
@external("wasm-embedded:hal/adc@0.5.0", "[method]input.read-raw")
export declare function adc_read_raw(handle: u32, returned: usize): void;
@external("wasm-embedded:hal/adc@0.5.0", "[method]input.read-microvolts")
export declare function adc_read_microvolts(handle: u32, returned: usize): void;

@external("wasm-embedded:hal/uart@0.5.0", "[static]port.open")
export declare function uart_open(label: usize, len: usize, returned: usize): void;
@external("wasm-embedded:hal/uart@0.5.0", "[resource-drop]port")
export declare function uart_drop(handle: u32): void;
@external("wasm-embedded:hal/uart@0.5.0", "[method]port.read")
export declare function uart_read(handle: u32, len: u32, returned: usize): void;
@external("wasm-embedded:hal/uart@0.5.0", "[method]port.write")
export declare function uart_write(handle: u32, from: usize, len: u32, returned: usize): void;
@external("wasm-embedded:hal/uart@0.5.0", "[method]port.flush")
export declare function uart_flush(handle: u32, returned: usize): void;

@external("wasm-embedded:hal/delay@0.5.0", "delay-ns")
export declare function delay_ns(ns: u64): void;
@external("wasm-embedded:hal/clock@0.5.0", "now-ns")
export declare function now_ns(): u64;
@external("wasm-embedded:hal/log@0.5.0", "log")
export declare function log_log(level: u32, target: usize, targetLen: usize, message: usize, messageLen: usize): void;
@external("wasm-embedded:hal/log@0.5.0", "panicked")
export declare function log_panicked(message: usize, len: usize): void;
@external("wasm-embedded:hal/log@0.5.0", "print")
export declare function log_print(text: usize, len: usize): void;
