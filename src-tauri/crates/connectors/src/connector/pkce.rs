//! PKCE at a service: whether it takes it, and who says so.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What is known of PKCE with S256 (RFC 7636) at a service. In a file: `true`, `false` or
/// `"undocumented"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pkce {
    /// Its pages say that it takes it: it is used.
    Supported,
    /// Its pages say, or its answers show, that it does not take it from such a client.
    Refused,
    /// No page of it says anything, so it is not used.
    Undocumented,
}

/// How [`Pkce`] is written.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum PkceWritten {
    Known(bool),
    Unknown(PkceUnknown),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PkceUnknown {
    Undocumented,
}

impl Serialize for Pkce {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Supported => PkceWritten::Known(true),
            Self::Refused => PkceWritten::Known(false),
            Self::Undocumented => PkceWritten::Unknown(PkceUnknown::Undocumented),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Pkce {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match PkceWritten::deserialize(deserializer)? {
            PkceWritten::Known(true) => Self::Supported,
            PkceWritten::Known(false) => Self::Refused,
            PkceWritten::Unknown(PkceUnknown::Undocumented) => Self::Undocumented,
        })
    }
}
