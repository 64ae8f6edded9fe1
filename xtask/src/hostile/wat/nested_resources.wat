;; Two components within one make resources of their own without end, taking turns: each has a table of its own.
(component
  (component $maker
    (type $resource (resource (rep i32)))
    (core func $new (canon resource.new $resource))
    (core module $main
      (import "own" "new" (func $new (param i32) (result i32)))
      (func (export "make") (drop (call $new (i32.const 0)))))
    (core instance $main (instantiate $main (with "own" (instance (export "new" (func $new))))))
    (func (export "make") (canon lift (core func $main "make"))))
  (instance $one (instantiate $maker))
  (instance $two (instantiate $maker))
  (core func $one (canon lower (func $one "make")))
  (core func $two (canon lower (func $two "make")))
  (core module $main
    (import "makers" "one" (func $one))
    (import "makers" "two" (func $two))
    (func (export "run") (result i32) (loop $again (call $one) (call $two) br $again) unreachable))
  (core instance $main (instantiate $main
    (with "makers" (instance (export "one" (func $one)) (export "two" (func $two))))))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $exports (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exports)))
