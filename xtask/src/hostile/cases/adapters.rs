//! H77 to H80: modules and components of older families and other languages, which an adapter stands in front of.

use std::fmt::Write as _;

use anyhow::ensure;

use crate::hostile::Outcome::{self, Refused, Stopped, Typed};
use crate::hostile::job::Job;
use crate::hostile::lab::Lab;

/// Labels as the 0.4 family asks for them. `i2c1` is no bus.
const POLICY: &str = r#"
[i2c.i2c0]
sim = "i2c"
allow = [0x2a]

[spi.spi0]
sim = true

[uart.uart0]
sim = true

[gpio]
gpio0-0 = { sim = true, direction = "output", initial = "low" }
i2c1 = { sim = true, direction = "output", initial = "low" }

[[part]]
model = "scripted"
i2c = "i2c"
address = 0x2a
registers = [{ register = 0x00, bytes = [1] }]
"#;

/// What a module of the 0.4 family imports, with the number of its parameters.
const FUNCTIONS: [(&str, &str, usize); 10] = [
    ("i2c", "init", 5),
    ("i2c", "deinit", 1),
    ("i2c", "read", 3),
    ("i2c", "write", 3),
    ("spi", "init", 7),
    ("spi", "transfer", 3),
    ("uart", "init", 5),
    ("uart", "read", 3),
    ("gpio", "init", 4),
    ("wasi_snapshot_preview1", "fd_write", 4),
];

/// Where a guest has the handle of the bus, and a place for other handles.
const BUS: &str = "(i32.load (i32.const 0x100))";

