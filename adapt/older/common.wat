  ;; What all adapters of this family share. Each is a module of its own, so each carries its own copy.

  ;; Where the reply to the next call goes: the guest's own buffer.
  (global $place (mut i32) (i32.const 0))
  (global $room (mut i32) (i32.const 0))
  ;; Memory of the guest that its allocator does not know of: 128 bytes are used. What calls return is at 0, labels are made at 32.
  (global $scratch (mut i32) (i32.const 0))

  (func (export "cabi_import_realloc") (param i32 i32 i32 i32) (result i32)
    (if (i32.gt_u (local.get 3) (global.get $room)) (then unreachable))
    (global.get $place))

  ;; Takes the scratch memory at the first call. Returns whether the guest may not have it.
  (func $unready (result i32)
    (local $page i32)
    (if (i32.eqz (global.get $scratch)) (then
      (local.set $page (memory.grow (i32.const 1)))
      (if (i32.eq (local.get $page) (i32.const -1)) (then (return (i32.const 1))))
      (global.set $scratch (i32.shl (local.get $page) (i32.const 16)))))
    (i32.const 0))

  ;; Returns whether some of these bytes are outside the guest's memory.
  (func $outside (param $at i32) (param $len i32) (result i32)
    (i64.gt_u
      (i64.add (i64.extend_i32_u (local.get $at)) (i64.extend_i32_u (local.get $len)))
      (i64.shl (i64.extend_i32_u (memory.size)) (i64.const 16))))

  ;; Returns whether a `{ pointer, length }` or what it points to is outside the guest's memory.
  (func $bad (param $bytes i32) (result i32)
    (if (call $outside (local.get $bytes) (i32.const 8)) (then (return (i32.const 1))))
    (call $outside (i32.load (local.get $bytes)) (i32.load offset=4 (local.get $bytes))))

  ;; Has the next reply written to a `{ pointer, length }`.
  (func $into (param $bytes i32)
    (global.set $place (i32.load (local.get $bytes)))
    (global.set $room (i32.load offset=4 (local.get $bytes))))

  ;; Writes a number in decimal, and returns where it ends.
  (func $decimal (param $at i32) (param $number i32) (result i32)
    (if (i32.ge_u (local.get $number) (i32.const 10)) (then
      (local.set $at (call $decimal (local.get $at) (i32.div_u (local.get $number) (i32.const 10))))))
    (i32.store8 (local.get $at) (i32.add (i32.const 48) (i32.rem_u (local.get $number) (i32.const 10))))
    (i32.add (local.get $at) (i32.const 1)))

  ;; Makes of a returned `result<own<T>, open-error>` the handle, stored where the guest wants it, and the error number.
  (func $opened (param $handle i32) (result i32)
    (if (i32.load8_u (global.get $scratch)) (then (return (i32.const -3))))
    (i32.store (local.get $handle) (i32.load offset=4 (global.get $scratch)))
    (i32.const 0))
