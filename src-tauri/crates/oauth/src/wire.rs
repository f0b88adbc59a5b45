//! What is told about requests and answers: everything but their secrets.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::Secret;

/// Values that are shown; all others are replaced by their length. A field that nobody has
/// thought of is therefore hidden, not shown.
const SHOWN: &[&str] = &[
    "access_type",
    "client_id",
    "code_challenge_method",
    "error",
    "error_description",
    "expires_in",
    "grant_type",
    "interval",
    "iss",
    "prompt",
    "redirect_uri",
    "refresh_expires_in",
    "refresh_token_expires_in",
    "response_type",
    "scope",
    "token_type",
    "token_type_hint",
    "x_refresh_token_expires_in",
];

/// The longest text taken over from a provider, in characters.
const TEXT_MAX: usize = 300;
/// The longest field name taken over from a provider, in characters.
const NAME_MAX: usize = 40;

/// The requests of one step, in order, redacted. Lines are added whether the step succeeds or
/// fails.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Wire {
    /// One line per request.
    pub lines: Vec<WireLine>,
}

/// One request and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireLine {
    /// `GET`, `POST` or `DELETE`.
    pub method: String,
    /// The address, as [`redacted`] shows it.
    pub url: String,
    /// HTTP status; `None` where there was no answer.
    pub status: Option<u16>,
    /// Media type of the answer, without its parameters.
    pub media_type: Option<String>,
    /// Fields of the request. A client authentication header shows as `authorization`.
    pub sent: Vec<WireField>,
    /// Fields of the answer, where it could be read.
    pub received: Vec<WireField>,
    /// Code of the error the answer was read as (see [`crate::OAuthError::code`]).
    pub error: Option<String>,
}

/// A field's name, and its value or what stands for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireField {
    /// Name.
    pub name: String,
    /// The value where it may be shown, else `••••` and its length in bytes.
    pub value: String,
}

impl WireField {
    pub(crate) fn new(name: &str, value: &str, known: &[Secret]) -> Self {
        let plain = name.len() <= NAME_MAX
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
        Self {
            // A field name is the provider's text as well, and could be anything.
            name: if plain {
                sanitize(name, known)
            } else {
                "…".to_owned()
            },
            value: if SHOWN.contains(&name) {
                sanitize(value, known)
            } else {
                masked(value)
            },
        }
    }
}

impl std::fmt::Display for WireLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        fn fields(f: &mut std::fmt::Formatter<'_>, list: &[WireField]) -> std::fmt::Result {
            list.iter()
                .try_for_each(|field| write!(f, " {}={}", field.name, field.value))
        }
        write!(f, "{} {}", self.method, self.url)?;
        fields(f, &self.sent)?;
        match self.status {
            Some(status) => write!(f, " → {status}")?,
            None => f.write_str(" → no answer")?,
        }
        if let Some(media_type) = &self.media_type {
            write!(f, " {media_type}")?;
        }
        fields(f, &self.received)?;
        self.error
            .iter()
            .try_for_each(|error| write!(f, " ({error})"))
    }
}

fn masked(value: &str) -> String {
    format!("•••• ({})", value.len())
}

/// An address without user, password and fragment, and with the values of its query hidden but
/// for those that are no secret.
#[must_use]
pub fn redacted(url: &Url) -> String {
    let Some(host) = url.host_str() else {
        return format!("{}:", url.scheme());
    };
    let port = url
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    let mut text = format!("{}://{host}{port}{}", url.scheme(), url.path());
    for (index, (name, value)) in url.query_pairs().enumerate() {
        let field = WireField::new(&name, &value, &[]);
        text.push(if index == 0 { '?' } else { '&' });
        text.push_str(&field.name);
        text.push('=');
        text.push_str(&field.value);
    }
    text
}

/// Text of a provider made fit for a screen and a log: `known` secrets masked (as they are and
/// percent-encoded, as in forms and as in paths), control and direction characters gone, at most 300 characters.
pub(crate) fn sanitize(text: &str, known: &[Secret]) -> String {
    let mut text: String = text
        .chars()
        .filter(|c| !is_direction(*c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    // The longest first, so that no part of it is left over when a shorter one is inside.
    let mut known: Vec<&str> = known.iter().map(Secret::expose).collect();
    known.sort_by_key(|plain| std::cmp::Reverse(plain.len()));
    for plain in known {
        // Shorter ones would blank out ordinary words and still be guessable from the gap.
        if plain.len() < 4 {
            continue;
        }
        let encoded: String = url::form_urlencoded::byte_serialize(plain.as_bytes()).collect();
        let in_a_path = utf8_percent_encode(plain, NON_ALPHANUMERIC).to_string();
        for form in [plain, encoded.as_str(), in_a_path.as_str()] {
            if text.contains(form) {
                text = text.replace(form, "••••");
            }
        }
    }
    text.chars()
        .take(TEXT_MAX)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Characters that are not seen but change how the text around them is.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests;
