;; Imports an interface that no host has, beside one that it has.
(component
  (import "wasm-embedded:hal/delay@0.5.0" (instance (export "delay-ns" (func (param "ns" u64)))))
  (import "acme:radio/lora@1.0.0" (instance (export "send" (func))))
  (core module $main (func (export "run") (result i32) i32.const 0))
  (core instance $main (instantiate $main))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $exports (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exports)))
