;; Drives "LED" high, and waits for ever.
(module
  (import "wasm-embedded:hal/digital@0.5.0" "[static]output-pin.open" (func $open (param i32 i32 i32)))
  (import "wasm-embedded:hal/digital@0.5.0" "[method]output-pin.set" (func $set (param i32 i32 i32)))
  (import "wasm-embedded:hal/delay@0.5.0" "delay-ns" (func $delay (param i64)))
  (memory (export "memory") 1)
  (data (i32.const 0) "LED")
  (func (export "cabi_import_realloc") (param i32 i32 i32 i32) (result i32) i32.const 64)
  (func (export "run") (result i32)
    (call $open (i32.const 0) (i32.const 3) (i32.const 16))
    (if (i32.load8_u (i32.const 16)) (then (return (i32.const 1))))
    (call $set (i32.load (i32.const 20)) (i32.const 1) (i32.const 32))
    (loop $for_ever
      (call $delay (i64.const 1000000))
      (br $for_ever))
    (i32.const 0)))
