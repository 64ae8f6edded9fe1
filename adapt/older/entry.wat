;; Gives a component that exports a bare `run` the entry that hosts look for. It is a component of its own around the guest: exported by
;; the outermost component itself, the call could not enter the guest.
(component
  (import "run" (func $guest))
  (core func $lowered (canon lower (func $guest)))
  (core module $module
    (import "" "guest" (func $guest))
    (func (export "run") (result i32) (call $guest) (i32.const 0)))
  (core instance $instance (instantiate $module (with "" (instance (export "guest" (func $lowered))))))
  (alias core export $instance "run" (core func $core))
  (func $run (result (result)) (canon lift (core func $core)))
  (instance $entry (export "run" (func $run)))
  (export "wasi:cli/run@0.2.6" (instance $entry)))
