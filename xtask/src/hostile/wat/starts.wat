;; Opens hardware and loops in the start function of its module, before anything is run.
(component
  (import "wasm-embedded:hal/delay@0.5.0" (instance $delay (export "delay-ns" (func (param "ns" u64)))))
  (core func $delay (canon lower (func $delay "delay-ns")))
  (core module $main
    (import "hal" "delay" (func $delay (param i64)))
    (func $begin (call $delay (i64.const 1000)) (loop $again br $again))
    (start $begin)
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $main (instantiate $main (with "hal" (instance (export "delay" (func $delay))))))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $exports (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exports)))
