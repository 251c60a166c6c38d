//! The vocabulary as a JSON Schema, so that editors complete and check snapshots while they are written.
//!
//! A schema sees YAML's values and not its text, so it is milder than `check`: it cannot see a date twice, a key twice, a
//! number in quotes, or how far `0.5%` lies from `0.4%`. It is stricter in one thing: a field that nobody declares, of which
//! `check` only warns, is marked.

use serde_json::{Map, Number as JsonNumber, Value, json};

use crate::interval::Interval;
use crate::settings::field_type;
use crate::snapshot::limits::MAX_COLLECTED_BYTES;
use crate::types::{Kind, Quantity, Type};
use crate::value::{Number, decimal};
use crate::vocabulary::{Field, RecordType, Vocabulary};

/// Editors know this draft best.
const DRAFT: &str = "http://json-schema.org/draft-07/schema#";
/// A decimal that is not negative, without an exponent.
const DECIMAL: &str = r"([0-9]+(\.[0-9]*)?|\.[0-9]+)";
const EXPONENT: &str = "([eE][-+]?[0-9]+)?";

/// Of a snapshot: what its own file must have, since no standing fact may give it, is required.
pub fn snapshot(vocabulary: &Vocabulary) -> Value {
    let required: &[&str] = if vocabulary.stages.is_empty() { &["date"] } else { &["date", "stage"] };
    let mut schema = Schema { vocabulary, standing: false }.record(&vocabulary.snapshot);
    schema.insert("required".to_owned(), json!(required));
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.insert(Vocabulary::COLLECTED.to_owned(), collected(&vocabulary.snapshot));
    }
    titled(schema, "A snapshot", "What was measured of one workflow up to one date.")
}

/// Of a `rollout.yaml`: the fields that are declared as standing.
pub fn standing(vocabulary: &Vocabulary) -> Value {
    let schema = Schema { vocabulary, standing: true }.record(&vocabulary.snapshot);
    titled(schema, "rollout.yaml", "What does not change from one snapshot of the folder to the next.")
}

/// Where the values of a snapshot were collected from: an entry for each field.
fn collected(snapshot: &RecordType) -> Value {
    let text =
        || json!({ "type": ["string", "number", "boolean", "null"], "maxLength": MAX_COLLECTED_BYTES });
    let digest = || json!({ "type": ["string", "number", "null"], "pattern": "^[0-9a-f]{64}$" });
    let count = || json!({ "type": ["integer", "null"], "minimum": 0 });
    let date = "^[0-9]{4}-[0-9]{2}-[0-9]{2}";
    let clock = format!("{date}T.+(Z|[-+][0-9]{{2}}:[0-9]{{2}})$");
    let instant = |pattern: &str| json!({ "type": ["string", "null"], "pattern": pattern });
    let entry = json!({
        "type": "object",
        "required": ["from"],
        "additionalProperties": false,
        "properties": {
            "from": { "type": ["string", "number", "boolean"], "description": "the name of the source in the collect file" },
            "file": text(),
            "sha256": digest(),
            "query_sha256": digest(),
            "at": instant(&clock),
            "tool": text(),
            "made": instant(&format!("{date}$|{clock}")),
            "errors": count(),
            "rows": count(),
            "unknown": text(),
            "value_sha256": digest(),
            "declared": { "type": ["boolean", "null"] },
        },
    });
    json!({
        "type": ["object", "null"],
        "description": "Where the values were collected from; `tollgate collect` writes it, and no verdict depends on it",
        "propertyNames": { "enum": snapshot.all_keys() },
        "additionalProperties": entry,
    })
}

fn titled(mut schema: Map<String, Value>, title: &str, description: &str) -> Value {
    schema.insert("$schema".to_owned(), json!(DRAFT));
    schema.insert("title".to_owned(), json!(title));
    schema.insert("description".to_owned(), json!(description));
    Value::Object(schema)
}

struct Schema<'a> {
    vocabulary: &'a Vocabulary,
    /// Of standing facts alone.
    standing: bool,
}

impl Schema<'_> {
    /// A record, of whose fields none has to be there: it may lie over standing facts.
    fn record(&self, ty: &RecordType) -> Map<String, Value> {
        let fields = ty.fields.iter().filter(|field| !self.standing || field.may_stand());
        let properties: Map<String, Value> =
            fields.map(|field| (field.yaml_key().to_string(), self.field(field))).collect();
        object(json!({ "type": "object", "additionalProperties": false, "properties": properties }))
    }

    fn field(&self, field: &Field) -> Value {
        let mut schema = match &field.ty {
            // What names an element is one value.
            Type::Amount(quantity) if field.key => object(json!({ "anyOf": one_number(quantity) })),
            ty => self.of(ty),
        };
        if !field.required {
            or_nothing(&mut schema);
        }
        let ty = field_type(field);
        let about = match (&field.doc, &field.ty) {
            (Some(doc), Type::Record(_)) => doc.to_string(),
            (Some(doc), _) => format!("{doc} ({ty})"),
            (None, _) => ty,
        };
        schema.insert("description".to_owned(), json!(about));
        Value::Object(schema)
    }

    fn of(&self, ty: &Type) -> Map<String, Value> {
        object(match ty {
            Type::Bool => json!({ "type": "boolean" }),
            // A scalar of any kind is the text that it is written with.
            Type::Text => json!({ "type": ["string", "number", "boolean"] }),
            Type::Date => {
                json!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" })
            }
            Type::Time => {
                let clock = "T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]+)?)?(Z|[-+]([01][0-9]|2[0-3]):[0-5][0-9])$";
                json!({ "type": "string", "pattern": format!("^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{clock}") })
            }
            Type::Stage => one_of(self.vocabulary.stages.iter().map(|name| &**name)),
            Type::Choice(members) => one_of(members.iter().map(|name| &**name)),
            Type::Amount(quantity) => amount(quantity),
            Type::List(element) => json!({ "type": "array", "items": self.element(element) }),
            Type::Record(record) => return self.record(record),
            // No field has these.
            Type::Elapsed | Type::Calendar | Type::Error => json!({}),
        })
    }

    /// A list is taken as a whole, so that what its elements require is required in it.
    /// No element may be empty.
    fn element(&self, ty: &Type) -> Value {
        let mut schema = self.of(ty);
        if let Some(record) = ty.record() {
            self.require(record, &mut schema);
        }
        Value::Object(schema)
    }

    fn require(&self, ty: &RecordType, schema: &mut Map<String, Value>) {
        let required = ty.fields.iter().filter(|field| field.required);
        let required: Vec<&str> = required.map(|field| &**field.yaml_key()).collect();
        if !required.is_empty() {
            schema.insert("required".to_owned(), json!(required));
        }
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}

