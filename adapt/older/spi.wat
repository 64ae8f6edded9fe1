;; The import module `spi` of the 0.4 family over wasm-embedded:hal/spi. Port N is the label "spiN"; baud rate and pins, chip select
;; among them, are the policy's business.
(module
  (import "env" "memory" (memory 0))
  (import "wasm-embedded:hal/spi@0.5.0" "[static]device.open" (func $open (param i32 i32 i32)))
  (import "wasm-embedded:hal/spi@0.5.0" "[method]device.read" (func $device-read (param i32 i32 i32)))
  (import "wasm-embedded:hal/spi@0.5.0" "[method]device.write" (func $device-write (param i32 i32 i32 i32)))
  (import "wasm-embedded:hal/spi@0.5.0" "[method]device.transfer" (func $device-transfer (param i32 i32 i32 i32 i32)))
  (import "wasm-embedded:hal/spi@0.5.0" "[resource-drop]device" (func $drop (param i32)))
  ;; COMMON
  ;; Returns the error number of a call whose error is stored $at bytes into what it returned: 0 to 4 are faults of the wires, the others
  ;; refusals.
  (func $errno (param $at i32) (result i32)
    (if (i32.eqz (i32.load8_u (global.get $scratch))) (then (return (i32.const 0))))
    (select (i32.const -2) (i32.const -5)
      (i32.lt_u (i32.load8_u (i32.add (global.get $scratch) (local.get $at))) (i32.const 5))))

  (func (export "init") (param $port i32) (param $baud i32) (param $mosi i32) (param $miso i32) (param $sck i32) (param $cs i32)
      (param $handle i32) (result i32)
    (local $label i32)
    (local $end i32)
    (if (call $unready) (then (return (i32.const -1))))
    (if (call $outside (local.get $handle) (i32.const 4)) (then (return (i32.const -4))))
    (local.set $label (i32.add (global.get $scratch) (i32.const 32)))
    (i32.store (local.get $label) (i32.const 0x00697073)) ;; "spi"
    (local.set $end (call $decimal (i32.add (local.get $label) (i32.const 3)) (local.get $port)))
    (local.set $end (call $argument (local.get $end) (local.get $baud)))
    (local.set $end (call $argument (local.get $end) (local.get $mosi)))
    (local.set $end (call $argument (local.get $end) (local.get $miso)))
    (local.set $end (call $argument (local.get $end) (local.get $sck)))
    (local.set $end (call $argument (local.get $end) (local.get $cs)))
    (call $open (local.get $label) (i32.sub (local.get $end) (local.get $label)) (global.get $scratch))
    (call $opened (local.get $handle)))

  (func (export "deinit") (param $device i32) (result i32)
    (call $drop (local.get $device))
    (i32.const 0))

  (func (export "read") (param $device i32) (param $rbytes i32) (result i32)
    (if (call $bad (local.get $rbytes)) (then (return (i32.const -4))))
    (call $into (local.get $rbytes))
    (call $device-read (local.get $device) (global.get $room) (global.get $scratch))
    (call $errno (i32.const 4)))

  (func (export "write") (param $device i32) (param $wbytes i32) (result i32)
    (if (call $bad (local.get $wbytes)) (then (return (i32.const -4))))
    (call $device-write (local.get $device) (i32.load (local.get $wbytes)) (i32.load offset=4 (local.get $wbytes)) (global.get $scratch))
    (call $errno (i32.const 1)))

  (func $transfer (param $device i32) (param $rbytes i32) (param $wbytes i32) (result i32)
    (if (call $bad (local.get $rbytes)) (then (return (i32.const -4))))
    (if (call $bad (local.get $wbytes)) (then (return (i32.const -4))))
    (call $into (local.get $rbytes))
    (call $device-transfer (local.get $device)
      (i32.load (local.get $wbytes)) (i32.load offset=4 (local.get $wbytes)) (global.get $room) (global.get $scratch))
    (call $errno (i32.const 4)))

  (func (export "transfer") (param i32 i32 i32) (result i32)
    (call $transfer (local.get 0) (local.get 1) (local.get 2)))

  (func (export "transfer_inplace") (param $device i32) (param $bytes i32) (result i32)
    (call $transfer (local.get $device) (local.get $bytes) (local.get $bytes)))

  ;; It never worked: no guest is known that calls it, and how `ops` were laid out nobody says.
  (func (export "exec") (param $device i32) (param $ops i32) (result i32) (i32.const -5)))
