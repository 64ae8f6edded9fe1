//! The description of the API, and whether something is as it says.

use serde_json::Value as Json;
use wasm_embedded_manage::OPEN_API;

pub(crate) fn described() -> Json {
    serde_json::from_str(OPEN_API).expect("JSON")
}

/// Holds a value against a schema, as far as the description uses JSON Schema.
pub(crate) fn fits(value: &Json, schema: &Json) -> Result<(), String> {
    let described = described();
    let schema = match schema["$ref"].as_str() {
        Some(reference) => described.pointer(reference.trim_start_matches('#')).ok_or("a reference to nothing")?,
        None => schema,
    };
    if let Some(any) = schema["oneOf"].as_array() {
        let count = any.iter().filter(|schema| fits(value, schema).is_ok()).count();
        return if count == 1 { Ok(()) } else { Err(format!("{value} fits {count} of {any:?}")) };
    }
    let is_type = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        other => return Err(format!("a type that this test does not know: {other:?}")),
    };
    if !is_type {
        return Err(format!("{value} is not of {schema}"));
    }
    if schema["enum"].as_array().is_some_and(|any| !any.contains(value)) {
        return Err(format!("{value} is not one of {}", schema["enum"]));
    }
    let Some(object) = value.as_object() else { return Ok(()) };
    for required in schema["required"].as_array().into_iter().flatten() {
        let key = required.as_str().unwrap_or_default();
        object.get(key).ok_or_else(|| format!("`{key}` is missing"))?;
    }
    for (key, value) in object {
        match (&schema["properties"][key], &schema["additionalProperties"]) {
            (Json::Null, Json::Bool(false)) => return Err(format!("`{key}` is not described")),
            (Json::Null, Json::Null) => {}
            (Json::Null, schema) | (schema, _) => fits(value, schema)?,
        }
    }
    for item in value.as_array().into_iter().flatten() {
        fits(item, &schema["items"])?;
    }
    Ok(())
}
