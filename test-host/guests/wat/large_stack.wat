;; Begins with a stack of 16 MiB, as Zig's linker gives it, and a page of data.
(component
  (core module $main
    (memory 257)
    (func (export "run") (result i32) i32.const 0))
  (core instance $main (instantiate $main))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $exports (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exports)))
