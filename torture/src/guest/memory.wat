  (core module $memory
    (memory (export "memory") 4 64)
    (global $top (mut i32) (i32.const 65536))
    (func (export "top") (result i32) (global.get $top))
    (func (export "reset") (param i32) (global.set $top (local.get 0)))
    ;; Never gives anything back: what a script needs is gone with its guest, or when it begins again.
    (func (export "cabi_realloc") (param i32 i32 i32) (param $size i32) (result i32)
      (local $at i32) (local $end i32) (local $room i32)
      (local.set $at (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
      (local.set $end (i32.add (local.get $at) (local.get $size)))
      (if (i32.lt_u (local.get $end) (local.get $at)) (then (unreachable)))
      (local.set $room (i32.shl (memory.size) (i32.const 16)))
      (if (i32.gt_u (local.get $end) (local.get $room)) (then
        (if (i32.eq (i32.const -1) (memory.grow (i32.add (i32.const 1)
            (i32.shr_u (i32.sub (local.get $end) (local.get $room)) (i32.const 16)))))
          (then (unreachable)))))
      (global.set $top (local.get $end))
      (local.get $at)))
  (core instance $memory (instantiate $memory))
