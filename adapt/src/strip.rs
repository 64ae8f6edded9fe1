//! Leaves out of a component what only says who made it, and the names of its parts: a sixth of a small guest. What names the functions
//! of a module stays, since backtraces need it.

use wasm_encoder::Encode as _;
use wasmparser::{BinaryReader, BinaryReaderError};

/// How long the header of a module or component is. WebAssembly Core Specification 2.0, section 5.5.16.
const HEADER: usize = 8;

/// The custom sections that are left out.
const DROPPED: [&str; 2] = ["producers", "component-name"];

/// The kinds of sections, of a component, that hold a module or another component. Component model, `Binary.md`.
const NESTED: [u8; 2] = [1, 4];

/// Returns a component without them.
pub(crate) fn strip(component: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
    let mut stripped = Vec::with_capacity(component.len());
    strip_into(component, true, &mut stripped)?;
    Ok(stripped)
}

fn strip_into(bytes: &[u8], is_component: bool, stripped: &mut Vec<u8>) -> Result<(), BinaryReaderError> {
    let mut reader = BinaryReader::new(bytes, 0);
    stripped.extend_from_slice(reader.read_bytes(HEADER)?);
    while !reader.eof() {
        let kind = reader.read_u8()?;
        let len = reader.read_var_u32()?;
        let content = reader.read_bytes(usize::try_from(len).unwrap_or(usize::MAX))?;
        if kind == 0 && DROPPED.contains(&BinaryReader::new(content, 0).read_string()?) {
            continue;
        }
        stripped.push(kind);
        if is_component && NESTED.contains(&kind) {
            let mut inner = Vec::with_capacity(content.len());
            strip_into(content, kind == 4, &mut inner)?;
            inner.encode(stripped);
        } else {
            content.encode(stripped);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::strip;

    #[test]
    fn only_makers_and_names_of_parts_are_left_out() {
        let text = r#"(component
            (@custom "producers" "\00") (@custom "kept" "a")
            (core module (@custom "name" "b") (@custom "producers" "\00") (memory 1))
            (component (core module (@custom "producers" "\00"))))"#;
        let whole = wat::parse_str(text).expect("a component");
        let stripped = strip(&whole).expect("it can be read");
        let count = |bytes: &[u8], name: &str| bytes.windows(name.len()).filter(|at| *at == name.as_bytes()).count();
        assert_eq!((count(&whole, "producers"), count(&stripped, "producers")), (3, 0));
        assert_eq!((count(&stripped, "kept"), count(&stripped, "name")), (1, 1));
        wasmparser::Validator::new().validate_all(&stripped).expect("still a component");
        assert_eq!(strip(&stripped).expect("it can be read"), stripped);
    }
}
