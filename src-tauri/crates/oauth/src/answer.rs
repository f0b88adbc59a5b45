//! Reading what token endpoints really answer: JSON or a form, errors with status 200, numbers
//! as text, scopes as lists. What comes out has the shape of RFC 6749 §5.

use std::time::Duration;

use serde_json::{Map, Value};
use tsunagi_connectors::OAuth;
use tsunagi_domain::Timestamp;

use crate::http::Raw;
use crate::wire::{WireField, sanitize};
use crate::{OAuthError, Result, Secret};

/// The longest wait that a `Retry-After` can ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 60 * 60);

enum Shape {
    Empty,
    Fields(Map<String, Value>),
    Html,
    Unreadable,
}

fn shape(raw: &Raw) -> Shape {
    let Ok(text) = std::str::from_utf8(&raw.body) else {
        return Shape::Unreadable;
    };
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Shape::Empty;
    }
    if text.starts_with('{') {
        return match serde_json::from_str(text) {
            Ok(Value::Object(fields)) => Shape::Fields(fields),
            _ => Shape::Unreadable,
        };
    }
    if text.starts_with('<') {
        return Shape::Html;
    }
    let fields: Map<String, Value> = url::form_urlencoded::parse(text.as_bytes())
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
        .collect();
    // Any text parses as a form; only one with the right names is one.
    let names = ["access_token", "device_code", "error"];
    if names.iter().any(|name| fields.contains_key(*name)) {
        return Shape::Fields(fields);
    }
    match raw.media_type.as_deref() {
        Some("text/html" | "application/xhtml+xml") => Shape::Html,
        _ => Shape::Unreadable,
    }
}

