//! Checks a policy by the JSON schema, as editors do.

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;
use wasm_embedded_policy::schema;
use wasm_embedded_sim::model::Catalog;

/// The schema of a policy, ready to check with.
#[allow(missing_debug_implementations, reason = "the validator has none")]
pub struct Schema {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Default for Schema {
    fn default() -> Schema {
        Schema::new()
    }
}

impl Schema {
    /// Reads the schema of the models of `wasm-embedded-sim`.
    ///
    /// # Panics
    ///
    /// The generated schema is not a valid one.
    pub fn new() -> Schema {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("policy.json", schema(&Catalog::new())).expect("a schema");
        let index = compiler.compile("policy.json", &mut schemas).expect("a valid schema");
        Schema { schemas, index }
    }

    /// Returns what is wrong with a policy, if anything.
    ///
    /// # Errors
    ///
    /// The schema does not take the policy.
    ///
    /// # Panics
    ///
    /// The text is not TOML.
    pub fn check(&self, text: &str) -> Result<(), String> {
        let table: toml::Table = toml::from_str(text).expect("valid TOML");
        let value = to_json(toml::Value::Table(table));
        self.schemas.validate(&value, self.index).map_err(|error| format!("{error:#}"))
    }
}

/// Returns a value as editors hand it to a schema: a date is a text.
fn to_json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(on) => on.into(),
        toml::Value::Datetime(time) => time.to_string().into(),
        toml::Value::Array(values) => values.into_iter().map(to_json).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, to_json(value))).collect(),
    }
}
