//! What a form takes.

use serde_json::Value;
use tsunagi_connectors::minor_digits;

use super::{Field, FieldKind, RECORD_MAX, Values, is_empty};

/// The longest text of one line, in characters.
const LINE_MAX: usize = 2_000;
/// The largest number that JSON readers agree on (RFC 8259 §6).
const NUMBER_MAX: u64 = (1 << 53) - 1;

/// Why values are no record of a form. Nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfilled {
    /// The form has no such field.
    #[error("no field {0:?}")]
    Unknown(String),
    /// The field has to be filled in; by its label.
    #[error("{0:?} is missing")]
    Missing(String),
    /// The value is none that the field takes; by its label.
    #[error("{0:?} does not take that")]
    Unfit(String),
    /// The values are larger than 64 KiB.
    #[error("larger than 64 KiB")]
    TooLarge,
}

impl Unfilled {
    /// Stable word for the screens.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "record_field_unknown",
            Self::Missing(_) => "record_field_missing",
            Self::Unfit(_) => "record_field_unfit",
            Self::TooLarge => "record_too_large",
        }
    }

    /// The field that its sentence names.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Unknown(field) | Self::Missing(field) | Self::Unfit(field) => Some(field),
            Self::TooLarge => None,
        }
    }
}

/// Values as a form takes them: what is empty is left out. A form that is still being filled in
/// (`whole` is false) may miss what a record needs.
///
/// # Errors
/// [`Unfilled`]: the first thing that is not as it must be.
pub fn accepted(fields: &[Field], values: &Values, whole: bool) -> Result<Values, Unfilled> {
    let unknown = values
        .keys()
        .find(|name| fields.iter().all(|field| field.name != **name));
    if let Some(name) = unknown {
        return Err(Unfilled::Unknown(name.chars().take(60).collect()));
    }
    let mut taken = Values::new();
    for field in fields {
        match values.get(&field.name).filter(|value| !is_empty(value)) {
            // What is half typed is no fault yet.
            Some(value) if !whole || takes(field, value) => {
                taken.insert(field.name.clone(), value.clone());
            }
            Some(_) => return Err(Unfilled::Unfit(field.label.clone())),
            None if field.required && whole => return Err(Unfilled::Missing(field.label.clone())),
            None => {}
        }
    }
    let size = serde_json::to_string(&taken).map_or(usize::MAX, |json| json.len());
    if size > RECORD_MAX {
        return Err(Unfilled::TooLarge);
    }
    Ok(taken)
}

fn takes(field: &Field, value: &Value) -> bool {
    let line = |text: &str| {
        text.chars().count() <= LINE_MAX && !text.chars().any(|c| c.is_control() && c != '\t')
    };
    match (field.kind, value) {
        (FieldKind::Text, Value::String(text)) => line(text),
        (FieldKind::Multiline, Value::String(_))
        | (FieldKind::Number, Value::Number(_))
        | (FieldKind::Checkbox, Value::Bool(_)) => true,
        (FieldKind::Date, Value::String(text)) => {
            text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
        }
        (FieldKind::DateTime, Value::String(text)) => text.parse::<jiff::Timestamp>().is_ok(),
        (FieldKind::Choice, Value::String(text)) => match field.shows {
            // What a service offers changes; that it was offered is all that is asked.
            Some(_) => line(text),
            None => field.choices.contains(text),
        },
        (FieldKind::Email, Value::String(text)) => line(text) && is_address(text),
        (FieldKind::Phone, Value::String(text)) => is_phone(text),
        (FieldKind::Amount, Value::Object(fields)) if fields.len() == 2 => {
            let minor = fields.get("minor").and_then(Value::as_u64);
            let currency = fields.get("currency").and_then(Value::as_str);
            minor.is_some_and(|minor| minor <= NUMBER_MAX)
                && currency.is_some_and(|code| minor_digits(code).is_some())
                && field
                    .currency
                    .as_deref()
                    .is_none_or(|own| currency == Some(own))
        }
        _ => false,
    }
}

/// One `@` with something on both sides and no spaces: whether mail arrives there only sending it
/// would tell (RFC 5321 §4.1.2 allows more than a check should know).
fn is_address(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else {
        return false;
    };
    !local.is_empty() && !host.is_empty() && !text.chars().any(char::is_whitespace)
}

/// ITU-T E.164: a plus sign and at most fifteen digits, the first of them not zero.
fn is_phone(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}
