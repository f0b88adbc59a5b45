//! What a service says beside the tokens.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A field of the callback or of a token answer that is kept. Never a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Answered {
    /// Its name, as in `{answer.name}`, and in the callback.
    pub name: String,
    /// JSON pointer (RFC 6901) to it in a token answer; `None`: the field of that name.
    #[serde(default)]
    pub at: Option<String>,
    /// Whether it names a host to use from then on, which must match `hosts` (R23).
    #[serde(default)]
    pub host: bool,
    /// What it is where the service does not say; parameters may stand in it, in braces.
    #[serde(default)]
    pub default: Option<String>,
    /// A value to check the file with, where there is no default; parameters may stand in it too.
    #[serde(default)]
    pub example: Option<String>,
    /// The answer that it follows from. Then it is no field of the service's own, and has none of
    /// the above but its name.
    #[serde(default)]
    pub told_by: Option<ToldBy>,
}

impl Answered {
    /// Whether the service says it itself, as a field of the callback or of a token answer.
    #[must_use]
    pub const fn is_said(&self) -> bool {
        self.told_by.is_none()
    }
}

/// How one answer follows from another: the data center from the server that answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ToldBy {
    /// The name of the other answer.
    pub answer: String,
    /// What this one is, by what the other one is. Where the other one is something else, nobody
    /// knows, and the service is not used.
    pub values: BTreeMap<String, String>,
    /// The parameter that a person chose it by before the connector knew how it is told. Settings
    /// of connections that have it lead nowhere any more; their credentials are still those that
    /// were sealed with it (R23).
    #[serde(default)]
    pub setting: Option<String>,
    /// A parameter whose value ends in this answer, after a dot, as the name of a host does that a
    /// person chooses. One that ends otherwise is in another place, and is refused as soon as the
    /// service has said where the account is.
    #[serde(default)]
    pub ends: Option<String>,
}
