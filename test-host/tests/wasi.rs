//! Every import of WASI that takes a length or a count has a bound: the table is in `runtime/src/wasi.rs`.

use std::io::Write;
use std::process::{Command, Stdio};

use wasm_embedded_runtime::harness::run_component;
use wasm_embedded_runtime::policy::Policy;
use wasm_embedded_runtime::run::{Breach, Exit, RunOptions};

/// A component that imports one function of WASI and calls it; `$code` returns the exit status.
///
/// A call leaves its result at `$result`; a list is its pointer and its length.
const FRAME: &str = r#"
(component
  $imports
  (core module $libc
    (memory (export "memory") 100)
    (global $next (mut i32) (i32.const 1048576))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $next)
      (global.set $next (i32.add (global.get $next) (i32.and (i32.add (local.get 3) (i32.const 15)) (i32.const -16))))))
  (core instance $libc (instantiate $libc))
  (alias core export $libc "memory" (core memory $memory))
  (alias core export $libc "realloc" (core func $realloc))
  $lowered
  (core module $main
    (import "libc" "memory" (memory 100))
    $core
    (global $result i32 (i32.const 16))
    (func (export "run") (result i32) (local $input i32) (local $output i32) (local $left i32)
      $code))
  (core instance $main (instantiate $main (with "libc" (instance $libc)) (with "host" (instance $given))))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $exports (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exports)))
"#;

/// What is imported, how each function is lowered, and its type as the core module sees it.
struct Imports {
    component: &'static str,
    /// Function of the instance, name in the core module, and type there.
    functions: &'static [(&'static str, &'static str, &'static str)],
}

const RANDOM: Imports = Imports {
    component: r#"(import "wasi:random/random@0.2.0" (instance $random
      (export "get-random-bytes" (func (param "len" u64) (result (list u8))))))
    (import "wasi:random/insecure@0.2.0" (instance $insecure
      (export "get-insecure-random-bytes" (func (param "len" u64) (result (list u8))))))"#,
    functions: &[
        ("$random \"get-random-bytes\"", "random", "(param i64 i32)"),
        ("$insecure \"get-insecure-random-bytes\"", "insecure", "(param i64 i32)"),
    ],
};

const STREAMS: Imports = Imports {
    component: r#"(import "wasi:io/error@0.2.0" (instance $error (export "error" (type (sub resource)))))
    (alias export $error "error" (type $failure))
    (import "wasi:io/streams@0.2.0" (instance $streams
      (alias outer 1 $failure (type $e))
      (export "error" (type $x (eq $e)))
      (export "input-stream" (type $in (sub resource)))
      (export "output-stream" (type $out (sub resource)))
      (type $stream-error (variant (case "last-operation-failed" (own $x)) (case "closed")))
      (export "stream-error" (type $failed (eq $stream-error)))
      (export "[method]input-stream.read"
        (func (param "self" (borrow $in)) (param "len" u64) (result (result (list u8) (error $failed)))))
      (export "[method]input-stream.blocking-read"
        (func (param "self" (borrow $in)) (param "len" u64) (result (result (list u8) (error $failed)))))
      (export "[method]input-stream.skip"
        (func (param "self" (borrow $in)) (param "len" u64) (result (result u64 (error $failed)))))
      (export "[method]input-stream.blocking-skip"
        (func (param "self" (borrow $in)) (param "len" u64) (result (result u64 (error $failed)))))
      (export "[method]output-stream.write"
        (func (param "self" (borrow $out)) (param "contents" (list u8)) (result (result (error $failed)))))
      (export "[method]output-stream.blocking-write-and-flush"
        (func (param "self" (borrow $out)) (param "contents" (list u8)) (result (result (error $failed)))))
      (export "[method]output-stream.write-zeroes"
        (func (param "self" (borrow $out)) (param "len" u64) (result (result (error $failed)))))
      (export "[method]output-stream.blocking-write-zeroes-and-flush"
        (func (param "self" (borrow $out)) (param "len" u64) (result (result (error $failed)))))
      (export "[method]output-stream.splice" (func (param "self" (borrow $out)) (param "src" (borrow $in))
        (param "len" u64) (result (result u64 (error $failed)))))
      (export "[method]output-stream.blocking-splice" (func (param "self" (borrow $out)) (param "src" (borrow $in))
        (param "len" u64) (result (result u64 (error $failed)))))))
    (alias export $streams "input-stream" (type $input-stream))
    (alias export $streams "output-stream" (type $output-stream))
    (import "wasi:cli/stdin@0.2.0" (instance $stdin
      (alias outer 1 $input-stream (type $i)) (export "input-stream" (type $in (eq $i)))
      (export "get-stdin" (func (result (own $in))))))
    (import "wasi:cli/stdout@0.2.0" (instance $stdout
      (alias outer 1 $output-stream (type $o)) (export "output-stream" (type $out (eq $o)))
      (export "get-stdout" (func (result (own $out))))))"#,
    functions: &[
        ("$stdin \"get-stdin\"", "stdin", "(result i32)"),
        ("$stdout \"get-stdout\"", "stdout", "(result i32)"),
        ("$streams \"[method]input-stream.read\"", "read", "(param i32 i64 i32)"),
        ("$streams \"[method]input-stream.blocking-read\"", "blocking-read", "(param i32 i64 i32)"),
        ("$streams \"[method]input-stream.skip\"", "skip", "(param i32 i64 i32)"),
        ("$streams \"[method]input-stream.blocking-skip\"", "blocking-skip", "(param i32 i64 i32)"),
        ("$streams \"[method]output-stream.write\"", "write", "(param i32 i32 i32 i32)"),
        ("$streams \"[method]output-stream.blocking-write-and-flush\"", "blocking-write", "(param i32 i32 i32 i32)"),
        ("$streams \"[method]output-stream.write-zeroes\"", "zeroes", "(param i32 i64 i32)"),
        (
            "$streams \"[method]output-stream.blocking-write-zeroes-and-flush\"",
            "blocking-zeroes",
            "(param i32 i64 i32)",
        ),
        ("$streams \"[method]output-stream.splice\"", "splice", "(param i32 i32 i64 i32)"),
        ("$streams \"[method]output-stream.blocking-splice\"", "blocking-splice", "(param i32 i32 i64 i32)"),
    ],
};

