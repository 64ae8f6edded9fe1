//! Checks what `wasm-embedded-rt` writes with `--json` by `docs/output.schema.json`, as a program that reads it would.

use std::fs;
use std::path::{Path, PathBuf};

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Deserializer, Value};

/// The schema, ready to check with.
#[allow(missing_debug_implementations, reason = "the validator has none")]
pub struct Schema {
    schemas: Schemas,
    compiler: Compiler,
    whole: SchemaIndex,
    names: Vec<String>,
}

/// Returns the folder `docs` of the repository.
fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

impl Default for Schema {
    fn default() -> Schema {
        Schema::new()
    }
}

impl Schema {
    /// Reads the schema.
    ///
    /// # Panics
    ///
    /// The schema cannot be read, or is not a valid one.
    pub fn new() -> Schema {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        let mut names = Vec::new();
        for file in ["output.schema.json", "test.schema.json"] {
            let text = fs::read_to_string(docs().join(file)).expect("a schema");
            let value: Value = serde_json::from_str(&text).expect("JSON");
            if file.starts_with("output") {
                names.extend(value["$defs"].as_object().expect("definitions").keys().cloned());
            }
            compiler.add_resource(file, value).expect("a schema");
        }
        let whole = compiler.compile("output.schema.json", &mut schemas).expect("a valid schema");
        Schema { schemas, compiler, whole, names }
    }

    /// Returns the names of the definitions.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Checks all objects of an output, and returns the name of each: that of its event, or the one that is expected of a document.
    ///
    /// # Errors
    ///
    /// Something is not JSON, an object has no definition, or its definition or the whole schema refuses it.
    ///
    /// # Panics
    ///
    /// A definition is not a valid schema.
    pub fn check(&mut self, output: &str, document: &str) -> Result<Vec<String>, String> {
        let mut seen = Vec::new();
        for value in Deserializer::from_str(output).into_iter::<Value>() {
            let value = value.map_err(|error| format!("{error} in {output}"))?;
            let name = value["event"].as_str().unwrap_or(document).to_owned();
            if !self.names.contains(&name) {
                return Err(format!("the schema has no definition of {name:?}: {value}"));
            }
            let place = format!("output.schema.json#/$defs/{name}");
            let own = self.compiler.compile(&place, &mut self.schemas).expect("a valid schema");
            for index in [own, self.whole] {
                self.schemas.validate(&value, index).map_err(|error| format!("{name}: {error:#}\n{value}"))?;
            }
            seen.push(name);
        }
        Ok(seen)
    }
}
