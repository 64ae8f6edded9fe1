//! How a component is made of a core module, which depends on what made the module.

use wasmparser::{KnownCustom, Parser, Payload};

/// The module of WASI 0.1, which a core module imports and a component does not: an adapter stands between.
const WASI_0_1: &str = "wasi_snapshot_preview1";
/// How the sections begin that say which WIT a module was written for. `wit-component`, `metadata.rs`.
const WIT_SECTION: &str = "component-type";

/// What a core module says of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Module {
    /// Whether it was written in Rust, as its producers section says.
    rust: bool,
    /// Whether it says which WIT it was written for.
    wit: bool,
    /// Whether it imports WASI 0.1.
    wasi: bool,
}

/// Says how a component is made of a core module. Of what is not valid, what comes before that counts.
pub(super) fn advice(bytes: &[u8]) -> String {
    let module = Module::of(bytes);
    let adapter = if module.wasi { " --adapt wasi_snapshot_preview1.command.wasm" } else { "" };
    match module {
        // Rust's target for components also brings its own bindings of WASI.
        Module { rust: true, .. } => "build it for the target wasm32-wasip2, which makes one".to_owned(),
        Module { wit: true, .. } => {
            format!("`wasm-tools component new MODULE.wasm{adapter} -o COMPONENT.wasm` makes one")
        }
        _ => format!(
            "`wasm-tools component embed WIT-FOLDER --world WORLD MODULE.wasm -o EMBEDDED.wasm` tells which WIT it was written for, \
             and `wasm-tools component new EMBEDDED.wasm{adapter} -o COMPONENT.wasm` makes one (of Rust, the target wasm32-wasip2 \
             does)"
        ),
    }
}

impl Module {
    fn of(bytes: &[u8]) -> Module {
        let mut module = Module::default();
        for payload in Parser::new(0).parse_all(bytes) {
            match payload {
                Ok(Payload::ImportSection(imports)) => {
                    let mut modules = imports.into_imports().map_while(Result::ok);
                    module.wasi |= modules.any(|import| import.module == WASI_0_1);
                }
                Ok(Payload::CustomSection(section)) if section.name().starts_with(WIT_SECTION) => module.wit = true,
                Ok(Payload::CustomSection(section)) => {
                    let KnownCustom::Producers(producers) = section.as_known() else { continue };
                    let languages =
                        producers.into_iter().map_while(Result::ok).filter(|field| field.name == "language");
                    let mut languages = languages.flat_map(|field| field.values.into_iter().map_while(Result::ok));
                    module.rust |= languages.any(|language| language.name == "Rust");
                }
                Ok(_) => {}
                Err(_) => break,
            }
        }
        module
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice_for(text: &str) -> String {
        advice(&wat::parse_str(text).expect("a module"))
    }

    #[test]
    fn only_a_module_of_rust_is_told_the_target_alone() {
        let rust = advice_for(r#"(module (@producers (language "Rust" "2024")))"#);
        assert_eq!(rust, "build it for the target wasm32-wasip2, which makes one");
        let c = advice_for(r#"(module (@producers (language "C11" "")))"#);
        assert!(c.starts_with("`wasm-tools component embed WIT-FOLDER --world WORLD MODULE.wasm"), "{c}");
        assert!(!c.contains("--adapt"), "it imports no WASI: {c}");
    }

    #[test]
    fn a_module_that_says_its_wit_needs_one_step_and_one_of_wasi_the_adapter() {
        let both = r#"(module (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
            (@custom "component-type:guest" "\00"))"#;
        let adapted = "`wasm-tools component new MODULE.wasm --adapt wasi_snapshot_preview1.command.wasm -o COMPONENT.wasm` makes one";
        assert_eq!(advice_for(both), adapted);
        let wasi = r#"(module (import "wasi_snapshot_preview1" "proc_exit" (func (param i32))))"#;
        assert!(advice_for(wasi).contains("EMBEDDED.wasm --adapt wasi_snapshot_preview1.command.wasm"));
    }

    #[test]
    fn what_is_cut_off_is_told_what_any_module_is() {
        assert!(advice(b"\0asm\x01\0\0\0\x02\xff").contains("wasm-tools component embed"));
    }
}