const POLL: Imports = Imports {
    component: r#"(import "wasi:io/poll@0.2.0" (instance $poll
      (export "pollable" (type $p (sub resource)))
      (export "poll" (func (param "in" (list (borrow $p))) (result (list u32))))))
    (alias export $poll "pollable" (type $pollable))
    (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
      (alias outer 1 $pollable (type $q)) (export "pollable" (type $p (eq $q)))
      (export "subscribe-duration" (func (param "when" u64) (result (own $p))))))"#,
    functions: &[
        ("$poll \"poll\"", "poll", "(param i32 i32 i32)"),
        ("$clock \"subscribe-duration\"", "subscribe", "(param i64) (result i32)"),
    ],
};

fn component(imports: &Imports, code: &str) -> Vec<u8> {
    let each = |write: &dyn Fn(&str, &str, &str) -> String| {
        imports.functions.iter().map(|(from, name, core)| write(from, name, core)).collect::<String>()
    };
    let lowered = each(&|from, name, _| {
        let (instance, function) = from.split_once(' ').expect("an instance and a function");
        format!(
            "(core func ${name} (canon lower (func {instance} {function}) (memory (core memory $memory)) (realloc (core func $realloc))))\n"
        )
    });
    let given = each(&|_, name, _| format!("(export \"{name}\" (func ${name}))"));
    let core = each(&|_, name, core| format!("(import \"host\" \"{name}\" (func ${name} {core}))\n"));
    let text = FRAME
        .replace("$imports", imports.component)
        .replace("$lowered", &format!("{lowered}(core instance $given {given})"))
        .replace("$core", &core)
        .replace("$code", code);
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Runs a guest whose `code` gives an exit status, 0 or 1.
fn run(imports: &Imports, code: &str) -> Exit {
    let policy = Policy::parse("empty.toml", "").expect("an empty policy");
    let outcome = run_component(&component(imports, code), &policy, &RunOptions::default());
    outcome.expect("it can be linked").exit
}

/// Ends with status 0 if the list that a call left has this length.
fn has_length(length: u32) -> String {
    format!("(i32.ne (i32.load (i32.add (global.get $result) (i32.const 4))) (i32.const {length}))")
}

#[test]
fn random_bytes_are_bounded_in_each_call() {
    for function in ["random", "insecure"] {
        let ask = |length: u64| format!("(call ${function} (i64.const {length}) (global.get $result))");
        assert_eq!(run(&RANDOM, &(ask(65_536) + &has_length(65_536))), Exit::Status(0), "{function}");
        for length in [65_537, 64 << 20, u64::MAX] {
            let Exit::Trap(error) = run(&RANDOM, &(ask(length) + "(i32.const 0)")) else {
                panic!("{function}: {length}")
            };
            let (error, said) = (format!("{error:?}"), format!("requested len {length} exceeds limit 65536"));
            assert!(error.contains(&said), "{function}: {error}");
        }
    }
}

#[test]
fn what_is_written_is_bounded_in_each_call() {
    for (function, most, is_list) in [
        ("write", 65_536_u64, true),
        ("zeroes", 65_536, false),
        ("blocking-write", 4_096, true),
        ("blocking-zeroes", 4_096, false),
    ] {
        let write = |length: u64| {
            let what = if is_list {
                format!("(i32.const 65536) (i32.const {length})")
            } else {
                format!("(i64.const {length})")
            };
            format!("(call ${function} (call $stdout) {what} (global.get $result)) (i32.load8_u (global.get $result))")
        };
        assert_eq!(run(&STREAMS, &write(most)), Exit::Status(0), "{function}");
        let Exit::Trap(_) = run(&STREAMS, &write(most + 1)) else { panic!("{function} takes {} bytes", most + 1) };
        if !is_list {
            let Exit::Trap(_) = run(&STREAMS, &write(u64::MAX)) else { panic!("{function} takes 2^64 bytes") };
        }
    }
}

/// The input is a pipe of a mebibyte, all of which is asked for.
#[test]
fn what_is_read_skipped_and_spliced_is_bounded_in_each_call() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("guest.wasm");
    // The number of bytes, of a list or as it is; those that do not wait are called until there are some.
    for (function, length_at, is_splice) in [
        ("read", "(i32.load offset=8 (global.get $result))", false),
        ("blocking-read", "(i32.load offset=8 (global.get $result))", false),
        ("skip", "(i32.wrap_i64 (i64.load offset=8 (global.get $result)))", false),
        ("blocking-skip", "(i32.wrap_i64 (i64.load offset=8 (global.get $result)))", false),
        ("splice", "(i32.wrap_i64 (i64.load offset=8 (global.get $result)))", true),
        ("blocking-splice", "(i32.wrap_i64 (i64.load offset=8 (global.get $result)))", true),
    ] {
        let streams = if is_splice { "(local.get $output) (local.get $input)" } else { "(local.get $input)" };
        let code = format!(
            "(local.set $input (call $stdin)) (local.set $output (call $stdout))
            (loop $again
              (call ${function} {streams} (i64.const -1) (global.get $result))
              (if (i32.load8_u (global.get $result)) (then (return (i32.const 1))))
              (br_if $again (i32.eqz {length_at})))
            (i32.gt_u {length_at} (i32.const 65536))"
        );
        std::fs::write(&path, component(&STREAMS, &code)).expect("a file");
        let mut child = Command::new(env!("CARGO_BIN_EXE_wasm-embedded-rt"))
            .arg("run")
            .arg(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let mut input = child.stdin.take().expect("a pipe");
        // The guest ends before it has read all of it.
        let writer = std::thread::spawn(move || drop(input.write_all(&vec![b'x'; 1 << 20])));
        let output = child.wait_with_output().expect("the command ends");
        writer.join().expect("the writer ends");
        assert_eq!(output.status.code(), Some(0), "{function}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Polls a list of so many times the same pollable, which is ready.
fn poll(length: u32) -> String {
    format!(
        "(local.set $input (call $subscribe (i64.const 0)))
        (local.set $left (i32.const {length}))
        (loop $fill
          (local.set $left (i32.sub (local.get $left) (i32.const 1)))
          (i32.store (i32.add (i32.const 65536) (i32.mul (local.get $left) (i32.const 4))) (local.get $input))
          (br_if $fill (local.get $left)))
        (call $poll (i32.const 65536) (i32.const {length}) (global.get $result))
        {}",
        has_length(length)
    )
}

#[test]
fn a_list_of_pollables_is_bounded() {
    assert_eq!(run(&POLL, &poll(64)), Exit::Status(0));
    let exit = run(&POLL, &poll(100_000));
    assert!(matches!(exit, Exit::Limit { breach: Breach::CallBytes, .. }), "{exit:?}");
}

#[test]
fn pollables_are_counted() {
    let subscribe = |count: u32| {
        format!(
            "(local.set $left (i32.const {count}))
            (loop $again
              (drop (call $subscribe (i64.const -1)))
              (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
            (i32.const 0)"
        )
    };
    assert_eq!(run(&POLL, &subscribe(16)), Exit::Status(0));
    let exit = run(&POLL, &subscribe(1_000));
    assert!(matches!(exit, Exit::Limit { breach: Breach::Handles, .. }), "{exit:?}");
}
