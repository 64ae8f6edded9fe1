;; Ends successfully at once, and is put together as the tools of languages do it: a microcontroller runs its module.
(component
  (core module $main (func (export "wasi:cli/run@0.2.0#run") (result i32) i32.const 0))
  (core instance $main (instantiate $main))
  (func $run (result (result)) (canon lift (core func $main "wasi:cli/run@0.2.0#run")))
  (instance $exports (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exports)))
