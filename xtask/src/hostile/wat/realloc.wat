;; Reads from a bus, and has an allocator that does what `(; ALLOCATE ;)` says: the host calls it while it hands over the reply.
(component
  (import "wasm-embedded:hal/types@0.5.0" (instance $types
    (type $open-errors (enum "unknown-label" "wrong-kind" "busy" "refused"))
    (export "open-error" (type (eq $open-errors)))))
  (alias export $types "open-error" (type $open-error))
  (import "wasm-embedded:hal/i2c@0.5.0" (instance $i2c
    (alias outer 1 $open-error (type $open-error))
    (type $addresses (variant (case "seven-bit" u8) (case "ten-bit" u16)))
    (export "address" (type $address (eq $addresses)))
    (type $errors (enum "bus" "arbitration-loss" "no-acknowledge-address" "no-acknowledge-data" "no-acknowledge-unknown"
      "overrun" "other" "denied" "too-long" "unsupported" "busy"))
    (export "error" (type $error (eq $errors)))
    (export "bus" (type $bus (sub resource)))
    (export "[static]bus.open" (func (param "label" string) (result (result (own $bus) (error $open-error)))))
    (export "[method]bus.read" (func (param "self" (borrow $bus)) (param "address" $address) (param "len" u32)
      (result (result (list u8) (error $error)))))))
  (core module $memory (memory (export "memory") 1))
  (core instance $memory (instantiate $memory))
  (core func $open (canon lower (func $i2c "[static]bus.open") (memory (core memory $memory "memory"))))
  (core module $allocator
    (import "memory" "memory" (memory 1))
    (import "hal" "open" (func $open (param i32 i32 i32)))
    (func (export "realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
      (; ALLOCATE ;)))
  (core instance $allocator (instantiate $allocator
    (with "memory" (instance $memory))
    (with "hal" (instance (export "open" (func $open))))))
  (core func $read (canon lower (func $i2c "[method]bus.read")
    (memory (core memory $memory "memory")) (realloc (core func $allocator "realloc"))))
  (core module $main
    (import "memory" "memory" (memory 1))
    (import "hal" "open" (func $open (param i32 i32 i32)))
    (import "hal" "read" (func $read (param i32 i32 i32 i32 i32)))
    (data (i32.const 16) "bus")
    (func (export "run") (result i32)
      (call $open (i32.const 16) (i32.const 3) (i32.const 0))
      (if (i32.load8_u (i32.const 0)) (then (return (i32.const 1))))
      (call $read (i32.load (i32.const 4)) (i32.const 0) (i32.const 0x2a) (i32.const 8) (i32.const 32))
      ;; Success: what was read is there.
      (i32.load8_u (i32.const 32))))
  (core instance $main (instantiate $main
    (with "memory" (instance $memory))
    (with "hal" (instance (export "open" (func $open)) (export "read" (func $read))))))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $exports (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exports)))
