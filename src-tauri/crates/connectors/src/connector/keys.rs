//! Credentials that a person types in: API keys, user and password, named fields.

use serde::{Deserialize, Serialize};

use super::Text;
use crate::Pattern;

/// A credential that a person types in, in place of OAuth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// What is typed.
    pub fields: Vec<KeyField>,
    /// How it goes with each request.
    pub attach: Vec<Attach>,
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct KeyField {
    /// Name, as in `{key.name}`.
    pub name: String,
    /// What the person is asked.
    pub label: Text,
    /// Where the person finds it.
    #[serde(default)]
    pub help: Option<Text>,
    /// Whether it is a secret. What is none (a user name, an account number) may be shown while
    /// it is typed, and may stand in an address.
    #[serde(default = "yes")]
    pub secret: bool,
    /// What values look like; `None`: anything on one line.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    pub pattern: Option<Pattern>,
    /// An example, of what is no secret.
    #[serde(default)]
    pub example: Option<String>,
}

fn yes() -> bool {
    true
}

/// The longest value that is taken, in bytes.
const VALUE_MAX: usize = 8 * 1024;

impl KeyField {
    /// Whether this can be a value of the field.
    #[must_use]
    pub fn takes(&self, value: &str) -> bool {
        value.len() <= VALUE_MAX
            && crate::resolve::is_text(value)
            && self
                .pattern
                .as_ref()
                .is_none_or(|pattern| pattern.is_match(value))
    }
}

/// One way in which a credential goes with a request. Values are templates that may hold
/// `{key.name}` and `{parameter}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "in", rename_all = "snake_case", deny_unknown_fields)]
pub enum Attach {
    /// In a header.
    Header {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    },
    /// In the query of the address.
    Query {
        /// The parameter.
        name: String,
        /// Its value.
        value: String,
    },
    /// As a field of the form that is the body.
    Form {
        /// The field.
        name: String,
        /// Its value.
        value: String,
    },
    /// Inside the JSON text that one field of the form is (Expensify).
    FormJson {
        /// The field.
        name: String,
        /// JSON pointer (RFC 6901) to where in it.
        at: String,
        /// The text that is put there.
        value: String,
    },
    /// As HTTP Basic (RFC 7617).
    Basic {
        /// User.
        user: String,
        /// Password.
        password: String,
    },
}

impl Attach {
    /// Its templates.
    pub fn templates(&self) -> impl Iterator<Item = &str> {
        let (first, second) = match self {
            Self::Header { value, .. }
            | Self::Query { value, .. }
            | Self::Form { value, .. }
            | Self::FormJson { value, .. } => (value, None),
            Self::Basic { user, password } => (user, Some(password)),
        };
        std::iter::once(first).chain(second).map(String::as_str)
    }
}

impl Keys {
    /// The field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&KeyField> {
        self.fields.iter().find(|field| field.name == name)
    }
}
