//! A regular expression that always means the whole value. `regex-lite`: a home has dozens of
//! them, and its expressions are made ten times as fast.

use regex_lite::Regex;
use serde::{Deserialize, Serialize};

/// A regular expression for the value of a parameter. It matches from the first to the last
/// character, whether or not the file says `^` and `$`.
///
/// A file or a draft may have text here that is no regular expression, or not yet: it is kept as it
/// was written, matches nothing, and [`Self::fault`] says what is wrong with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Written", into = "String")]
pub struct Pattern {
    source: String,
    regex: Result<Regex, NoPattern>,
}

/// What a file has, whatever it is.
#[derive(Deserialize)]
struct Written(String);

impl From<Written> for Pattern {
    fn from(Written(source): Written) -> Self {
        let regex = compiled(&source);
        Self { source, regex }
    }
}

fn compiled(source: &str) -> Result<Regex, NoPattern> {
    // Parsed alone first, so that unbalanced parentheses cannot undo the anchors.
    Regex::new(source)?;
    Ok(Regex::new(&format!(r"\A(?:{source})\z"))?)
}

impl Pattern {
    /// Whether the whole of `value` matches.
    #[must_use]
    pub fn is_match(&self, value: &str) -> bool {
        self.regex.as_ref().is_ok_and(|regex| regex.is_match(value))
    }

    /// Why it is no regular expression; `None` where it is one.
    #[must_use]
    pub fn fault(&self) -> Option<&NoPattern> {
        self.regex.as_ref().err()
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
#[derive(Debug, Clone, thiserror::Error)]
#[error("not a regex: {0}")]
pub struct NoPattern(#[from] regex_lite::Error);

impl TryFrom<String> for Pattern {
    type Error = NoPattern;

    fn try_from(source: String) -> Result<Self, Self::Error> {
        let regex = Ok(compiled(&source)?);
        Ok(Self { source, regex })
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.source
    }
}
