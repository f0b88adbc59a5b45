//! What a service says beside the tokens.

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
    /// What it is where the service does not say.
    #[serde(default)]
    pub default: Option<String>,
    /// A value to check the file with, where there is no default.
    #[serde(default)]
    pub example: Option<String>,
}
