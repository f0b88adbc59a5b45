//! What a schema cannot say about credentials that a person types in.

use std::collections::BTreeSet;

use tsunagi_domain::Kind;
use tsunagi_domain::hosts::is_reserved_header;

use super::{Fault, fault};
use crate::resolve::{OF_THE_KEY, placeholders};
use crate::{Attach, Connector, GrantType, Keys, Registration};

/// Names of the headers that carry the credential.
pub(super) fn carriers(connector: &Connector) -> impl Iterator<Item = &str> {
    let token = connector
        .keys
        .is_none()
        .then_some(&*connector.api.header_name);
    let attached = connector.keys.iter().flat_map(|keys| &keys.attach);
    token
        .into_iter()
        .chain(attached.filter_map(|attach| match attach {
            Attach::Header { name, .. } => Some(name.as_str()),
            Attach::Basic { .. } => Some("authorization"),
            Attach::Query { .. } | Attach::Form { .. } | Attach::FormJson { .. } => None,
        }))
}

pub(super) fn check(connector: &Connector) -> Result<(), Fault> {
    match (&connector.oauth, &connector.keys) {
        (Some(_), Some(_)) => {
            return fault("/keys", "a connector has `oauth` or `keys`, and not both");
        }
        (None, None) => return fault("", "a connector has `oauth` or `keys`"),
        (Some(oauth), None) => {
            if connector.registration == Registration::NotNeeded {
                return fault("/oauth", "OAuth needs a client registration");
            }
            return match (oauth.grant, &oauth.authorize) {
                (GrantType::Code, None) => {
                    fault("/oauth", "`authorize` is missing: where a person signs in")
                }
                (GrantType::ClientCredentials, Some(_)) => fault(
                    "/oauth/authorize",
                    "with client credentials nobody signs in",
                ),
                (GrantType::ClientCredentials, None)
                    if connector.kinds.contains(&Kind::LoggedInUser) =>
                {
                    fault(
                        "/kinds",
                        "with client credentials there is no account of a member's own",
                    )
                }
                _ => Ok(()),
            };
        }
        (None, Some(_)) => {}
    }
    if connector.registration != Registration::NotNeeded {
        return fault("/registration", "a key needs no client registration");
    }
    if !connector.scopes.is_empty() {
        return fault("/scopes", "the scopes of a key are not asked for");
    }
    if connector.question().is_none() && connector.retired.is_none() {
        return fault(
            "/keys",
            "`verify` is missing: a key is tried before it is kept",
        );
    }
    let Some(keys) = &connector.keys else {
        return Ok(());
    };
    fields(keys)?;
    attached(connector, keys)?;
    asked(connector, keys)
}

fn fields(keys: &Keys) -> Result<(), Fault> {
    let mut names = BTreeSet::new();
    for (index, field) in keys.fields.iter().enumerate() {
        let at = |what: &str| format!("/keys/fields/{index}/{what}");
        if !names.insert(field.name.as_str()) {
            return fault(
                at("name"),
                format!("field `{}` is listed twice", field.name),
            );
        }
        match &field.example {
            Some(_) if field.secret => {
                return fault(at("example"), "a secret has no example");
            }
            Some(example) if !field.takes(example) => {
                return fault(
                    at("example"),
                    format!("`{example}` is not a value of field `{}`", field.name),
                );
            }
            _ => {}
        }
    }
    Ok(())
}

/// The fields that a template holds, all of them declared.
fn used<'a>(keys: &'a Keys, at: &str, template: &str) -> Result<Vec<&'a crate::KeyField>, Fault> {
    let names = placeholders(template).map_err(|reason| (at.to_owned(), reason))?;
    names
        .into_iter()
        .filter_map(|name| name.strip_prefix(OF_THE_KEY))
        .map(|name| {
            let missing = format!("`{name}` is not listed under `keys.fields`");
            keys.field(name).ok_or_else(|| (at.to_owned(), missing))
        })
        .collect()
}

/// How a template begins what was typed in.
const OF_THE_KEY_OPEN: &str = "{key.";

/// Headers that say how the request itself is sent: no place for a credential.
const OF_THE_REQUEST: [&str; 12] = [
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// RFC 9110 section 5.6.2: what the name of a header is made of.
fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// What can be told from a name of the caller's: services take lengths and lists in brackets, and
/// trim what is around it.
fn is_field(name: &str) -> bool {
    !name.is_empty()
        && !name
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || "[]&=#?".contains(c))
}

/// That a credential can be sent under this name, and in this form.
fn named(attach: &Attach, at: &str) -> Result<(), Fault> {
    match attach {
        Attach::Header { name, value } => {
            if !is_token(name) {
                return fault(
                    at,
                    format!("`{name}` is not the name of a header (RFC 9110 section 5.6.2)"),
                );
            }
            let reserved = is_reserved_header(name) && !name.eq_ignore_ascii_case("authorization");
            if reserved
                || OF_THE_REQUEST
                    .iter()
                    .any(|own| name.eq_ignore_ascii_case(own))
            {
                return fault(at, format!("`{name}` cannot carry a credential"));
            }
            if value.chars().any(char::is_control) {
                return fault(at, format!("the value of `{name}` is not on one line"));
            }
        }
        Attach::Query { name, .. } | Attach::Form { name, .. } => {
            if !is_field(name) {
                return fault(at, format!("`{name}` is not the name of a field"));
            }
        }
        Attach::FormJson {
            name, at: pointer, ..
        } => {
            if !is_field(name) {
                return fault(at, format!("`{name}` is not the name of a field"));
            }
            // RFC 6901: `~` stands before 0 or 1 only.
            let escaped = pointer
                .split('~')
                .skip(1)
                .all(|rest| rest.starts_with(['0', '1']));
            if !pointer.starts_with('/')
                || !escaped
                || pointer.split('/').skip(1).any(str::is_empty)
            {
                return fault(at, format!("`{pointer}` is not a JSON pointer"));
            }
        }
        Attach::Basic { user, .. } => {
            let literal: String = crate::resolve::fill(user, |_| Some("")).unwrap_or_default();
            if literal.contains(':') {
                return fault(at, "a user of Basic has no colon (RFC 7617 section 2)");
            }
        }
    }
    Ok(())
}

