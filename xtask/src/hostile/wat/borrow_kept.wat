;; Lends a handle to a component within it, which keeps it past the end of the call.
(component
  (component $owner
    (type $own (resource (rep i32)))
    (export $thing "thing" (type $own))
    (core func $new (canon resource.new $own))
    (core module $main
      (import "own" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 7))))
    (core instance $main (instantiate $main (with "own" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $thing)) (canon lift (core func $main "make"))))
  (instance $owner (instantiate $owner))
  (alias export $owner "thing" (type $thing))
  (component $keeper
    (import "thing" (type $thing (sub resource)))
    (core module $main (func (export "take") (param i32)))
    (core instance $main (instantiate $main))
    (func (export "take") (param "it" (borrow $thing)) (canon lift (core func $main "take"))))
  (instance $keeper (instantiate $keeper (with "thing" (type $thing))))
  (core func $make (canon lower (func $owner "make")))
  (core func $take (canon lower (func $keeper "take")))
  (core module $main
    (import "others" "make" (func $make (result i32)))
    (import "others" "take" (func $take (param i32)))
    (func (export "run") (result i32) (call $take (call $make)) (i32.const 0)))
  (core instance $main (instantiate $main
    (with "others" (instance (export "make" (func $make)) (export "take" (func $take))))))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $exports (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exports)))