/// Returns a module of the 0.4 family that opens `i2c0`, makes calls, each with what it must return, and then says "typed".
fn v04(calls: &[(&str, i32)]) -> String {
    let mut text = String::from("(module\n");
    for (module, name, parameters) in FUNCTIONS {
        let parameters = "i32 ".repeat(parameters);
        let _ = writeln!(
            text,
            "(import \"{module}\" \"{name}\" (func ${module}-{name} (param {parameters}) (result i32)))"
        );
    }
    // "typed" and a line feed at 0x40, and the vector that names them at 0x50.
    text += "(memory (export \"memory\") 1)
        (data (i32.const 0x40) \"typed\\n\") (data (i32.const 0x50) \"\\40\\00\\00\\00\\06\\00\\00\\00\")
        (func (export \"_start\")\n";
    let open = "(call $i2c-init (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0x100))";
    for (call, wanted) in [(open, 0)].iter().chain(calls) {
        let _ = writeln!(text, "(if (i32.ne {call} (i32.const {wanted})) (then (return)))");
    }
    text += "(drop (call $wasi_snapshot_preview1-fd_write (i32.const 1) (i32.const 0x50) (i32.const 1) (i32.const 0x60)))))";
    text
}

/// Returns a call with bytes: `{ pointer, length }` is stored first, at an address.
fn with_bytes(at: u32, pointer: u32, length: u32, call: &str) -> String {
    format!(
        "(block (result i32) (i32.store (i32.const {at}) (i32.const {pointer})) \
         (i32.store (i32.const {}) (i32.const {length})) {call})",
        at + 4
    )
}

/// Runs a guest that must find what it expects, and fails if anything was on the wires.
fn silent(lab: &Lab, name: &str, calls: &[(String, i32)]) -> anyhow::Result<Outcome> {
    let calls: Vec<_> = calls.iter().map(|(call, wanted)| (call.as_str(), *wanted)).collect();
    let module = lab.wat(name, &v04(&calls))?;
    let ran = lab.expect(Job::component(module).policy(POLICY).options(&["--trace-text"]), Typed)?;
    Lab::says(&ran, "is a module of the 0.4 family: a component was made of it")?;
    let stderr = ran.stderr();
    let traffic = stderr.lines().find(|line| line.contains(" i2c ") && line.ends_with("start"));
    ensure!(traffic.is_none(), "{name}: {traffic:?} on the wires");
    Ok(Typed)
}

/// A component for the WASI SPI hosts whose `write` has its error as the value of success, as a later draft has it.
const OTHER_DRAFT: &str = r#"(component
    (import "wasi:spi/spi" (instance
        (type $error' (variant (case "overrun") (case "mode-fault") (case "frame-format") (case "chip-select-fault") (case "other" string)))
        (export "error" (type $error (eq $error')))
        (export "spi-device" (type $device (sub resource)))
        (export "[method]spi-device.write"
            (func (param "self" (borrow $device)) (param "data" (list u8)) (result (result $error))))))
    (core module $m (func (export "run"))) (core instance $main (instantiate $m))
    (func $run (canon lift (core func $main "run"))) (export "run" (func $run)))"#;

pub(super) fn modules(lab: &Lab) -> anyhow::Result<Outcome> {
    let run = "(memory (export \"memory\") 1) (func (export \"run\") (result i32) (i32.const 0))";
    let import =
        |from: &str, name: &str, ty: &str| format!("(module (import \"{from}\" \"{name}\" (func {ty})) {run})");
    for (name, text, said) in [
        ("unknown-function", import("env", "system", "(param i32) (result i32)"), "it imports env.system"),
        ("unknown-module", import("device", "open", ""), "it imports device.open"),
        ("unknown-call", import("i2c", "erase", "(param i32) (result i32)"), "erase"),
        ("unknown-method", import("wasm-embedded:hal/i2c@0.5.0", "[method]bus.erase", ""), "erase"),
        (
            "unknown-interface",
            import("wasm-embedded:hal/root@0.5.0", "shell", ""),
            "it imports wasm-embedded:hal/root@0.5.0",
        ),
        ("older", import("wasm-embedded:hal/i2c@0.4.0", "[static]bus.open", ""), "has version 0.5.0"),
        ("newer", import("wasm-embedded:hal/i2c@1.0.0", "[static]bus.open", ""), "has version 0.5.0"),
        ("unversioned", import("wasm-embedded:hal/i2c", "[static]bus.open", ""), "has version 0.5.0"),
        ("mistyped", import("i2c", "deinit", "(param i64) (result i64)"), "deinit"),
        ("no-function", format!("(module (import \"i2c\" \"read\" (global i32)) {run})"), "read"),
        ("no-entry", "(module (memory (export \"memory\") 1))".to_owned(), "it exports no entry"),
        ("no-memory", "(module (func (export \"run\") (result i32) (i32.const 0)))".to_owned(), "it exports no memory"),
        (
            "other-entry",
            "(module (memory (export \"memory\") 1) (func (export \"run\") (param i64)))".to_owned(),
            "must take nothing and return an i32",
        ),
        (
            "no-realloc",
            import("wasm-embedded:hal/i2c@0.5.0", "[method]bus.read", "(param i32 i32 i32 i32 i32)"),
            "realloc",
        ),
        ("other-draft", OTHER_DRAFT.to_owned(), "it imports wasi:spi/spi as another draft has it"),
        (
            "other-gpio-draft",
            "(component (import \"wasi:gpio/digital@0.2.0\" (instance (export \"open-output\" (func (param \"name\" u64))))))"
                .to_owned(),
            "it imports wasi:gpio/digital@0.2.0 as another draft has it",
        ),
        (
            "other-i2c-draft",
            "(component (import \"wasi:i2c/i2c@0.2.0-draft\" (instance (export \"i2c\" (type (sub resource)))
                (export \"reset\" (func)))))"
                .to_owned(),
            "it imports wasi:i2c/i2c@0.2.0-draft as another draft has it",
        ),
        (
            "pollables",
            "(component (import \"wasi:gpio/digital-async@0.2.0\" (instance)))".to_owned(),
            "whose pollables no adapter can make",
        ),
    ] {
        let module = lab.wat(&format!("{name}.wasm"), &text)?;
        let ran = lab.expect(Job::component(module).policy(POLICY), Refused)?;
        Lab::says(&ran, said)?;
        ensure!(ran.status.code() == Some(121), "{name}: it ended with {}", ran.status);
    }
    Ok(Refused)
}

/// The adapters' errors.
const NO_LABEL: i32 = -3;
const WRONG: i32 = -4;
const REFUSED: i32 = -5;

pub(super) fn pointers(lab: &Lab) -> anyhow::Result<Outcome> {
    let mut calls = Vec::new();
    for function in ["read", "write"] {
        let at = |descriptor: u32| format!("(call $i2c-{function} {BUS} (i32.const 0x2a) (i32.const {descriptor}))");
        // 4 GiB, all there is and more, around the end of memory, and beyond.
        for (pointer, length) in
            [(0, u32::MAX), (0x1000, u32::MAX), (0, 0x0fff_ffff), (u32::MAX, 1), (u32::MAX, u32::MAX), (0x7fff_ffff, 2)]
        {
            calls.push((with_bytes(0x200, pointer, length, &at(0x200)), WRONG));
            // Where no number of four bytes is aligned.
            calls.push((with_bytes(0x211, pointer, length, &at(0x211)), WRONG));
        }
        // Descriptors outside the memory.
        for descriptor in [0x000f_fffd, 0x7fff_ffff, u32::MAX - 7, u32::MAX] {
            calls.push((at(descriptor), WRONG));
        }
        // All of the memory is the guest's, and longer than a transaction may be.
        calls.push((with_bytes(0x200, 0, 0x1_0001, &at(0x200)), REFUSED));
    }
    for handle in [u32::MAX, u32::MAX - 3, 0x7fff_ffff] {
        let init = "(call $uart-init (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)";
        calls.push((format!("{init} (i32.const {handle}))"), WRONG));
    }
    silent(lab, "pointers.wasm", &calls)
}

pub(super) fn authority(lab: &Lab) -> anyhow::Result<Outcome> {
    let mut calls = Vec::new();
    // Not granted; reserved; of ten bits; the granted one with bits above that a host could cut off; all bits.
    for address in [0x50, 0x2b, 0x00, 0x7f, 0xaa, 0x12a, 0x3ff, 0x400, 0x0001_002a, 0x8000_002a, u32::MAX] {
        let call = format!("(call $i2c-read {BUS} (i32.const {address}) (i32.const 0x200))");
        calls.push((with_bytes(0x200, 0x1000, 1, &call), REFUSED));
    }
    let init = |bus: &str, port: i64, rest: usize| {
        format!("(call ${bus}-init (i32.const {port}) {} (i32.const 0x110))", "(i32.const 0)".repeat(rest))
    };
    for (call, wanted) in [
        // Of another kind; not there; held already.
        (init("i2c", 1, 3), NO_LABEL),
        (init("i2c", 7, 3), NO_LABEL),
        (init("i2c", -1, 3), NO_LABEL),
        (init("spi", 1, 5), NO_LABEL),
        (init("spi", 0, 5), 0),
        (init("spi", 0, 5), NO_LABEL),
        // An output as an input; a pin and a mode that there are none of.
        (init("gpio", 0, 2), NO_LABEL),
        ("(call $gpio-init (i32.const 0) (i32.const 99) (i32.const 1) (i32.const 0x110))".to_owned(), NO_LABEL),
        ("(call $gpio-init (i32.const 0) (i32.const 0) (i32.const 7) (i32.const 0x110))".to_owned(), WRONG),
    ] {
        calls.push((call, wanted));
    }
    silent(lab, "authority.wasm", &calls)
}

pub(super) fn handles(lab: &Lab) -> anyhow::Result<Outcome> {
    let other = "(call $spi-transfer (i32.load (i32.const 0x100)) (i32.const 0x200) (i32.const 0x200))";
    let forged = "(call $i2c-read (i32.const 99) (i32.const 0x2a) (i32.const 0x200))";
    let negative = with_bytes(0x200, 0x1000, 1, "(call $uart-read (i32.const -1) (i32.const 0) (i32.const 0x200))");
    let twice =
        "(i32.or (call $i2c-deinit (i32.load (i32.const 0x100))) (call $i2c-deinit (i32.load (i32.const 0x100))))";
    for (name, call) in [("other", other), ("forged", forged), ("negative", &negative), ("twice", twice)] {
        let module = lab.wat(&format!("{name}.wasm"), &v04(&[(call, 0)]))?;
        let ran = lab.expect(Job::component(module).policy(POLICY), Stopped)?;
        Lab::says(&ran, "handle")?;
    }
    Ok(Stopped)
}
