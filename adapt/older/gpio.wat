;; The import module `gpio` of the 0.4 family over wasm-embedded:hal/digital. Pin N of port P is the label "gpioP-N". Mode 0 is an input,
;; 1 an output. What the guest holds is the handle, shifted left, with its mode in bit 0.
(module
  (import "env" "memory" (memory 0))
  (import "wasm-embedded:hal/digital@0.5.0" "[static]input-pin.open" (func $open-input (param i32 i32 i32)))
  (import "wasm-embedded:hal/digital@0.5.0" "[static]output-pin.open" (func $open-output (param i32 i32 i32)))
  (import "wasm-embedded:hal/digital@0.5.0" "[method]input-pin.level" (func $level (param i32 i32)))
  (import "wasm-embedded:hal/digital@0.5.0" "[method]output-pin.commanded" (func $commanded (param i32 i32)))
  (import "wasm-embedded:hal/digital@0.5.0" "[method]output-pin.set" (func $set (param i32 i32 i32)))
  (import "wasm-embedded:hal/digital@0.5.0" "[resource-drop]input-pin" (func $drop-input (param i32)))
  (import "wasm-embedded:hal/digital@0.5.0" "[resource-drop]output-pin" (func $drop-output (param i32)))
  ;; COMMON
  ;; Returns the error number of a call whose error is stored a byte into what it returned: 0 is a fault of the pin, the others refusals.
  (func $errno (result i32)
    (if (i32.eqz (i32.load8_u (global.get $scratch))) (then (return (i32.const 0))))
    (select (i32.const -5) (i32.const -2) (i32.load8_u offset=1 (global.get $scratch))))

  (func (export "init") (param $port i32) (param $pin i32) (param $mode i32) (param $handle i32) (result i32)
    (local $label i32)
    (local $end i32)
    (local $error i32)
    (if (call $unready) (then (return (i32.const -1))))
    (if (call $outside (local.get $handle) (i32.const 4)) (then (return (i32.const -4))))
    (if (i32.gt_u (local.get $mode) (i32.const 1)) (then (return (i32.const -4))))
    (local.set $label (i32.add (global.get $scratch) (i32.const 32)))
    (i32.store (local.get $label) (i32.const 0x6f697067)) ;; "gpio"
    (local.set $end (call $decimal (i32.add (local.get $label) (i32.const 4)) (local.get $port)))
    (i32.store8 (local.get $end) (i32.const 0x2d)) ;; "-"
    (local.set $end (call $decimal (i32.add (local.get $end) (i32.const 1)) (local.get $pin)))
    (if (local.get $mode)
      (then (call $open-output (local.get $label) (i32.sub (local.get $end) (local.get $label)) (global.get $scratch)))
      (else (call $open-input (local.get $label) (i32.sub (local.get $end) (local.get $label)) (global.get $scratch))))
    (local.set $error (call $opened (local.get $handle)))
    (if (i32.eqz (local.get $error)) (then
      (i32.store (local.get $handle)
        (i32.or (i32.shl (i32.load (local.get $handle)) (i32.const 1)) (local.get $mode)))))
    (local.get $error))

  (func (export "deinit") (param $pin i32) (result i32)
    (if (i32.and (local.get $pin) (i32.const 1))
      (then (call $drop-output (i32.shr_u (local.get $pin) (i32.const 1))))
      (else (call $drop-input (i32.shr_u (local.get $pin) (i32.const 1)))))
    (i32.const 0))

  ;; An input cannot be driven.
  (func (export "set") (param $pin i32) (param $level i32) (result i32)
    (if (i32.eqz (i32.and (local.get $pin) (i32.const 1))) (then (return (i32.const -5))))
    (if (i32.gt_u (local.get $level) (i32.const 1)) (then (return (i32.const -4))))
    (call $set (i32.shr_u (local.get $pin) (i32.const 1)) (local.get $level) (global.get $scratch))
    (call $errno))

  ;; The level of an output is the one that it was last set to.
  (func (export "get") (param $pin i32) (param $level i32) (result i32)
    (local $error i32)
    (if (call $outside (local.get $level) (i32.const 4)) (then (return (i32.const -4))))
    (if (i32.and (local.get $pin) (i32.const 1))
      (then (call $commanded (i32.shr_u (local.get $pin) (i32.const 1)) (global.get $scratch)))
      (else (call $level (i32.shr_u (local.get $pin) (i32.const 1)) (global.get $scratch))))
    (local.set $error (call $errno))
    (if (i32.eqz (local.get $error)) (then
      (i32.store (local.get $level) (i32.load8_u offset=1 (global.get $scratch)))))
    (local.get $error)))
