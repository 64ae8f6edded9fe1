//! How much a component asks the compiler to do.

use wasmparser::{Parser, Payload};

/// What one function, type, import or the like weighs, in bytes of code: it takes memory and time even if it has no code.
const ITEM: u64 = 256;
/// What one module or component within a component weighs.
const PART: u64 = 64 << 10;

/// Returns what there is to compile in a component, in bytes of code. Of what is not valid, up to where it is not: the compiler
/// refuses it.
pub(crate) fn code(component: &[u8]) -> u64 {
    let mut bytes: u64 = 0;
    let mut add = |count: u32, weight: u64| bytes = bytes.saturating_add(u64::from(count).saturating_mul(weight));
    for payload in Parser::new(0).parse_all(component) {
        let Ok(payload) = payload else { break };
        match payload {
            Payload::CodeSectionStart { count, size, .. } => {
                add(size, 1);
                add(count, ITEM);
            }
            Payload::TypeSection(section) => add(section.count(), ITEM),
            Payload::ImportSection(section) => add(section.count(), ITEM),
            Payload::TableSection(section) => add(section.count(), ITEM),
            Payload::MemorySection(section) => add(section.count(), ITEM),
            Payload::GlobalSection(section) => add(section.count(), ITEM),
            Payload::ExportSection(section) => add(section.count(), ITEM),
            Payload::ElementSection(section) => add(section.count(), ITEM),
            Payload::DataSection(section) => add(section.count(), ITEM),
            Payload::CoreTypeSection(section) => add(section.count(), ITEM),
            Payload::ComponentTypeSection(section) => add(section.count(), ITEM),
            Payload::ComponentImportSection(section) => add(section.count(), ITEM),
            Payload::ComponentExportSection(section) => add(section.count(), ITEM),
            Payload::ComponentAliasSection(section) => add(section.count(), ITEM),
            Payload::ComponentCanonicalSection(section) => add(section.count(), ITEM),
            Payload::ComponentInstanceSection(section) => add(section.count(), ITEM),
            Payload::InstanceSection(section) => add(section.count(), ITEM),
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => add(1, PART),
            _ => {}
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_its_parts_are_weighed_and_other_sections_are_not() {
        let plain = wat::parse_str("(component (core module (func) (func)))").expect("a component");
        let weight = code(&plain);
        assert!((PART + 2 * ITEM..PART + 10 * ITEM).contains(&weight), "{weight}");
        let more = wat::parse_str("(component (core module (func) (func)) (core module))").expect("a component");
        assert!(code(&more) >= weight + PART);
        let mut custom = plain.clone();
        // A custom section of 200 bytes with an empty name.
        custom.extend([0, 0xc8, 0x01, 0]);
        custom.extend([0; 199]);
        assert_eq!(code(&custom), weight);
        assert!(code(&plain[..plain.len() - 3]) <= weight, "what is cut off is no panic");
    }
}
