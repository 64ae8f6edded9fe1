//! An adapter for an import module of the 0.4 family: text, with what all of them share in the place of a comment. Or a component of text.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use wit_bindgen_core::wit_parser::Resolve;
use wit_component::{StringEncoding, embed_component_metadata};

/// Where the shared functions go: after the imports, which come first in a module.
const COMMON: &str = "  ;; COMMON\n";

/// The text for the arguments of `init` where no other is named.
const ARGUMENTS: &str = "plain.wat";

/// Makes the adapter of a file, or of `FILE:ARGUMENTS`, with another text for the arguments of `init`. It imports the interfaces of `wasm-embedded:hal` that its text names.
pub(crate) fn adapter(file: &str, resolve: &mut Resolve) -> anyhow::Result<Vec<u8>> {
    let read = |file: &Path| std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()));
    let (file, arguments) = file.split_once(':').unwrap_or((file, ARGUMENTS));
    let shared = |name: &str| read(&Path::new(file).with_file_name(name));
    let text = read(Path::new(file))?;
    let text = text.replacen(COMMON, &(shared("common.wat")? + &shared(arguments)?), 1);
    let mut module = wat::parse_str(&text).with_context(|| format!("{file} is not valid"))?;
    if text.contains("(component") {
        return Ok(module);
    }
    let name = Path::new(file).file_stem().context("the file has a name")?.to_string_lossy();
    let mut world = format!("package wasm-embedded-older:{name};\nworld adapter {{\n");
    let mut imports: Vec<_> = text.split('"').filter(|word| word.starts_with("wasm-embedded:hal/")).collect();
    imports.dedup();
    for import in imports {
        writeln!(world, "  import {import};")?;
    }
    let package = resolve.push_str("adapter.wit", &(world + "}\n"))?;
    let world = resolve.select_world(&[package], None)?;
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8, false)?;
    Ok(module)
}
