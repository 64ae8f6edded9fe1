;; Fails unless a table is given up to the limit only.
(component
  (core module $main
    (table $table 0 funcref)
    (func (export "run") (result i32)
      (loop $again
        (br_if $again (i32.ne (table.grow $table (ref.null func) (i32.const 100)) (i32.const -1))))
      ;; More than 20 000 elements are a failure.
      (i32.gt_u (table.size $table) (i32.const 20000))))
  (core instance $main (instantiate $main))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $exports (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exports)))
