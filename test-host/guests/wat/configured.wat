;; Says its configuration value "speed" by `wasi:config/store`, and waits.
(component
  (import "wasi:config/store@0.2.0-rc.1" (instance $config
    (type $e (variant (case "upstream" string) (case "io" string)))
    (export "error" (type $error (eq $e)))
    (type $answer (result (option string) (error $error)))
    (export "get" (func (param "key" string) (result $answer)))))
  (import "wasm-embedded:hal/delay@0.5.0" (instance $delay (export "delay-ns" (func (param "ns" u64)))))
  (import "wasi:io/error@0.2.0" (instance $io (export "error" (type (sub resource)))))
  (alias export $io "error" (type $io-error))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (alias outer 1 $io-error (type $outer-error))
    (export "error" (type $stream-io-error (eq $outer-error)))
    (type $se (variant (case "last-operation-failed" (own $stream-io-error)) (case "closed")))
    (export "stream-error" (type $stream-error (eq $se)))
    (export "output-stream" (type $output-stream (sub resource)))
    (export "[method]output-stream.blocking-write-and-flush"
      (func (param "self" (borrow $output-stream)) (param "contents" (list u8)) (result (result (error $stream-error)))))))
  (alias export $streams "output-stream" (type $stream))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $stream (type $outer-stream))
    (export "output-stream" (type $output-stream (eq $outer-stream)))
    (export "get-stdout" (func (result (own $output-stream))))))
  (core module $memory
    (memory (export "memory") 1)
    ;; The value, at 256.
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 256)
    (data (i32.const 16) "speed")
    (data (i32.const 32) "nothing"))
  (core instance $memory (instantiate $memory))
  (alias core export $memory "memory" (core memory $bytes))
  (alias core export $memory "realloc" (core func $realloc))
  (core func $get (canon lower (func $config "get") (memory $bytes) (realloc $realloc)))
  (core func $delay (canon lower (func $delay "delay-ns")))
  (core func $get-stdout (canon lower (func $stdout "get-stdout")))
  (core func $write
    (canon lower (func $streams "[method]output-stream.blocking-write-and-flush") (memory $bytes) (realloc $realloc)))
  (core module $main
    (import "memory" "memory" (memory 1))
    (import "host" "get" (func $get (param i32 i32 i32)))
    (import "host" "delay" (func $delay (param i64)))
    (import "host" "stdout" (func $stdout (result i32)))
    (import "host" "write" (func $write (param i32 i32 i32 i32)))
    (func (export "run") (result i32)
      (local $at i32) (local $length i32)
      ;; result<option<string>, error> at 128: the case, the case of the option at 132, the text at 136 and its length.
      (call $get (i32.const 16) (i32.const 5) (i32.const 128))
      (if (i32.load8_u (i32.const 132))
        (then
          (local.set $at (i32.load (i32.const 136)))
          (local.set $length (i32.load (i32.const 140))))
        (else
          (local.set $at (i32.const 32))
          (local.set $length (i32.const 7))))
      (i32.store8 (i32.add (local.get $at) (local.get $length)) (i32.const 10))
      (call $write (call $stdout) (local.get $at) (i32.add (local.get $length) (i32.const 1)) (i32.const 64))
      (loop $again (call $delay (i64.const 3600000000000)) br $again)
      unreachable))
  (core instance $main (instantiate $main
    (with "memory" (instance $memory))
    (with "host" (instance
      (export "get" (func $get)) (export "delay" (func $delay))
      (export "stdout" (func $get-stdout)) (export "write" (func $write))))))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $exports (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exports)))
