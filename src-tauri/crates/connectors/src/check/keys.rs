//! What a schema cannot say about credentials that a person types in.

mod attach;

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
    attach::check(keys)?;
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
        let (place, name) = match attach {
            Attach::Header { name, .. } => ("header", name.as_str()),
            Attach::Basic { .. } => ("header", "authorization"),
            Attach::Query { name, .. } => ("query", name.as_str()),
            Attach::Form { name, .. } => ("form", name.as_str()),
            Attach::FormJson { at, .. } => ("form_json", at.as_str()),
        };
        if place == "header"
            && is_reserved_header(name)
            && !name.eq_ignore_ascii_case("authorization")
        {
            return fault(at, format!("`{name}` cannot carry a credential"));
        }
        if !places.insert((place, name.to_ascii_lowercase())) {
            return fault(at, format!("`{name}` is attached twice"));
        }
    }
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
        if let Attach::FormJson { name, at, .. } = attach {
            let body = question
                .form
                .get(name)
                .map(|text| serde_json::from_str(text));
            let Some(Ok(serde_json::Value::Object(_))) = body else {
                return fault("/verify/form", format!("`{name}` is not a JSON object"));
            };
            if !at.starts_with('/') {
                return fault("/keys/attach", format!("`{at}` is not a JSON pointer"));
            }
        }
    }
    Ok(())
}
