//! The JSON Schema of a collect plan, with the fields that a vocabulary has, so that editors complete and check plans.
//!
//! What a plan may say stands in `schemas/collect.schema.json`; here is added which fields there are. Whether a field can take
//! what the plan gives it is for `collect` to say.

use serde_json::{Map, Value, json};

use crate::settings::field_type;
use crate::types::Type;
use crate::vocabulary::{Field, RecordType, Vocabulary};

/// Of plans for all vocabularies.
const COMMON: &str = include_str!("../../schemas/collect.schema.json");

/// Of plans whose snapshots have this vocabulary.
///
/// # Errors
/// If the common schema is not JSON, which a test excludes.
pub fn plan(vocabulary: &Vocabulary) -> Result<Value, serde_json::Error> {
    let mut schema: Value = serde_json::from_str(COMMON)?;
    if let Some(fields) = schema.pointer_mut("/properties/fields").and_then(Value::as_object_mut) {
        let mut known = Map::new();
        add_fields(&vocabulary.snapshot, vocabulary.built_in_fields(), "", &mut known);
        fields.insert("properties".to_owned(), Value::Object(known));
        fields.insert("additionalProperties".to_owned(), json!(false));
    }
    Ok(schema)
}

/// Adds what can be collected, each with the way to it: all that is measured and is not a record.
fn add_fields(record: &RecordType, built_in: usize, prefix: &str, known: &mut Map<String, Value>) {
    for field in record.fields.iter().skip(built_in) {
        let path = format!("{prefix}{}", field.yaml_key());
        if let Type::Record(inner) = &field.ty {
            add_fields(inner, 0, &format!("{path}."), known);
        } else {
            known.insert(path, taken(field));
        }
    }
}

/// What a field may take. Of a list, which fields its elements have.
fn taken(field: &Field) -> Value {
    let each = if let Type::List(element) = &field.ty {
        element.record().map_or_else(|| json!({ "type": ["string", "number", "boolean"] }), elements)
    } else {
        // Only lists have elements.
        json!(false)
    };
    json!({ "$ref": "#/$defs/field", "description": described(field), "properties": { "each": each } })
}

fn elements(record: &RecordType) -> Value {
    let single = |field: &&Field| !matches!(field.ty, Type::List(_) | Type::Record(_));
    let known: Map<String, Value> = record
        .fields
        .iter()
        .filter(single)
        .map(|field| (field.yaml_key().to_string(), json!({ "description": described(field) })))
        .collect();
    let needed = record.fields.iter().filter(|field| field.required || field.key);
    let needed: Vec<String> = needed.map(|field| field.yaml_key().to_string()).collect();
    json!({ "type": "object", "required": needed, "properties": known, "additionalProperties": false })
}

/// The field's text with its type.
fn described(field: &Field) -> String {
    let ty = field_type(field);
    field.doc.as_ref().map_or_else(|| ty.clone(), |doc| format!("{doc} ({ty})"))
}
