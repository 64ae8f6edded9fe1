;; Fills 60000 bytes and copies them, in two instructions.
(component
  (core module $main
    (memory 2)
    (func (export "run") (result i32)
      (memory.fill (i32.const 0) (i32.const 1) (i32.const 60000))
      (memory.copy (i32.const 65536) (i32.const 0) (i32.const 60000))
      i32.const 0))
  (core instance $main (instantiate $main))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $exports (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exports)))
