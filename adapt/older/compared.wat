  ;; Which arguments of `init` are part of a label beside the port: all, so that no label is there for others than those of an expectation
  ;; file.
  (func $argument (param $end i32) (param $number i32) (result i32)
    (i32.store8 (local.get $end) (i32.const 0x2d)) ;; "-"
    (call $decimal (i32.add (local.get $end) (i32.const 1)) (local.get $number)))
