;; Calls itself until the stack is full.
(component
  (core module $main (func $run (export "run") (result i32) call $run))
  (core instance $main (instantiate $main))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $exports (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exports)))
