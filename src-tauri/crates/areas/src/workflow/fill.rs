//! From the values of a record to what a service is given.

use serde_json::{Map, Number, Value};
use tsunagi_connectors::{Given, InputKind, Operation, minor_digits};
use url::form_urlencoded::byte_serialize;

use super::{From, Put, Values, is_empty};
use crate::call::{Body, Call, Pair};

/// Why a service cannot be given what a mapping says. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unmapped {
    /// A text has a brace without its other, or an empty name between two.
    #[error("braces that do not match")]
    Template,
    /// The operation has no such input, or it is no record with fields.
    #[error("the operation has no input {0:?}")]
    Input(String),
    /// The field's value cannot be a step of an address.
    #[error("the value of {0:?} cannot stand in an address")]
    Step(String),
}

/// A value as it stands in a text: an amount as `10.50 USD`.
#[must_use]
pub fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(fields) => match amount(fields) {
            Some((decimal, currency)) => format!("{decimal} {currency}"),
            None => value.to_string(),
        },
        other => other.to_string(),
    }
}

/// An amount as a decimal with its currency, never through a floating point number.
fn amount(fields: &Map<String, Value>) -> Option<(String, &str)> {
    let minor = fields.get("minor")?.as_u64()?;
    let currency = fields.get("currency")?.as_str()?;
    let digits = minor_digits(currency)?;
    let unit = 10_u64.pow(digits);
    let width = digits as usize;
    let decimal = match digits {
        0 => minor.to_string(),
        _ => format!("{}.{:0width$}", minor / unit, minor % unit),
    };
    Some((decimal, currency))
}

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    Field(&'a str),
}

/// The parts of a text: `{field}`, and `{{` and `}}` for braces.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, Unmapped> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        if let Some(after) = from.strip_prefix("{{") {
            pieces.push(Piece::Text("{"));
            rest = after;
        } else if let Some(after) = from.strip_prefix("}}") {
            pieces.push(Piece::Text("}"));
            rest = after;
        } else {
            let inside = from.strip_prefix('{').ok_or(Unmapped::Template)?;
            let (name, after) = inside.split_once('}').ok_or(Unmapped::Template)?;
            if name.is_empty() || name.contains('{') {
                return Err(Unmapped::Template);
            }
            pieces.push(Piece::Field(name));
            rest = after;
        }
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    Ok(pieces)
}

fn filled(text: &str, values: &Values) -> Result<String, Unmapped> {
    let mut out = String::new();
    for piece in pieces(text)? {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Field(name) => out.push_str(&values.get(name).map(text_of).unwrap_or_default()),
        }
    }
    Ok(out)
}

/// What an operation is given: each input as it takes it. What is empty is not given.
///
/// # Errors
/// [`Unmapped`].
pub fn given(puts: &[Put], values: &Values, operation: &Operation) -> Result<Given, Unmapped> {
    let mut given = Given::new();
    for put in puts {
        let input = operation.input(&put.input);
        let input = input.ok_or_else(|| Unmapped::Input(put.input.clone()))?;
        let value = match &put.value {
            From::Field { field } => values.get(field).cloned().unwrap_or_default(),
            From::Constant { value } => value.clone(),
            From::Template { text } => Value::String(filled(text, values)?),
        };
        if is_empty(&value) {
            continue;
        }
        let Some(field) = &put.field else {
            given.insert(put.input.clone(), fitted(value, input.kind));
            continue;
        };
        if input.kind != InputKind::Record {
            return Err(Unmapped::Input(put.input.clone()));
        }
        let record = given.entry(put.input.clone());
        let record = record.or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(fields) = record {
            fields.insert(field.clone(), of_a_record(value));
        }
    }
    Ok(given)
}

/// A value as services have it in a record: an amount is its decimal.
fn of_a_record(value: Value) -> Value {
    let decimal = value.as_object().and_then(amount);
    let number = decimal.and_then(|(decimal, _)| decimal.parse::<Number>().ok());
    number.map_or(value, Value::Number)
}

/// A value as an input of this kind takes it. What does not fit stays as it is: the operation says
/// so by the input's label.
fn fitted(value: Value, kind: InputKind) -> Value {
    match (kind, value) {
        (InputKind::Text | InputKind::Phone | InputKind::Name, value) => {
            Value::String(text_of(&value))
        }
        (InputKind::Number, Value::String(text)) => {
            let number = text.trim().parse::<Number>();
            number.map_or(Value::String(text), Value::Number)
        }
        (InputKind::Boolean, Value::String(text)) => match text.trim() {
            "true" => true.into(),
            "false" => false.into(),
            _ => Value::String(text),
        },
        (InputKind::Names, Value::String(text)) => {
            let names = text.split(',').map(str::trim);
            names.filter(|name| !name.is_empty()).collect()
        }
        (InputKind::Time, Value::String(text)) => {
            // A day begins with its first moment, in UTC.
            let day = text.parse::<jiff::civil::Date>();
            match day {
                Ok(day) if !text.contains(['T', 't', ' ']) => format!("{day}T00:00:00Z").into(),
                _ => Value::String(text),
            }
        }
        (_, value) => value,
    }
}

/// A call with the values of fields put in.
///
/// # Errors
/// [`Unmapped`].
pub fn call_filled(call: &Call, values: &Values) -> Result<Call, Unmapped> {
    let mut target = String::new();
    for piece in pieces(&call.target)? {
        match piece {
            Piece::Text(text) => target.push_str(text),
            Piece::Field(name) => {
                let text = values.get(name).map(text_of).unwrap_or_default();
                // A step of a path stays one (RFC 3986 §5.2.4).
                if matches!(text.as_str(), "" | "." | "..") {
                    return Err(Unmapped::Step(name.to_owned()));
                }
                // Everything that is reserved is encoded (RFC 3986 §2.2), a space as in a path.
                let encoded: String = byte_serialize(text.as_bytes()).collect();
                target.push_str(&encoded.replace('+', "%20"));
            }
        }
    }
    Ok(Call {
        method: call.method,
        target,
        query: pairs(&call.query, values)?,
        headers: pairs(&call.headers, values)?,
        body: match &call.body {
            Body::None => Body::None,
            Body::Json { text } => Body::Json {
                text: match serde_json::from_str::<Value>(text) {
                    Ok(json) => leaves(&json, values)?.to_string(),
                    // The call says where it is no JSON.
                    Err(_) => text.clone(),
                },
            },
            Body::Form { fields } => Body::Form {
                fields: pairs(fields, values)?,
            },
            Body::Text { media_type, text } => Body::Text {
                media_type: media_type.clone(),
                text: filled(text, values)?,
            },
        },
    })
}

fn pairs(pairs: &[Pair], values: &Values) -> Result<Vec<Pair>, Unmapped> {
    let filled = pairs.iter().map(|pair| {
        Ok(Pair {
            value: filled(&pair.value, values)?,
            ..pair.clone()
        })
    });
    filled.collect()
}

/// A JSON body: a text in it that is exactly one field becomes its value, with its type.
fn leaves(json: &Value, values: &Values) -> Result<Value, Unmapped> {
    Ok(match json {
        Value::String(text) => match pieces(text)?.as_slice() {
            [Piece::Field(name)] => values.get(*name).cloned().unwrap_or_default(),
            _ => Value::String(filled(text, values)?),
        },
        Value::Array(items) => {
            let items = items.iter().map(|item| leaves(item, values));
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| Ok((name.clone(), leaves(value, values)?)));
            Value::Object(fields.collect::<Result<_, Unmapped>>()?)
        }
        other => other.clone(),
    })
}
