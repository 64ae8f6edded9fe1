;; Waits for an hour, again and again.
(component
  (import "wasm-embedded:hal/delay@0.5.0" (instance $delay (export "delay-ns" (func (param "ns" u64)))))
  (core func $delay (canon lower (func $delay "delay-ns")))
  (core module $main
    (import "hal" "delay-ns" (func $delay (param i64)))
    (func (export "run") (result i32) (loop $again (call $delay (i64.const 3600000000000)) br $again) unreachable))
  (core instance $main (instantiate $main (with "hal" (instance (export "delay-ns" (func $delay))))))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $exports (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exports)))
