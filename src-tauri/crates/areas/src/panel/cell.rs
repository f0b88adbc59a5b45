//! Fields of rows: where they are, and how they are written in a cell.

use serde_json::Value;

/// The most characters of a cell.
const CELL: usize = 300;
/// The most fields that are offered.
const FIELDS: usize = 200;
/// What a record that stands in a field is called, at most services.
const NAMES: [&str; 5] = ["name", "Name", "display_value", "label", "value"];

/// A field of a row: by its name, or by a JSON Pointer (RFC 6901). There are names that begin with
/// a slash: they come first.
pub(super) fn field<'a>(row: &'a Value, name: &str) -> Option<&'a Value> {
    let named = row.get(name);
    let found = match named {
        None if name.starts_with('/') => row.pointer(name),
        named => named,
    };
    found.filter(|value| !value.is_null())
}

/// The fields that rows have, in the order they are met.
pub fn fields<'a>(rows: impl IntoIterator<Item = &'a Value>) -> Vec<String> {
    let mut known: Vec<String> = Vec::new();
    for row in rows {
        for name in row.as_object().into_iter().flat_map(|row| row.keys()) {
            if known.len() < FIELDS && !known.contains(name) {
                known.push(name.clone());
            }
        }
    }
    known
}

/// A value as text. Whole numbers stand there digit for digit.
pub(super) fn text(value: Option<&Value>) -> String {
    let written = match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Object(fields)) => {
            let named = NAMES.iter().find_map(|name| fields.get(*name));
            match named {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Number(number)) => number.to_string(),
                _ => Value::Object(fields.clone()).to_string(),
            }
        }
        Some(Value::Array(items)) => {
            let parts: Vec<String> = items.iter().map(|item| text(Some(item))).collect();
            parts.join(", ")
        }
        Some(other) => other.to_string(),
    };
    cut(&written)
}

fn cut(text: &str) -> String {
    let mut chars = text.chars();
    let mut short: String = chars.by_ref().take(CELL).collect();
    if chars.next().is_some() {
        short.push('…');
    }
    // What comes from outside brings no line break into a cell.
    short.replace(char::is_control, " ")
}