/// Where something is attached, as the service tells places apart.
fn places_of(attach: &Attach) -> Vec<(&'static str, String)> {
    let place = |kind, name: &str| vec![(kind, name.to_ascii_lowercase())];
    match attach {
        Attach::Header { name, .. } => place("header", name),
        Attach::Basic { .. } => place("header", "authorization"),
        Attach::Query { name, .. } => place("query", name),
        Attach::Form { name, .. } => place("form", name),
        // Not case by case: names in JSON differ by it.
        Attach::FormJson { name, at, .. } => {
            vec![("form_json", format!("{}{at}", name.to_ascii_lowercase()))]
        }
    }
}

/// That nothing is put into what something else is put in place of.
fn nested(keys: &Keys) -> Result<(), Fault> {
    for (index, attach) in keys.attach.iter().enumerate() {
        let Attach::FormJson { name, at, .. } = attach else {
            continue;
        };
        let inside = keys.attach.iter().any(|other| match other {
            Attach::Form { name: own, .. } => own.eq_ignore_ascii_case(name),
            Attach::FormJson {
                name: own,
                at: outer,
                ..
            } => {
                own == name
                    && at
                        .strip_prefix(outer.as_str())
                        .is_some_and(|rest| rest.starts_with('/'))
            }
            _ => false,
        });
        if inside {
            return fault(
                format!("/keys/attach/{index}"),
                format!("`{name}` is attached as a whole as well"),
            );
        }
    }
    Ok(())
}

fn attached(connector: &Connector, keys: &Keys) -> Result<(), Fault> {
    let mut places = BTreeSet::new();
    let mut sent = BTreeSet::new();
    for (index, attach) in keys.attach.iter().enumerate() {
        let at = format!("/keys/attach/{index}");
        for template in attach.templates() {
            let names = placeholders(template).map_err(|reason| (at.clone(), reason))?;
            let unknown = names.into_iter().find(|name| {
                !name.starts_with(OF_THE_KEY)
                    && !connector.parameters.iter().any(|own| own.name == *name)
            });
            if let Some(unknown) = unknown {
                return fault(at, format!("`{{{unknown}}}` is not one of the parameters"));
            }
            sent.extend(
                used(keys, &at, template)?
                    .iter()
                    .map(|field| field.name.as_str()),
            );
        }
        named(attach, &at)?;
        if !attach
            .templates()
            .any(|template| template.contains(OF_THE_KEY_OPEN))
        {
            return fault(
                at,
                "no field goes there: what is the same for everybody is no credential",
            );
        }
        for place in places_of(attach) {
            if !places.insert(place.clone()) {
                return fault(at, format!("`{}` is attached twice", place.1));
            }
        }
    }
    nested(keys)?;
    match keys
        .fields
        .iter()
        .position(|field| !sent.contains(field.name.as_str()))
    {
        Some(index) => fault(
            format!("/keys/fields/{index}"),
            format!("field `{}` goes nowhere", keys.fields[index].name),
        ),
        None if keys.fields.iter().all(|field| !field.secret) => fault(
            "/keys/attach",
            "none of the fields is a secret: a service that knows nobody needs no connection",
        ),
        None => Ok(()),
    }
}

/// What is asked of the service: it holds no secret where addresses are written down, and says
/// nothing itself where the credential goes.
fn asked(connector: &Connector, keys: &Keys) -> Result<(), Fault> {
    let Some(question) = connector.question() else {
        return Ok(());
    };
    for field in used(keys, "/verify/url", &question.url)? {
        if field.secret {
            return fault(
                "/verify/url",
                format!(
                    "`{}` is a secret, and an address is no place for one",
                    field.name
                ),
            );
        }
    }
    for field in used(
        keys,
        "/verify/id",
        question.id.as_deref().unwrap_or_default(),
    )? {
        if field.secret {
            return fault(
                "/verify/id",
                format!("`{}` is a secret, and an account's id is shown", field.name),
            );
        }
    }
    if question.json.is_some() && !question.form.is_empty() {
        return fault("/verify/form", "a body is `json` or `form`, and not both");
    }
    let (_, query) = question.url.split_once('?').unwrap_or_default();
    for attach in &keys.attach {
        let taken = match attach {
            Attach::Query { name, .. } => url::form_urlencoded::parse(query.as_bytes())
                .any(|(own, _)| own.eq_ignore_ascii_case(name)),
            Attach::Form { name, .. } => question
                .form
                .keys()
                .any(|own| own.eq_ignore_ascii_case(name)),
            _ => false,
        };
        if taken {
            return fault("/verify", "the credential goes there (R23)");
        }
        let form = matches!(attach, Attach::Form { .. } | Attach::FormJson { .. });
        if form && (question.json.is_some() || question.method == crate::Method::Get) {
            return fault("/verify/method", "a form goes with POST");
        }
        if let Attach::FormJson { name, .. } = attach {
            let body = question
                .form
                .get(name)
                .map(|text| serde_json::from_str(text));
            let Some(Ok(serde_json::Value::Object(_))) = body else {
                return fault("/verify/form", format!("`{name}` is not a JSON object"));
            };
        }
    }
    Ok(())
}
