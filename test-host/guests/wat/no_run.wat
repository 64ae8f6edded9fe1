;; Exports something else than what is run.
(component
  (core module $main (func (export "run") (result i32) i32.const 0))
  (core instance $main (instantiate $main))
  (func (export "start") (result (result)) (canon lift (core func $main "run"))))
