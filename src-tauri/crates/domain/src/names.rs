//! R19: names people read, and link names that scripts and uses hold on to.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::{Refusal, RefusalCode};

/// The longest connection name, in characters after NFC.
pub const NAME_MAX: usize = 50;
/// The longest link name, in characters.
pub const LINK_NAME_MAX: usize = 60;
/// What names may hold beside letters, marks, digits and spaces.
pub const NAME_EXTRAS: &str = "&@!:-_\\|/~*・（）";

/// A connection's display name: 1 to 50 characters (NFC), no leading or trailing space.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ConnectionName(String);

impl ConnectionName {
    /// Normalizes (NFC, trimmed, ideographic spaces made plain ones) and checks a name.
    ///
    /// # Errors
    /// [`RefusalCode::NameEmpty`], [`RefusalCode::NameTooLong`] or [`RefusalCode::NameCharacter`].
    pub fn new(name: &str) -> Result<Self, Refusal> {
        // Ten thousand characters are not worth normalizing to say that fifty fit.
        if name.len() > NAME_MAX * 64 {
            return Err(Refusal::new(RefusalCode::NameTooLong));
        }
        // A Japanese keyboard types the ideographic space where others type the plain one.
        let name: String = name.replace('\u{3000}', " ").trim().nfc().collect();
        // Marks alone sit on nothing: no list could show such a name.
        if name
            .chars()
            .all(unicode_normalization::char::is_combining_mark)
        {
            return Err(Refusal::new(RefusalCode::NameEmpty));
        }
        if let Some(bad) = name.chars().find(|c| !is_name_char(*c)) {
            return Err(Refusal::new(RefusalCode::NameCharacter).with("character", shown(bad)));
        }
        if name.chars().count() > NAME_MAX {
            return Err(Refusal::new(RefusalCode::NameTooLong));
        }
        Ok(Self(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_name_char(c: char) -> bool {
    // Hangul fillers count as letters but show nothing: two names could look the same.
    let filler = matches!(c, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}');
    // Combining marks carry dakuten, vowel signs and accents that NFC leaves apart.
    (c.is_alphanumeric() && !filler)
        || c == ' '
        || NAME_EXTRAS.contains(c)
        || unicode_normalization::char::is_combining_mark(c)
}

impl TryFrom<String> for ConnectionName {
    type Error = Refusal;

    fn try_from(value: String) -> Result<Self, Self::Error> {
        Self::new(&value)
    }
}

impl From<ConnectionName> for String {
    fn from(name: ConnectionName) -> Self {
        name.0
    }
}

impl std::fmt::Display for ConnectionName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What scripts call a connection: `[a-z][a-z0-9_]*`, unique, never changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LinkName(String);

impl LinkName {
    /// Checks a link name.
    ///
    /// # Errors
    /// [`RefusalCode::LinkNameInvalid`].
    pub fn new(name: &str) -> Result<Self, Refusal> {
        let mut chars = name.chars();
        let valid = chars.next().is_some_and(|c| c.is_ascii_lowercase())
            && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            && name.len() <= LINK_NAME_MAX;
        if valid {
            Ok(Self(name.to_owned()))
        } else {
            Err(Refusal::new(RefusalCode::LinkNameInvalid))
        }
    }

    /// The link name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for LinkName {
    type Error = Refusal;

    fn try_from(value: String) -> Result<Self, Self::Error> {
        Self::new(&value)
    }
}

impl From<LinkName> for String {
    fn from(name: LinkName) -> Self {
        name.0
    }
}

impl std::fmt::Display for LinkName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// R19: the link name to suggest for `name`: its Latin letters and digits, joined by `_`. Where
/// it has none to begin with (a Japanese name), `<service>_<n>`. Whatever is taken gets the next
/// free number.
pub fn suggest_link_name(
    name: &str,
    service: &str,
    mut taken: impl FnMut(&str) -> bool,
) -> LinkName {
    let base = slug(name);
    if !base.is_empty() {
        if !taken(&base) {
            return LinkName(base);
        }
        return numbered(&base, 2, taken);
    }
    let service = match slug(service) {
        s if s.is_empty() => "connection".to_owned(),
        s => s,
    };
    numbered(&service, 1, taken)
}

fn numbered(base: &str, from: u32, mut taken: impl FnMut(&str) -> bool) -> LinkName {
    for n in from..u32::MAX {
        let suffix = format!("_{n}");
        let keep = base.len().min(LINK_NAME_MAX - suffix.len());
        let candidate = format!("{}{suffix}", base[..keep].trim_end_matches('_'));
        if !taken(&candidate) {
            return LinkName(candidate);
        }
    }
    LinkName(base.to_owned())
}

/// Latin letters and digits in lower case, everything else one `_`; starts with a letter.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    // Compatibility forms bring full-width letters home, and split é into e and an accent.
    for c in name
        .nfkd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
    {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('_') {
            slug.push('_');
        }
    }
    let slug = slug.trim_start_matches(|c: char| !c.is_ascii_lowercase());
    let end = slug.len().min(LINK_NAME_MAX);
    slug[..end].trim_end_matches('_').to_owned()
}

/// A character as a sentence shows it: as it is, or where it would not be seen, by its code.
#[must_use]
pub fn shown(character: char) -> String {
    match character {
        // Rust's own form would put a backslash before these.
        '\'' | '"' | '\\' => character.to_string(),
        other => other.escape_debug().to_string(),
    }
}
