//! Whatever a file to be run holds: it is refused, or it is a component that can be asked for its imports.

use wasm_embedded_runtime::engine::EngineOptions;
use wasm_embedded_runtime::program::{Program, compile};
use wasm_embedded_runtime::trust::Trust;

use crate::guest;
use crate::target::{Files, read_folder, workspace};

/// Checks the bytes of a file to be run, for which nobody vouches.
///
/// # Panics
///
/// Something does not hold.
pub fn check(bytes: &[u8]) {
    match Program::load(bytes, EngineOptions::default(), &Trust::default()) {
        Ok(program) => {
            assert!(bytes.starts_with(b"\0asm"), "machine code for which nobody vouches is refused");
            let (_imports, _exports) = (program.imports(), program.exports());
            if let Err(error) = program.check() {
                assert!(!error.to_string().is_empty());
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// The components of the tests, one of them compiled, and what is none.
pub(crate) fn files() -> Files {
    let texts = read_folder(&workspace().join("test-host/guests/wat"), ".wat");
    let mut files: Vec<Vec<u8>> = texts.iter().filter_map(|text| wat::parse_bytes(text).ok().map(Into::into)).collect();
    files.push(wat::parse_str(guest::text()).expect("the guest is valid"));
    let compiled = files.first().and_then(|file| compile(file, EngineOptions::default(), None, None).ok());
    files.extend(compiled.map(|(code, _)| code.into_iter().take(4096).collect()));
    files.push(b"\0asm\x01\0\0\0".to_vec());
    Files { files, words: &["\0asm\x0d\0\x01\0", "\x7f", "wasm-embedded:hal/i2c@0.5.0", "wasi:cli/run@0.2.0", "run"] }
}
