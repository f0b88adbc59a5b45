//! How one gets on to further rows, and to those that changed.

use serde::{Deserialize, Serialize};

/// How an answer leads to the next one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum Paging {
    /// The number of the page.
    Page {
        /// The input that has it.
        input: String,
        /// The first one's number.
        #[serde(default = "one")]
        first: u64,
        /// The input with how many rows a page has.
        #[serde(default)]
        size: Option<String>,
        /// JSON pointer to whether there are more; `None`: until a page is not full.
        #[serde(default)]
        more: Option<String>,
    },
    /// The number of the first row.
    Offset {
        /// The input that has it.
        input: String,
        /// The first row's number.
        #[serde(default)]
        first: u64,
        /// The input with how many rows a page has.
        #[serde(default)]
        size: Option<String>,
        /// JSON pointer to whether there are more; `None`: until a page is not full.
        #[serde(default)]
        more: Option<String>,
    },
    /// A word of the answer's.
    Token {
        /// The input that takes it.
        input: String,
        /// JSON pointer to it.
        at: String,
        /// JSON pointer to whether there are more; `None`: as long as there is a word.
        #[serde(default)]
        more: Option<String>,
    },
    /// A word in a header of the answer's.
    Header {
        /// The input that takes it.
        input: String,
        /// The header.
        name: String,
    },
    /// An address in the answer's body.
    Next {
        /// JSON pointer to it.
        at: String,
    },
    /// An address in the header `Link`, `rel="next"` (RFC 8288).
    Link,
}

const fn one() -> u64 {
    1
}

impl Paging {
    /// The input that leads to the next page, where it is one that does.
    #[must_use]
    pub fn leads(&self) -> Option<&str> {
        match self {
            Self::Page { input, .. }
            | Self::Offset { input, .. }
            | Self::Token { input, .. }
            | Self::Header { input, .. } => Some(input),
            Self::Next { .. } | Self::Link => None,
        }
    }

    /// The inputs that it sets or reads.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let (input, size) = match self {
            Self::Page { input, size, .. } | Self::Offset { input, size, .. } => {
                (Some(input), size.as_ref())
            }
            Self::Token { input, .. } | Self::Header { input, .. } => (Some(input), None),
            Self::Next { .. } | Self::Link => (None, None),
        };
        input
            .map(|name| ("input", name.as_str()))
            .into_iter()
            .chain(size.map(|name| ("size", name.as_str())))
    }

    /// Its JSON pointers.
    pub(crate) fn pointers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let (at, more) = match self {
            Self::Page { more, .. } | Self::Offset { more, .. } => (None, more.as_ref()),
            Self::Token { at, more, .. } => (Some(at), more.as_ref()),
            Self::Next { at } => (Some(at), None),
            Self::Header { .. } | Self::Link => (None, None),
        };
        at.map(|at| ("at", at.as_str()))
            .into_iter()
            .chain(more.map(|more| ("more", more.as_str())))
    }
}

/// How only what changed since a moment is pulled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Since {
    /// The input of kind `time` that takes the moment.
    pub input: String,
    /// JSON pointer in a row to when it was last changed, where rows have it.
    #[serde(default)]
    pub at: Option<String>,
}
