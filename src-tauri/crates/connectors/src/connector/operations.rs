//! What a service can do, as data: an operation is one request with places for values, and how its
//! answer is read.

mod answer;
mod input;
mod paging;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Area, Text};
use crate::{Given, Pattern};

pub use answer::{Among, Described, Each, Link, PaymentState, Pointers, States, Told};
pub use input::{Input, InputKind};
pub use paging::{Paging, Since};

/// The input that carries what keeps a repeated request from being done twice.
pub const IDEMPOTENCY_KEY: &str = "idempotency_key";

/// HTTP methods of operations (RFC 9110 §9.3, RFC 5789). Wider than [`crate::Method`]: nothing that
/// tells whose account it is changes a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "UPPERCASE")]
pub enum Verb {
    /// GET.
    #[default]
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
}

impl Verb {
    /// As it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether a body goes with it.
    #[must_use]
    pub const fn has_body(self) -> bool {
        matches!(self, Self::Post | Self::Put | Self::Patch)
    }
}

/// What an operation is for, where an area has a use for that: its inputs then have the names that
/// the area fills (see [`Role::inputs`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "OperationRole"))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Lists what can be pulled.
    Modules,
    /// Describes the fields of a module.
    Fields,
    /// Pulls rows.
    Rows,
    /// Adds a record.
    Add,
    /// Gets one record.
    Get,
    /// Finds records.
    Search,
    /// Changes a record.
    Update,
    /// Sends a message.
    Message,
    /// Makes a payment.
    Payment,
    /// Tells how a payment stands.
    PaymentStatus,
}

impl Role {
    /// Inputs that every operation of this role has.
    #[must_use]
    pub const fn inputs(self) -> &'static [(&'static str, InputKind)] {
        match self {
            Self::Add => &[("record", InputKind::Record)],
            Self::Get | Self::PaymentStatus => &[("id", InputKind::Text)],
            Self::Update => &[("id", InputKind::Text), ("record", InputKind::Record)],
            Self::Message => &[("text", InputKind::Text)],
            Self::Payment => &[("amount", InputKind::Amount)],
            Self::Modules | Self::Fields | Self::Rows | Self::Search => &[],
        }
    }
}

/// Whether a request whose answer was lost may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Repeat {
    /// Yes: the second time changes nothing (RFC 9110 §9.2.2, and the service's page says no other).
    Safe,
    /// Yes, with the same `idempotency_key`: the service documents that it does it once.
    Key,
    /// No.
    Never,
}

/// A text with placeholders. Where it names an input that was not given, it is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(untagged)]
pub enum Template {
    /// One text.
    One(String),
    /// The first that can be completed.
    First {
        /// The texts, the one that needs most before the others.
        first: Vec<String>,
    },
}

impl Template {
    /// Its texts.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let texts = match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::First { first } => first,
        };
        texts.iter().map(String::as_str)
    }
}

/// One thing that a service can do.
///
/// Placeholders are `{input}`; of an amount `{input.minor}`, `{input.decimal}` and
/// `{input.currency}`; of a phone number also `{input.digits}`; and what the connection knows by
/// itself: `{parameter}`, `{answer.name}`, `{key.name}`. Where one stands says where its value goes:
/// in the path, the query, a header or the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// Identifier, unique in the connector.
    pub id: String,
    /// What it does.
    pub label: Text,
    /// Method.
    #[serde(default)]
    pub method: Verb,
    /// A path below the API's base, or a whole address on a listed host. It has no query of its own.
    pub target: String,
    /// The areas that it serves.
    #[cfg_attr(feature = "ts", ts(type = "Array<string>"))]
    pub areas: Vec<Area>,
    /// What it is for.
    #[serde(default)]
    pub role: Option<Role>,
    /// The operation that gives the rows to which it adds, by its id.
    #[serde(default)]
    pub adds_to: Option<String>,
    /// What one gives it.
    #[serde(default)]
    pub inputs: Vec<Input>,
    /// Parameters of the query.
    #[serde(default)]
    pub query: BTreeMap<String, Template>,
    /// Headers beside those that every request of the connector has.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// A JSON body. A text in it that is exactly one placeholder becomes the value itself, with its
    /// type.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(type = "unknown"))]
    pub json: Option<Value>,
    /// Fields of a form body.
    #[serde(default)]
    pub form: BTreeMap<String, Template>,
    /// The scopes that it needs: of each entry one. They may hold `{input}`.
    #[serde(default)]
    pub scopes: Vec<Vec<String>>,
    /// Whether it may be sent again.
    pub repeat: Repeat,
    /// How its answer is read.
    #[serde(default)]
    pub answer: Told,
    /// How one gets on to further rows.
    #[serde(default)]
    pub paging: Option<Paging>,
    /// How only what changed is pulled.
    #[serde(default)]
    pub since: Option<Since>,
    /// What tells that it was asked of the service's sandbox, where no money moves: the first of
    /// these that is known at the connection.
    #[serde(default)]
    pub sandbox: Vec<Sandbox>,
    /// Limits and surprises worth knowing.
    #[serde(default)]
    pub notes: Vec<Text>,
    /// The page that describes it; built-in connectors always name one.
    #[serde(default)]
    pub source: Option<String>,
}

impl Operation {
    /// The input of this name.
    #[must_use]
    pub fn input(&self, name: &str) -> Option<&Input> {
        self.inputs.iter().find(|input| input.name == name)
    }

    /// Whether it adds records to what `rows` gives when asked with these values: everything else
    /// that it needs is known from them.
    #[must_use]
    pub fn adds_to_rows_of(&self, rows: &str, given: &Given) -> bool {
        let mut needed = self.inputs.iter().filter(|input| {
            let filled = ["record", IDEMPOTENCY_KEY].contains(&&*input.name);
            input.required && input.default.is_none() && !filled
        });
        self.role == Some(Role::Add)
            && self.adds_to.as_deref() == Some(rows)
            && needed.all(|input| given.get(&input.name).is_some_and(|value| !value.is_null()))
    }

    /// Every template of it but its target, with a JSON pointer to where it stands.
    pub(crate) fn templates(&self) -> Vec<(String, &str)> {
        let mut found = Vec::new();
        for (part, fields) in [("query", &self.query), ("form", &self.form)] {
            for (name, template) in fields {
                let texts = template.texts();
                found.extend(texts.map(|text| (format!("/{part}/{}", escaped(name)), text)));
            }
        }
        for (name, text) in &self.headers {
            found.push((format!("/headers/{}", escaped(name)), text.as_str()));
        }
        if let Some(json) = &self.json {
            leaves(json, "/json".to_owned(), &mut found);
        }
        found
    }
}

/// What is one thing at a service's sandbox and another where payments are real.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Sandbox {
    /// A template of it, such as `{sandbox}`: a parameter, an answer, or what names the key.
    pub of: String,
    /// What it is at the sandbox.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub is: Pattern,
}

/// RFC 6901 §3.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The texts in a JSON body.
fn leaves<'a>(value: &'a Value, at: String, found: &mut Vec<(String, &'a str)>) {
    match value {
        Value::String(text) => found.push((at, text)),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                leaves(item, format!("{at}/{index}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                leaves(value, format!("{at}/{}", escaped(name)), found);
            }
        }
        _ => {}
    }
}
