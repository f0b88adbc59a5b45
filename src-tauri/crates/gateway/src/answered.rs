//! What an answer says, and what of it nobody may see.

use http::{StatusCode, header};
use memchr::memmem;
use serde_json::Value;
use tsunagi_connectors::{Api, Means, ResolvedQuestion};
use tsunagi_domain::verification::{Verdict, verdict};

use crate::echo::Needles;
use crate::outgoing::Incoming;

/// The longest answer that is searched for a service's own words.
pub(crate) const WORDS_MAX: usize = 64 * 1024;

/// What an answer says about the credential in the service's own words, if it uses any.
pub(crate) fn own_error(api: &Api, incoming: &Incoming) -> Option<Means> {
    if api.errors.is_empty() || incoming.body.len() > WORDS_MAX {
        return None;
    }
    let look = || api.own_error(incoming.status.as_u16(), &incoming.body);
    *incoming.own.get_or_init(look)
}

/// In the service's own words, or by RFC 6750 §3.1: 401 with `error="invalid_token"`; a bare 401
/// counts too, since many services send no more than that. A host that was not sent the
/// credential cannot judge it.
pub(crate) fn says_invalid_token(api: &Api, incoming: &Incoming) -> bool {
    if !incoming.carried {
        return false;
    }
    if let Some(means) = own_error(api, incoming) {
        return matches!(means, Means::Expired | Means::Revoked);
    }
    if incoming.status != StatusCode::UNAUTHORIZED {
        return false;
    }
    // Names of parameters are written in either case, with or without spaces (RFC 9110 §11.2).
    let challenges: Vec<String> = incoming
        .headers
        .get_all(header::WWW_AUTHENTICATE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .map(|value| value.to_ascii_lowercase().replace(' ', ""))
        .collect();
    challenges.is_empty()
        || challenges.iter().any(|challenge| {
            !challenge.contains("error=")
                || challenge.contains("error=\"invalid_token\"")
                || challenge.contains("error=invalid_token")
        })
}

/// Whether a 401 gives no reason: neither in the service's own words nor in those of RFC 6750.
pub(crate) fn is_bare(api: &Api, incoming: &Incoming) -> bool {
    let challenges = incoming.headers.get_all(header::WWW_AUTHENTICATE);
    let mut said = challenges.iter().filter_map(|value| value.to_str().ok());
    own_error(api, incoming).is_none()
        && !said.any(|challenge| {
            let challenge = challenge.to_ascii_lowercase().replace(' ', "");
            challenge.contains("error=")
        })
}

/// What the answer to a connector's question says about the credential.
pub(crate) fn judged(api: &Api, question: &ResolvedQuestion, incoming: &Incoming) -> Verdict {
    match own_error(api, incoming) {
        // A host that was not sent the credential cannot judge it.
        _ if !incoming.carried => Verdict::Silent,
        Some(Means::Expired | Means::Revoked) => Verdict::Refused,
        Some(Means::RateLimited | Means::Away) => Verdict::Passing,
        Some(Means::Scopes | Means::Other) => Verdict::Silent,
        None => match verdict(incoming.status.as_u16(), says_invalid_token(api, incoming)) {
            Verdict::Good if !is_good(question, incoming) => Verdict::Silent,
            said => said,
        },
    }
}

/// Whether an answer of success says what a good one does.
pub(crate) fn is_good(question: &ResolvedQuestion, incoming: &Incoming) -> bool {
    let good = question.good.as_ref();
    good.is_none_or(|good| good.is_said(&incoming.body))
}

/// Takes secrets of the service out of an answer, wherever in it they stand. What cannot be read
/// and names one is not shown at all.
pub(crate) fn censor(api: &Api, incoming: &mut Incoming) {
    if api.drop.is_empty() {
        return;
    }
    let named = |body: &[u8]| {
        api.drop
            .iter()
            .any(|name| memmem::find(body, name.as_bytes()).is_some())
    };
    match serde_json::from_slice::<Value>(&incoming.body) {
        Ok(mut json) => {
            if take_out(&mut json, &api.drop) {
                incoming.body = json.to_string().into_bytes();
            }
        }
        Err(_) if named(&incoming.body) => incoming.hidden = true,
        Err(_) => {}
    }
}

fn take_out(value: &mut Value, names: &[String]) -> bool {
    match value {
        Value::Object(fields) => {
            let before = fields.len();
            fields.retain(|name, _| !names.contains(name));
            let mut taken = fields.len() < before;
            for value in fields.values_mut() {
                taken |= take_out(value, names);
            }
            taken
        }
        Value::Array(items) => {
            let mut taken = false;
            for value in items {
                taken |= take_out(value, names);
            }
            taken
        }
        _ => false,
    }
}

/// Whether an answer holds a secret: in its body, its headers, or the address that a redirect led
/// to.
pub(crate) fn repeats(incoming: &Incoming, needles: &Needles) -> bool {
    needles.are_told_by(&incoming.body) || repeats_in_head(incoming, needles)
}

/// Whether what comes before its body holds one.
pub(crate) fn repeats_in_head(incoming: &Incoming, needles: &Needles) -> bool {
    let mut values = incoming.headers.values();
    needles.are_told_by(incoming.url.as_str().as_bytes())
        || values.any(|value| needles.are_told_by(value.as_bytes()))
}

#[cfg(test)]
mod tests;
