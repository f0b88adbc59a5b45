//! What sealed bytes are bound to: where they belong, and who may open them.

use std::borrow::Cow;

/// The place sealed bytes belong to. They open there and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Aad(String);

impl Aad {
    /// A field of a credential in one version: `credential/<id>/<field>/<version>`.
    #[must_use]
    pub fn credential(id: &str, field: &str, version: u64) -> Self {
        Self(format!(
            "credential/{}/{}/{version}",
            segment(id),
            segment(field)
        ))
    }

    /// A data key of `subject`, wrapped under the key `key_id` for `reader`.
    pub(crate) fn wrap(subject: &str, reader: &Reader, key_id: &str) -> Self {
        Self(format!(
            "wrap/{}/{}/{key_id}",
            segment(subject),
            segment(&reader.to_string())
        ))
    }

    /// The master key of a catalog, sealed under a passphrase.
    pub(crate) fn master(catalog: &str) -> Self {
        Self(format!("master/{}", segment(catalog)))
    }

    /// The master key of a catalog, sealed under its recovery code.
    pub(crate) fn recovery(catalog: &str) -> Self {
        Self(format!("recovery/{}", segment(catalog)))
    }

    /// The master key with the id `key_id` that a rotation replaces, sealed under the new one.
    pub(crate) fn old(catalog: &str, key_id: &str) -> Self {
        Self(format!("old/{}/{}", segment(catalog), segment(key_id)))
    }

    /// The subkey for the audit log of a catalog's first key, sealed under the one it has now.
    pub(crate) fn events(catalog: &str) -> Self {
        Self(format!("events/{}", segment(catalog)))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Keeps a slash inside a segment from reading as the next one: `a/b` + `c` must not be the same
/// place as `a` + `b/c`. Identifiers and field names come through as they are.
pub(crate) fn segment(text: &str) -> Cow<'_, str> {
    if text.contains(['/', '%']) {
        Cow::Owned(text.replace('%', "%25").replace('/', "%2F"))
    } else {
        Cow::Borrowed(text)
    }
}

/// For whom a data key is wrapped. Written as `workspace`, `unattended` or `member:<id>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reader {
    /// Whoever has the workspace's vault open.
    Workspace,
    /// Runs with nobody present.
    Unattended,
    /// The one member with this id, and nobody else.
    Member(String),
}

impl std::fmt::Display for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Workspace => f.write_str("workspace"),
            Self::Unattended => f.write_str("unattended"),
            Self::Member(id) => write!(f, "member:{id}"),
        }
    }
}

/// A word that names no reader.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a reader")]
pub struct UnknownReader(pub String);

impl std::str::FromStr for Reader {
    type Err = UnknownReader;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        match s {
            "workspace" => Ok(Self::Workspace),
            "unattended" => Ok(Self::Unattended),
            _ => match s.strip_prefix("member:") {
                Some(id) if !id.is_empty() => Ok(Self::Member(id.to_owned())),
                _ => Err(UnknownReader(s.to_owned())),
            },
        }
    }
}
