  ;; Which arguments of `init` are part of a label beside the port: none, they are the policy's business.
  (func $argument (param $end i32) (param $number i32) (result i32)
    (local.get $end))
