;; Waits for a random number of nanoseconds below 2^20.
(component
  (import "wasm-embedded:hal/delay@0.5.0" (instance $delay (export "delay-ns" (func (param "ns" u64)))))
  (import "wasi:random/random@0.2.0" (instance $random (export "get-random-u64" (func (result u64)))))
  (core func $delay (canon lower (func $delay "delay-ns")))
  (core func $random (canon lower (func $random "get-random-u64")))
  (core module $main
    (import "host" "delay-ns" (func $delay (param i64)))
    (import "host" "random" (func $random (result i64)))
    (func (export "run") (result i32)
      (call $delay (i64.and (call $random) (i64.const 0xfffff)))
      i32.const 0))
  (core instance $main (instantiate $main (with "host" (instance
    (export "delay-ns" (func $delay)) (export "random" (func $random))))))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $exports (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exports)))
