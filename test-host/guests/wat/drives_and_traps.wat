;; Drives LED high and traps with the handle open.
(component
  (import "wasm-embedded:hal/types@0.5.0" (instance $types
    (type $open-errors (enum "unknown-label" "wrong-kind" "busy" "refused"))
    (export "open-error" (type (eq $open-errors)))))
  (alias export $types "open-error" (type $open-error))
  (import "wasm-embedded:hal/digital@0.5.0" (instance $digital
    (alias outer 1 $open-error (type $open-error))
    (type $levels (enum "low" "high"))
    (export "level" (type $level (eq $levels)))
    (type $errors (enum "other" "denied" "unsupported" "busy"))
    (export "error" (type $error (eq $errors)))
    (export "output-pin" (type $pin (sub resource)))
    (export "[static]output-pin.open" (func (param "label" string) (result (result (own $pin) (error $open-error)))))
    (export "[method]output-pin.set"
      (func (param "self" (borrow $pin)) (param "level" $level) (result (result (error $error)))))))
  (core module $memory (memory (export "memory") 1))
  (core instance $memory (instantiate $memory))
  (core func $open (canon lower (func $digital "[static]output-pin.open") (memory (core memory $memory "memory"))))
  (core func $set (canon lower (func $digital "[method]output-pin.set") (memory (core memory $memory "memory"))))
  (core module $main
    (import "memory" "memory" (memory 1))
    (import "hal" "open" (func $open (param i32 i32 i32)))
    (import "hal" "set" (func $set (param i32 i32 i32)))
    (data (i32.const 16) "LED")
    (func (export "run") (result i32)
      (call $open (i32.const 16) (i32.const 3) (i32.const 0))
      (if (i32.load8_u (i32.const 0)) (then (return (i32.const 1))))
      (call $set (i32.load (i32.const 4)) (i32.const 1) (i32.const 8))
      unreachable))
  (core instance $main (instantiate $main
    (with "memory" (instance $memory))
    (with "hal" (instance (export "open" (func $open)) (export "set" (func $set))))))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $exports (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exports)))
