;; Has what a future is waited for with, as `block_on` has, and no asynchronous entry.
(component
  (core func $new (canon waitable-set.new))
  (core instance $root (export "[waitable-set-new]" (func $new)))
  (core module $main
    (import "$root" "[waitable-set-new]" (func (result i32)))
    (func (export "run") (result i32) i32.const 0))
  (core instance $main (instantiate $main (with "$root" (instance $root))))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $exports (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exports)))
