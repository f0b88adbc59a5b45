//! What one gives an operation.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::connector::Text;

/// What values of an input are, as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    /// A text.
    #[default]
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Anything.
    Json,
    /// An object: values by the names of fields.
    Record,
    /// `{ "minor": 1050, "currency": "USD" }`: an integer of the currency's minor unit, and its
    /// code (ISO 4217).
    Amount,
    /// A phone number with its country code, as `+15005550006` (ITU-T E.164).
    Phone,
    /// A name of the service's API: of a module, a table, a field. Letters, digits, `_` and `.`, a
    /// letter or `_` first, so that it can stand in a query language without quotes.
    Name,
    /// A list of such names; sent with commas between them, or as a list in JSON.
    Names,
    /// A moment (RFC 3339); sent in UTC, as `2026-01-31T09:00:00+00:00`.
    Time,
}

impl InputKind {
    /// The word of it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Json => "json",
            Self::Record => "record",
            Self::Amount => "amount",
            Self::Phone => "phone",
            Self::Name => "name",
            Self::Names => "names",
            Self::Time => "time",
        }
    }

    /// What may stand after a dot in its placeholder; whether it may stand without one.
    pub(crate) const fn parts(self) -> (&'static [&'static str], bool) {
        match self {
            Self::Amount => (&["minor", "decimal", "currency"], false),
            Self::Phone => (&["digits"], true),
            Self::Text => (&["soql"], true),
            _ => (&[], true),
        }
    }
}

/// One input of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Name, as in `{name}`.
    pub name: String,
    /// What the person is asked.
    pub label: Text,
    /// What its values are.
    #[serde(default)]
    pub kind: InputKind,
    /// Whether it has to be given.
    #[serde(default)]
    pub required: bool,
    /// What it is where it is not given.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(type = "unknown"))]
    pub default: Option<Value>,
    /// A value to show as an example.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(type = "unknown"))]
    pub example: Option<Value>,
    /// The only values there are; of an amount, its currencies.
    #[serde(default)]
    pub choices: Vec<String>,
    /// The most: characters of a text, entries of a list, or the number itself.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub most: Option<u64>,
    /// Currencies that the service takes whole units of only, though ISO 4217 has a minor unit.
    #[serde(default)]
    pub whole: Vec<String>,
}
