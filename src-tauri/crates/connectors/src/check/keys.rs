//! What a schema cannot say about credentials that a person types in.

pub(super) mod attach;

use std::collections::BTreeSet;

use tsunagi_domain::Kind;
use tsunagi_domain::hosts::is_reserved_header;

use super::Faults;
use crate::resolve::{OF_THE_KEY, placeholders};
use crate::{Attach, Connector, GrantType, Keys, OAuth, Pattern, Registration, Why};

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

pub(super) fn check(connector: &Connector, found: &mut Faults) {
    match (&connector.oauth, &connector.keys) {
        (Some(_), Some(_)) => {
            return found.add("/keys", Why::way_both());
        }
        (None, None) => return found.add("", Why::way_none()),
        (Some(oauth), None) => {
            if connector.registration == Registration::NotNeeded {
                found.add("/oauth", Why::oauth_needs_client());
            }
            match (oauth.grant, &oauth.authorize) {
                (GrantType::Code, None) => without_page(oauth, found),
                (GrantType::ClientCredentials, Some(_)) => {
                    found.add("/oauth/authorize", Why::client_signs_in())
                }
                (GrantType::ClientCredentials, None)
                    if connector.kinds.contains(&Kind::LoggedInUser) =>
                {
                    found.add("/kinds", Why::client_own_account());
                }
                _ => {}
            }
            return;
        }
        (None, Some(_)) => {}
    }
    if connector.registration != Registration::NotNeeded {
        found.add("/registration", Why::key_no_client());
    }
    if !connector.scopes.is_empty() {
        found.add("/scopes", Why::key_no_scopes());
    }
    if connector.question().is_none() && connector.retired.is_none() {
        found.add("/keys", Why::verify_missing());
    }
    let Some(keys) = &connector.keys else {
        return;
    };
    fields(keys, found);
    attached(connector, keys, found);
    attach::check(keys, found);
    asked(connector, keys, found);
}

/// RFC 8628: where a person signs in on another device only, nothing is said of a page that this
/// program would open.
fn without_page(oauth: &OAuth, found: &mut Faults) {
    if oauth.device.is_none() {
        return found.add("/oauth/authorize", Why::authorize_missing());
    }
    let said = [
        ("par", oauth.par.is_some()),
        ("authorize_params", !oauth.authorize_params.is_empty()),
        ("callback_hmac", oauth.callback_hmac.is_some()),
        ("iss_required", oauth.iss_required),
    ];
    for (field, _) in said.into_iter().filter(|(_, said)| *said) {
        found.add(format!("/oauth/{field}"), Why::page_none(field));
    }
}

fn fields(keys: &Keys, found: &mut Faults) {
    let mut names = BTreeSet::new();
    for (index, field) in keys.fields.iter().enumerate() {
        let at = |what: &str| format!("/keys/fields/{index}/{what}");
        if !names.insert(field.name.as_str()) {
            found.add(at("name"), Why::key_field_twice(&field.name));
        }
        if let Some(fault) = field.pattern.as_ref().and_then(Pattern::fault) {
            found.add(at("pattern"), Why::pattern(fault));
            continue;
        }
        match &field.example {
            Some(_) if field.secret => {
                found.add(at("example"), Why::key_secret_example());
            }
            Some(example) if !field.takes(example) => {
                found.add(at("example"), Why::key_field_value(example, &field.name));
            }
            _ => {}
        }
    }
}

/// The fields that a template holds, all of them declared.
fn used<'a>(
    keys: &'a Keys,
    at: &str,
    template: &str,
    found: &mut Faults,
) -> Vec<&'a crate::KeyField> {
    let names = placeholders(template).unwrap_or_else(|why| {
        found.add(at, why);
        Vec::new()
    });
    let mut used = Vec::new();
    for name in names
        .into_iter()
        .filter_map(|name| name.strip_prefix(OF_THE_KEY))
    {
        match keys.field(name) {
            Some(field) => used.push(field),
            None => found.add(at, Why::key_field_unlisted(name)),
        }
    }
    used
}

fn attached(connector: &Connector, keys: &Keys, found: &mut Faults) {
    let mut sent = BTreeSet::new();
    for (index, attach) in keys.attach.iter().enumerate() {
        let at = format!("/keys/attach/{index}");
        for template in attach.templates() {
            let names = placeholders(template).unwrap_or_default();
            let unknown = names.into_iter().find(|name| {
                !name.starts_with(OF_THE_KEY)
                    && !connector.parameters.iter().any(|own| own.name == *name)
            });
            if let Some(unknown) = unknown {
                found.add(&at, Why::parameter_unknown(unknown));
            }
            let used = used(keys, &at, template, found);
            sent.extend(used.iter().map(|field| field.name.as_str()));
        }
        if let Attach::Header { name, .. } = attach
            && is_reserved_header(name)
            && !name.eq_ignore_ascii_case("authorization")
        {
            found.add(&at, Why::header_no_carrier(name));
        }
    }
    // What is no secret may be for the paths of requests alone (Twilio's account beside an API key):
    // it goes where the credential is tried.
    let tried = connector.verify.as_ref();
    let asked = tried.map(|verify| placeholders(&verify.url).unwrap_or_default());
    let asked = asked.unwrap_or_default();
    let paths = asked
        .iter()
        .filter_map(|name| keys.field(name.strip_prefix(OF_THE_KEY)?));
    sent.extend(
        paths
            .filter(|field| !field.secret)
            .map(|field| field.name.as_str()),
    );
    for (index, field) in keys.fields.iter().enumerate() {
        if !sent.contains(field.name.as_str()) {
            found.add(
                format!("/keys/fields/{index}"),
                Why::key_goes_nowhere(&field.name),
            );
        }
    }
    if keys.fields.iter().all(|field| !field.secret) {
        found.add("/keys/attach", Why::key_no_secret());
    }
}

/// What is asked of the service: it holds no secret where addresses are written down, and says
/// nothing itself where the credential goes.
fn asked(connector: &Connector, keys: &Keys, found: &mut Faults) {
    let Some(question) = connector.question() else {
        return;
    };
    for field in used(keys, "/verify/url", &question.url, found) {
        if field.secret {
            found.add("/verify/url", Why::key_in_address(&field.name));
        }
    }
    for field in used(
        keys,
        "/verify/id",
        question.id.as_deref().unwrap_or_default(),
        found,
    ) {
        if field.secret {
            found.add("/verify/id", Why::key_in_id(&field.name));
        }
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
            found.add("/verify", Why::key_place_taken());
        }
        let form = matches!(attach, Attach::Form { .. } | Attach::FormJson { .. });
        if form && (question.json.is_some() || question.method == crate::Method::Get) {
            found.add("/verify/method", Why::form_needs_post());
        }
        if let Attach::FormJson { name, at, .. } = attach {
            let body = question
                .form
                .get(name)
                .map(|text| serde_json::from_str(text));
            if !matches!(body, Some(Ok(serde_json::Value::Object(_)))) {
                found.add("/verify/form", Why::not_json_object(name));
            }
            if !at.starts_with('/') {
                found.add("/keys/attach", Why::not_pointer(at));
            }
        }
    }
}
