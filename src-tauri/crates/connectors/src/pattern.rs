//! A regular expression that always means the whole value. `regex-lite`: a home has dozens of
//! them, and its expressions are made ten times as fast.

use regex_lite::Regex;
use serde::{Deserialize, Serialize};

/// A regular expression for the value of a parameter. It matches from the first to the last
/// character, whether or not the file says `^` and `$`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern {
    source: String,
    regex: Regex,
}

impl Pattern {
    /// Whether the whole of `value` matches.
    #[must_use]
    pub fn is_match(&self, value: &str) -> bool {
        self.regex.is_match(value)
    }

    /// The expression as the file has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.source
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

/// Text that is no regular expression.
#[derive(Debug, thiserror::Error)]
#[error("not a regex: {0}")]
pub struct NoPattern(#[from] regex_lite::Error);

impl TryFrom<String> for Pattern {
    type Error = NoPattern;

    fn try_from(source: String) -> Result<Self, Self::Error> {
        // Parsed alone first, so that unbalanced parentheses cannot undo the anchors.
        Regex::new(&source)?;
        let regex = Regex::new(&format!(r"\A(?:{source})\z"))?;
        Ok(Self { source, regex })
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.source
    }
}
