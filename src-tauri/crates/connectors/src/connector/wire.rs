//! Whether it is known how a service is spoken to.

use serde::{Deserialize, Serialize};

/// Whether any public source says how the service is spoken to. What none says is left out and
/// never guessed: the service is listed, and cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wire {
    /// Yes: the file says it.
    #[default]
    Known,
    /// No. Built-in connectors only: a custom one exists to say it.
    Unknown,
}

/// In one word, how a service is authorized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthKind {
    /// A person signs in (OAuth 2.0, RFC 6749 §4.1).
    SignIn,
    /// A client authorizes itself (RFC 6749 §4.4).
    Client,
    /// A person types a credential in.
    Key,
    /// Nobody knows.
    Unknown,
}