/// Lets a value be empty, which says that it is unknown.
fn or_nothing(schema: &mut Map<String, Value>) {
    let nothing = json!("null");
    match schema.get_mut("type") {
        Some(Value::Array(types)) => types.push(nothing),
        Some(one) => *one = json!([one.clone(), nothing]),
        None => {}
    }
    if let Some(Value::Array(members)) = schema.get_mut("enum") {
        members.push(Value::Null);
    }
    if let Some(Value::Array(ways)) = schema.get_mut("anyOf") {
        ways.push(json!({ "type": "null" }));
    }
}

fn one_of<'a>(words: impl Iterator<Item = &'a str>) -> Value {
    json!({ "enum": words.collect::<Vec<_>>() })
}

/// One number with its unit, a range of two of them, or for a share the counts behind it.
fn amount(quantity: &Quantity) -> Value {
    let mut ways = one_number(quantity);
    let number = number_of(quantity);
    let range = |end: &str| format!("^{end} +to +{end}$");
    ways.push(text(match &quantity.kind {
        Kind::Count | Kind::Number | Kind::Bare | Kind::Ratio => range(&number),
        Kind::Unit(unit) => range(&format!("{number}( *{unit})?")),
        // The unit of both ends may stand at the upper one.
        Kind::Duration => format!(r"^{number}( *{LENGTHS})? +to +{number} *{LENGTHS}$"),
        Kind::Share => format!("{}|{}", range(&format!("{number} *%")), range(&number)),
    }));
    if quantity.kind == Kind::Share {
        let count = format!(r"\+?{DECIMAL}{EXPONENT}");
        ways.push(text(format!("^{count} +of +{count}$")));
    }
    json!({ "anyOf": ways })
}

/// Units of time with their number before them.
const LENGTHS: &str = "(ms|s|min|h|days?|weeks?)";

fn number_of(quantity: &Quantity) -> String {
    let is_negative = quantity.range.low.as_ref().is_none_or(|low| *low < Number::ZERO);
    let sign = if is_negative && quantity.kind != Kind::Duration { "[-+]?" } else { r"\+?" };
    format!("{sign}{DECIMAL}{EXPONENT}")
}

fn text(pattern: String) -> Value {
    json!({ "type": "string", "pattern": pattern })
}

/// The ways to write one number.
fn one_number(quantity: &Quantity) -> Vec<Value> {
    let number = number_of(quantity);
    match &quantity.kind {
        Kind::Count => vec![bounded("integer", &quantity.range)],
        Kind::Number | Kind::Bare | Kind::Ratio => vec![bounded("number", &quantity.range)],
        Kind::Unit(unit) => vec![bounded("number", &quantity.range), text(format!("^{number} *{unit}$"))],
        Kind::Duration => vec![text(format!("^{number} *{LENGTHS}$"))],
        Kind::Share => {
            let percent = if quantity.range == Kind::Share.default_range() {
                // Up to 100 %, which a pattern can say.
                format!(r"^\+?(0*(100(\.0*)?|[0-9]{{1,2}}(\.[0-9]*)?|\.[0-9]+)|{DECIMAL}[eE][-+]?[0-9]+) *%$")
            } else {
                format!("^{number} *%$")
            };
            // A bare number beyond these is taken for a percentage without its sign.
            let bare = quantity.range.intersection(&Interval::new(Number::NEG_ONE, Number::ONE));
            vec![text(percent), bounded("number", &bare)]
        }
    }
}

fn bounded(ty: &str, range: &Interval) -> Value {
    let mut schema = object(json!({ "type": ty }));
    for (key, bound) in [("minimum", &range.low), ("maximum", &range.high)] {
        if let Some(bound) = bound.as_ref().and_then(json_number) {
            schema.insert(key.to_owned(), Value::Number(bound));
        }
    }
    Value::Object(schema)
}

/// A bound as a reader of YAML would read it.
fn json_number(number: &Number) -> Option<JsonNumber> {
    let text = decimal(number, 40);
    match text.parse::<i64>() {
        Ok(whole) => Some(whole.into()),
        Err(_) => JsonNumber::from_f64(text.parse().ok()?),
    }
}