/// The fields of an answer for the timeline.
pub(crate) fn fields(raw: &Raw, known: &[Secret]) -> Vec<WireField> {
    match shape(raw) {
        Shape::Fields(fields) if !raw.too_large => fields
            .iter()
            .map(|(name, value)| match value {
                Value::String(text) => WireField::new(name, text, known),
                other => WireField::new(name, &other.to_string(), known),
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Reads an answer of which nothing but success matters.
pub(crate) fn success(raw: &Raw, oauth: &OAuth, known: &[Secret]) -> Result<()> {
    match shape(raw) {
        Shape::Fields(fields) if !is_passing(raw.status) => {
            error_in(&fields, raw, oauth, known).map_or(Ok(()), Err)?;
        }
        Shape::Html if raw.status == 400 => return Err(OAuthError::Html { status: raw.status }),
        Shape::Empty if raw.status == 400 => return Err(OAuthError::Empty { status: raw.status }),
        _ => {}
    }
    if (200..300).contains(&raw.status) {
        Ok(())
    } else {
        Err(status(raw))
    }
}

/// Reads a token answer into the shape of RFC 6749 §5.1, further fields included.
pub(crate) fn token(
    raw: &Raw,
    oauth: &OAuth,
    now: Timestamp,
    known: &[Secret],
) -> Result<Map<String, Value>> {
    canonical(object(raw, oauth, known)?, oauth, now).ok_or(OAuthError::Malformed)
}

/// Reads a public document: a JSON object with status 200.
pub(crate) fn document(raw: &Raw) -> Result<Map<String, Value>> {
    match shape(raw) {
        Shape::Empty => Err(OAuthError::Empty { status: raw.status }),
        Shape::Html => Err(OAuthError::Html { status: raw.status }),
        Shape::Unreadable => Err(OAuthError::Malformed),
        Shape::Fields(fields) => Ok(fields),
    }
}

/// Reads the fields of an answer that is no error.
pub(crate) fn object(raw: &Raw, oauth: &OAuth, known: &[Secret]) -> Result<Map<String, Value>> {
    // Whatever the body of such an answer claims, it says nothing about the token.
    if is_passing(raw.status) || (300..400).contains(&raw.status) {
        return Err(status(raw));
    }
    let success = (200..300).contains(&raw.status);
    match shape(raw) {
        Shape::Fields(fields) => match error_in(&fields, raw, oauth, known) {
            Some(error) => Err(error),
            None if success => Ok(fields),
            None => Err(wordless(raw, oauth).unwrap_or_else(|| status(raw))),
        },
        shape => Err(wordless(raw, oauth).unwrap_or_else(|| match shape {
            Shape::Empty => OAuthError::Empty { status: raw.status },
            Shape::Html => OAuthError::Html { status: raw.status },
            Shape::Unreadable if success => OAuthError::Malformed,
            _ => status(raw),
        })),
    }
}

/// The error that a status stands for at this service.
fn wordless(raw: &Raw, oauth: &OAuth) -> Option<OAuthError> {
    let word = oauth.error_statuses.get(&raw.status.to_string())?;
    Some(standing_for(word, word, None))
}

fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 429) || status >= 500
}

fn status(raw: &Raw) -> OAuthError {
    OAuthError::Status {
        status: raw.status,
        retry_after: raw.retry_after,
    }
}

/// RFC 6749 §5.2, also where it comes with status 200.
fn error_in(
    fields: &Map<String, Value>,
    raw: &Raw,
    oauth: &OAuth,
    known: &[Secret],
) -> Option<OAuthError> {
    let text = |value: &Value| {
        value
            .as_str()
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    // Its own word first where it is known; a standard one is not hidden by one that is not.
    let own = own_word(fields, oauth);
    let own = own.filter(|word| {
        oauth.error_words.contains_key(word) || !fields.get("error").is_some_and(Value::is_string)
    });
    let error = match (fields.get("error"), own) {
        (_, Some(word)) => Some(word),
        (None, None) => return None,
        (Some(Value::Object(inner)), None) => ["code", "type", "error"]
            .iter()
            .find_map(|name| text(inner.get(*name)?)),
        (Some(value), None) => text(value),
    };
    let error = match error {
        Some(error) => error,
        // `"error": null` or `""` beside a token or device code is no error.
        None if ["access_token", "device_code"]
            .iter()
            .any(|name| fields.contains_key(*name)) =>
        {
            return None;
        }
        None => "unknown".to_owned(),
    };
    let description = fields
        .get("error_description")
        .and_then(text)
        .map(|description| sanitize(&description, known))
        .filter(|description| !description.is_empty());
    let stands_for = oauth.error_words.get(&error);
    // A service's own word for "too often": what others say with a status.
    if stands_for.is_some_and(|word| word == "temporarily_unavailable") {
        return Some(OAuthError::Status {
            status: 429,
            retry_after: raw.retry_after,
        });
    }
    let own = sanitize(&error, known);
    Some(standing_for(
        stands_for.unwrap_or(&error),
        &own,
        description,
    ))
}

/// The error of a word of RFC 6749 §5.2, or of the words for what it calls `invalid_client` and
/// `invalid_request` that connectors tell apart; `own` is what the service calls it.
fn standing_for(word: &str, own: &str, description: Option<String>) -> OAuthError {
    match word {
        "invalid_grant" => OAuthError::InvalidGrant { description },
        "invalid_client" | "unauthorized_client" => OAuthError::ClientRefused { description },
        "invalid_client_id" => OAuthError::ClientUnknown { description },
        "invalid_client_secret" => OAuthError::SecretRefused { description },
        "invalid_redirect_uri" => OAuthError::RedirectRefused { description },
        _ => OAuthError::TokenError {
            error: own.to_owned(),
            description,
        },
    }
}

/// The word of an error where the service has it elsewhere. A token beside it is no error.
fn own_word(fields: &Map<String, Value>, oauth: &OAuth) -> Option<String> {
    if oauth.error_at.is_empty() || fields.contains_key("access_token") {
        return None;
    }
    let whole = Value::Object(fields.clone());
    oauth
        .error_at
        .iter()
        .find_map(|at| match whole.pointer(at)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
}

/// Seconds until a time that an answer has as RFC 3339, or as seconds since 1970.
fn seconds_until(time: &Value, now: Timestamp) -> Option<u64> {
    let at = match time {
        Value::String(text) => match text.parse::<jiff::Timestamp>() {
            Ok(at) => at.as_millisecond(),
            Err(_) => text.trim().parse::<i64>().ok()?.checked_mul(1000)?,
        },
        Value::Number(number) => number.as_i64()?.checked_mul(1000)?,
        _ => return None,
    };
    // One that is over by our clock is over, not without an end.
    let left = (Timestamp(at).millis_since(now) / 1000).max(1);
    u64::try_from(left).ok()
}

/// Into the names of RFC 6749 §5.1, as the connector says where the service has them.
fn canonical(
    mut fields: Map<String, Value>,
    oauth: &OAuth,
    now: Timestamp,
) -> Option<Map<String, Value>> {
    let places = [
        &oauth.answer_at,
        &oauth.expires_at,
        &oauth.refresh_expires_at,
        &oauth.scope_at,
    ];
    if places.into_iter().any(Option::is_some) {
        let whole = Value::Object(fields.clone());
        let inner = oauth.answer_at.as_ref().and_then(|at| whole.pointer(at));
        if let Some(Value::Object(inner)) = inner {
            fields.extend(inner.clone());
        }
        let scope = oauth.scope_at.as_ref().and_then(|at| whole.pointer(at));
        if let Some(scope) = scope {
            fields.insert("scope".to_owned(), scope.clone());
        }
        let times = [
            ("expires_in", &oauth.expires_at),
            ("refresh_token_expires_in", &oauth.refresh_expires_at),
        ];
        for (name, at) in times {
            let time = at.as_ref().and_then(|at| whole.pointer(at));
            if let Some(left) = time.and_then(|time| seconds_until(time, now)) {
                fields.insert(name.to_owned(), left.into());
            }
        }
    }
    fields
        .get("access_token")?
        .as_str()
        .filter(|token| !token.is_empty())?;
    let token_type = match fields.get("token_type") {
        Some(Value::String(name)) if !name.is_empty() => name.to_ascii_lowercase(),
        _ => "bearer".to_owned(),
    };
    fields.insert("token_type".to_owned(), token_type.into());
    match fields.remove("expires_in").as_ref().and_then(seconds) {
        Some(lifetime) => fields.insert("expires_in".to_owned(), lifetime.into()),
        None => None,
    };
    match fields.remove("scope").as_ref().and_then(scopes) {
        Some(list) => fields.insert("scope".to_owned(), list.join(" ").into()),
        None => None,
    };
    for name in ["refresh_token", "id_token"] {
        let given = fields
            .get(name)
            .and_then(Value::as_str)
            .is_some_and(|text| !text.is_empty());
        if !given {
            fields.remove(name);
        }
    }
    Some(fields)
}

/// Seconds from a number or text, whole or not. Zero and less is what providers write for "does
/// not end" and reads as "not said".
pub(crate) fn seconds(value: &Value) -> Option<u64> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse::<f64>().ok()?,
        _ => return None,
    };
    // A hundred years: more is a mistake, and would overflow what is computed from it.
    (number >= 1.0).then(|| number.min(3_155_760_000.0) as u64)
}

/// Scopes from text with spaces or commas between them, or from a list.
fn scopes(value: &Value) -> Option<Vec<String>> {
    let list: Vec<String> = match value {
        Value::String(text) => text
            .split(|c: char| c.is_whitespace() || c == ',')
            .filter(|scope| !scope.is_empty())
            .map(str::to_owned)
            .collect(),
        Value::Array(items) => items
            .iter()
            .filter_map(|item| Some(item.as_str()?.to_owned()))
            .collect(),
        _ => return None,
    };
    // Nothing at all is how some say "as requested".
    (!list.is_empty()).then_some(list)
}

/// RFC 9110 §10.2.3: seconds or a date; a day at most.
#[must_use]
pub fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let wait = match value.trim().parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let date = jiff::fmt::rfc2822::DateTimeParser::new()
                .parse_timestamp(value.trim())
                .ok()?
                .as_millisecond();
            let left = Timestamp(date).millis_since(now).max(0);
            Duration::from_millis(u64::try_from(left).ok()?)
        }
    };
    Some(wait.min(RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests;
