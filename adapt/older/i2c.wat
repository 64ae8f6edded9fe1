;; The import module `i2c` of the 0.4 family over wasm-embedded:hal/i2c. Port N is the label "i2cN"; baud rate and pins are the
;; policy's business. An address of more than seven bits has ten.
(module
  (import "env" "memory" (memory 0))
  (import "wasm-embedded:hal/i2c@0.5.0" "[static]bus.open" (func $open (param i32 i32 i32)))
  (import "wasm-embedded:hal/i2c@0.5.0" "[method]bus.read" (func $bus-read (param i32 i32 i32 i32 i32)))
  (import "wasm-embedded:hal/i2c@0.5.0" "[method]bus.write" (func $bus-write (param i32 i32 i32 i32 i32 i32)))
  (import "wasm-embedded:hal/i2c@0.5.0" "[method]bus.write-read" (func $bus-write-read (param i32 i32 i32 i32 i32 i32 i32)))
  (import "wasm-embedded:hal/i2c@0.5.0" "[resource-drop]bus" (func $drop (param i32)))
  ;; COMMON
  ;; The kind of an address: 0 for seven bits, 1 for ten.
  (func $wide (param $address i32) (result i32) (i32.gt_u (local.get $address) (i32.const 0x7f)))

  ;; Returns the error number of a call whose error is stored $at bytes into what it returned: 0 to 6 are faults of the wires, the others
  ;; refusals.
  (func $errno (param $at i32) (result i32)
    (if (i32.eqz (i32.load8_u (global.get $scratch))) (then (return (i32.const 0))))
    (select (i32.const -2) (i32.const -5)
      (i32.lt_u (i32.load8_u (i32.add (global.get $scratch) (local.get $at))) (i32.const 7))))

  (func (export "init") (param $port i32) (param $baud i32) (param $sda i32) (param $scl i32) (param $handle i32) (result i32)
    (local $label i32)
    (local $end i32)
    (if (call $unready) (then (return (i32.const -1))))
    (if (call $outside (local.get $handle) (i32.const 4)) (then (return (i32.const -4))))
    (local.set $label (i32.add (global.get $scratch) (i32.const 32)))
    (i32.store (local.get $label) (i32.const 0x00633269)) ;; "i2c"
    (local.set $end (call $decimal (i32.add (local.get $label) (i32.const 3)) (local.get $port)))
    (local.set $end (call $argument (local.get $end) (local.get $baud)))
    (local.set $end (call $argument (local.get $end) (local.get $sda)))
    (local.set $end (call $argument (local.get $end) (local.get $scl)))
    (call $open (local.get $label) (i32.sub (local.get $end) (local.get $label)) (global.get $scratch))
    (call $opened (local.get $handle)))

  (func (export "deinit") (param $bus i32) (result i32)
    (call $drop (local.get $bus))
    (i32.const 0))

  (func (export "read") (param $bus i32) (param $address i32) (param $rbytes i32) (result i32)
    (if (call $bad (local.get $rbytes)) (then (return (i32.const -4))))
    (call $into (local.get $rbytes))
    (call $bus-read (local.get $bus) (call $wide (local.get $address)) (local.get $address) (global.get $room) (global.get $scratch))
    (call $errno (i32.const 4)))

  (func (export "write") (param $bus i32) (param $address i32) (param $wbytes i32) (result i32)
    (if (call $bad (local.get $wbytes)) (then (return (i32.const -4))))
    (call $bus-write (local.get $bus) (call $wide (local.get $address)) (local.get $address)
      (i32.load (local.get $wbytes)) (i32.load offset=4 (local.get $wbytes)) (global.get $scratch))
    (call $errno (i32.const 1)))

  (func (export "write_read") (param $bus i32) (param $address i32) (param $wbytes i32) (param $rbytes i32) (result i32)
    (if (call $bad (local.get $wbytes)) (then (return (i32.const -4))))
    (if (call $bad (local.get $rbytes)) (then (return (i32.const -4))))
    (call $into (local.get $rbytes))
    (call $bus-write-read (local.get $bus) (call $wide (local.get $address)) (local.get $address)
      (i32.load (local.get $wbytes)) (i32.load offset=4 (local.get $wbytes)) (global.get $room) (global.get $scratch))
    (call $errno (i32.const 4))))
