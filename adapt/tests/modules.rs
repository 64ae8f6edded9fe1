//! What is made of core modules, without running it: the host's tests run them.

use wasm_embedded_adapt::{Error, Family, adapt, family};
use wasmparser::{Parser, Payload, Validator};

/// A module that imports one function of `wasm-embedded:hal`.
const MODULE: &str = r#"(module
  (import "wasm-embedded:hal/delay@0.5.0" "delay-ns" (func $delay (param i64)))
  (memory (export "memory") 1)
  (func (export "run") (result i32) (call $delay (i64.const 1)) (i32.const 0)))"#;

fn module(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("a module")
}

/// Returns the names of what a component imports and exports.
fn names(component: &[u8]) -> (Vec<String>, Vec<String>) {
    let (mut imports, mut exports) = (Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(component) {
        match payload.expect("a component") {
            Payload::ComponentImportSection(section) => {
                imports.extend(section.into_iter().map(|import| import.expect("an import").name.name.to_owned()));
            }
            Payload::ComponentExportSection(section) => {
                exports.extend(section.into_iter().map(|export| export.expect("an export").name.name.to_owned()));
            }
            // What is nested is none of its own.
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => {}
            _ => {}
        }
    }
    exports.retain(|name| name.contains(':'));
    imports.retain(|name| name.contains(':'));
    (imports, exports)
}

#[test]
fn a_component_imports_what_its_module_did_and_exports_its_entry() {
    let adapted = adapt(&module(MODULE)).expect("a component");
    assert_eq!(adapted.family, Family::Core);
    Validator::new().validate_all(&adapted.component).expect("valid");
    let (imports, exports) = names(&adapted.component);
    assert_eq!(imports, ["wasm-embedded:hal/delay@0.5.0"]);
    assert_eq!(exports, ["wasi:cli/run@0.2.6"]);
}

#[test]
fn a_component_and_other_files_are_of_no_family() {
    let component = adapt(&module(MODULE)).expect("a component").component;
    assert_eq!(family(&component).expect("readable"), None);
    assert_eq!(family(b"").expect("readable"), None);
    assert_eq!(family(b"\x7fELF").expect("readable"), None);
    assert!(matches!(adapt(&component), Err(Error::NotCore("a component already"))));
    assert!(matches!(adapt(b"(module)"), Err(Error::NotCore("not WebAssembly"))));
}

#[test]
fn modules_of_the_older_family_are_told_by_their_imports() {
    for name in ["i2c", "spi", "uart", "gpio"] {
        let text = MODULE
            .replace("wasm-embedded:hal/delay@0.5.0", name)
            .replace("delay-ns", "deinit")
            .replace("param i64", "param i32");
        let text = text
            .replace("(param i32)", "(param i32) (result i32)")
            .replace("(i64.const 1)) (i32.const 0)", "(i32.const 1))");
        let bytes = module(&text);
        assert_eq!(family(&bytes).expect("readable"), Some(Family::V04), "{name}");
        let adapted = adapt(&bytes).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let (imports, _) = names(&adapted.component);
        let interface = if name == "gpio" { "digital" } else { name };
        assert!(imports.contains(&format!("wasm-embedded:hal/{interface}@0.5.0")), "{name}: {imports:?}");
        assert!(adapted.policy().contains(&format!("{name}0")), "{}", adapted.policy());
    }
}

#[test]
fn what_a_module_lacks_is_said_in_one_sentence() {
    let run = "(func (export \"run\") (result i32) (i32.const 0))";
    let memory = "(memory (export \"memory\") 1)";
    let importing = |from: &str, name: &str| format!("(module (import \"{from}\" \"{name}\" (func)) {memory} {run})");
    for (text, told) in [
        (
            importing("env", "printf"),
            "it imports env.printf, which no adapter provides: `env` holds functions that the linker did not find; link the \
             library that defines this one",
        ),
        (importing("environs", "printf"), "it imports environs.printf, which no adapter provides"),
        (format!("(module {memory} (func (export \"go\")))"), "it exports no entry"),
        (format!("(module {memory} (func (export \"_start\")))"), "it exports no entry"),
        (format!("(module {run})"), "it exports no memory"),
    ] {
        let error = adapt(&module(&text)).map(|_| ()).expect_err(&text).to_string();
        let is_told = if told.starts_with("it imports") { error == told } else { error.starts_with(told) };
        assert!(is_told, "{text}: {error}");
    }
}

#[test]
fn a_module_that_says_its_types_itself_becomes_the_component_that_it_describes() {
    let mut resolve = wit_parser::Resolve::default();
    let wit = "package test:timed; world timed { import wait: func(); export go: func(); }";
    let package = resolve.push_str("timed.wit", wit).expect("valid WIT");
    let world = resolve.select_world(&[package], None).expect("a world");
    let text = "(module (import \"$root\" \"wait\" (func)) (memory (export \"memory\") 1) (func (export \"go\")))";
    let plain = module(text);
    assert!(matches!(adapt(&plain), Err(Error::NoEntry)), "nothing says how it is started");
    let mut described = plain;
    wit_component::embed_component_metadata(&mut described, &resolve, world, wit_component::StringEncoding::UTF8)
        .expect("it fits");
    let adapted = adapt(&described).expect("a component");
    Validator::new().validate_all(&adapted.component).expect("valid");
    let mut said = Vec::new();
    for payload in Parser::new(0).parse_all(&adapted.component) {
        match payload.expect("a component") {
            Payload::ComponentImportSection(section) => {
                said.extend(section.into_iter().map(|import| import.expect("an import").name.name.to_owned()));
            }
            Payload::ComponentExportSection(section) => {
                said.extend(section.into_iter().map(|export| export.expect("an export").name.name.to_owned()));
            }
            _ => {}
        }
    }
    assert_eq!(said, ["wait", "go"]);
}

#[test]
fn what_is_cut_off_or_damaged_is_refused_and_never_panics() {
    let whole = module(MODULE);
    for end in 0..whole.len() {
        if let Ok(adapted) = adapt(&whole[..end]) {
            Validator::new().validate_all(&adapted.component).unwrap_or_else(|error| panic!("{end}: {error}"));
        }
    }
    for at in 8..whole.len() {
        for bit in 0..8 {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << bit;
            if let Ok(adapted) = adapt(&damaged) {
                Validator::new().validate_all(&adapted.component).unwrap_or_else(|error| panic!("{at}.{bit}: {error}"));
            }
        }
    }
}

/// A component that imports `wasi:spi/spi` with a `write` of the given type.
fn spi_host(write: &str) -> Vec<u8> {
    module(&format!(
        r#"(component
        (import "wasi:spi/spi" (instance
            (type $error' (variant (case "overrun") (case "mode-fault") (case "frame-format") (case "chip-select-fault")
                (case "other" string)))
            (export "error" (type $error (eq $error')))
            (export "spi-device" (type $device (sub resource)))
            (export "[method]spi-device.write"
                (func (param "self" (borrow $device)) (param "data" (list u8)) (result (result {write}))))))
        (core module $m (func (export "run"))) (core instance $main (instantiate $m))
        (func $run (canon lift (core func $main "run"))) (export "run" (func $run)))"#
    ))
}

#[test]
fn another_draft_of_the_spi_hosts_is_refused_by_its_interface() {
    let adapted = adapt(&spi_host("(error $error)")).expect("the draft that the adapter serves");
    assert_eq!(adapted.family, Family::Spi2026);
    // A later draft has the error as the value of success.
    let error = adapt(&spi_host("$error")).expect_err("another draft");
    assert_eq!(error.to_string(), "it imports wasi:spi/spi as another draft has it");
    let source = std::error::Error::source(&error).expect("which type differs");
    assert!(source.to_string().contains("wasi:spi/spi"), "{source}");
}
