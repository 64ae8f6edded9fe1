;; The import module `uart` of the 0.4 family over wasm-embedded:hal/uart. Port N is the label "uartN"; baud rate and pins are the
;; policy's business, and no flag is known.
(module
  (import "env" "memory" (memory 0))
  (import "wasm-embedded:hal/uart@0.5.0" "[static]port.open" (func $open (param i32 i32 i32)))
  (import "wasm-embedded:hal/uart@0.5.0" "[method]port.read" (func $port-read (param i32 i32 i32)))
  (import "wasm-embedded:hal/uart@0.5.0" "[method]port.write" (func $port-write (param i32 i32 i32 i32)))
  (import "wasm-embedded:hal/uart@0.5.0" "[resource-drop]port" (func $drop (param i32)))
  ;; COMMON
  ;; Returns the error number of a call whose error is stored 4 bytes into what it returned: `permission-denied`, `unsupported`, and from
  ;; `denied` on, are refusals.
  (func $errno (result i32)
    (local $error i32)
    (if (i32.eqz (i32.load8_u (global.get $scratch))) (then (return (i32.const 0))))
    (local.set $error (i32.load8_u offset=4 (global.get $scratch)))
    (select (i32.const -5) (i32.const -2)
      (i32.or
        (i32.or (i32.eq (local.get $error) (i32.const 2)) (i32.eq (local.get $error) (i32.const 15)))
        (i32.ge_u (local.get $error) (i32.const 22)))))

  (func (export "init") (param $port i32) (param $baud i32) (param $tx i32) (param $rx i32) (param $handle i32) (result i32)
    (local $label i32)
    (local $end i32)
    (if (call $unready) (then (return (i32.const -1))))
    (if (call $outside (local.get $handle) (i32.const 4)) (then (return (i32.const -4))))
    (local.set $label (i32.add (global.get $scratch) (i32.const 32)))
    (i32.store (local.get $label) (i32.const 0x74726175)) ;; "uart"
    (local.set $end (call $decimal (i32.add (local.get $label) (i32.const 4)) (local.get $port)))
    (local.set $end (call $argument (local.get $end) (local.get $baud)))
    (local.set $end (call $argument (local.get $end) (local.get $tx)))
    (local.set $end (call $argument (local.get $end) (local.get $rx)))
    (call $open (local.get $label) (i32.sub (local.get $end) (local.get $label)) (global.get $scratch))
    (call $opened (local.get $handle)))

  (func (export "deinit") (param $port i32) (result i32)
    (call $drop (local.get $port))
    (i32.const 0))

  ;; Returns when all bytes were taken.
  (func (export "write") (param $port i32) (param $flags i32) (param $wbytes i32) (result i32)
    (local $from i32)
    (local $left i32)
    (if (call $bad (local.get $wbytes)) (then (return (i32.const -4))))
    (local.set $from (i32.load (local.get $wbytes)))
    (local.set $left (i32.load offset=4 (local.get $wbytes)))
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $left)))
        (call $port-write (local.get $port) (local.get $from) (local.get $left) (global.get $scratch))
        (br_if $done (i32.load8_u (global.get $scratch)))
        (local.set $left (i32.sub (local.get $left) (i32.load offset=4 (global.get $scratch))))
        (local.set $from (i32.add (local.get $from) (i32.load offset=4 (global.get $scratch))))
        (br $more))
      (return (i32.const 0)))
    (if (i32.eqz (local.get $left)) (then (return (i32.const 0))))
    (call $errno))

  ;; Returns when the buffer is full. It fails when the other end is gone before.
  (func (export "read") (param $port i32) (param $flags i32) (param $rbytes i32) (result i32)
    (if (call $bad (local.get $rbytes)) (then (return (i32.const -4))))
    (call $into (local.get $rbytes))
    (loop $more
      (if (i32.eqz (global.get $room)) (then (return (i32.const 0))))
      (call $port-read (local.get $port) (global.get $room) (global.get $scratch))
      (if (i32.load8_u (global.get $scratch)) (then (return (call $errno))))
      (if (i32.eqz (i32.load offset=8 (global.get $scratch))) (then (return (i32.const -2))))
      (global.set $place (i32.add (global.get $place) (i32.load offset=8 (global.get $scratch))))
      (global.set $room (i32.sub (global.get $room) (i32.load offset=8 (global.get $scratch))))
      (br $more))
    unreachable))
