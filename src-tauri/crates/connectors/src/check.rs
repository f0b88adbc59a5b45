//! What a schema cannot say about a connector.

use std::collections::{BTreeMap, BTreeSet};

use tsunagi_domain::hosts::is_reserved_header;
use tsunagi_domain::workspace::is_country;
use tsunagi_domain::{DataCenter, Kind, RefusalCode};

use crate::load::Provenance;
use crate::resolve::{
    OF_THE_KEY, OF_THE_TOKEN, Values, answer_name, is_text, placeholders, resolve,
};
use crate::{Connector, Param, Registration};

mod keys;

/// A JSON pointer to what is wrong, and why.
type Fault = (String, String);

fn fault<T>(at: impl Into<String>, reason: impl Into<String>) -> Result<T, Fault> {
    Err((at.into(), reason.into()))
}

pub(crate) fn check(connector: &Connector, provenance: Provenance) -> Result<(), Fault> {
    belongs_to_program(connector, provenance)?;
    if connector.payment && connector.kinds != [Kind::Admin] {
        return fault(
            "/kinds",
            "a payment service is offered as an admin connection only (R7)",
        );
    }
    offered_in(connector)?;
    scopes(connector)?;
    templates(connector)?;
    headers(connector)?;
    keys::check(connector)?;
    addresses(connector)
}

/// A file from the home's folder may not claim what only the program can know.
fn belongs_to_program(connector: &Connector, provenance: Provenance) -> Result<(), Fault> {
    if provenance == Provenance::BuiltIn {
        return Ok(());
    }
    if connector.practice {
        return fault(
            "/practice",
            "only the built-in practice service may say `practice`",
        );
    }
    if connector.verified {
        return fault("/verified", "only built-in connectors may say `verified`");
    }
    if matches!(connector.registration, Registration::BuiltIn { .. }) {
        return fault(
            "/registration",
            "a custom connector cannot use a client registration of the program",
        );
    }
    Ok(())
}

fn offered_in(connector: &Connector) -> Result<(), Fault> {
    let Some(places) = &connector.offered_in else {
        return Ok(());
    };
    if !connector.payment {
        return fault(
            "/offered_in",
            "only payment services say where they are offered (R8)",
        );
    }
    for (index, data_center) in places.data_centers.iter().enumerate() {
        if !DataCenter(data_center.clone()).is_known() {
            return fault(
                format!("/offered_in/data_centers/{index}"),
                format!("there is no data center `{data_center}`"),
            );
        }
    }
    for (index, country) in places.countries.iter().enumerate() {
        if !is_country(country) {
            return fault(
                format!("/offered_in/countries/{index}"),
                format!("`{country}` is not a country of ISO 3166-1"),
            );
        }
    }
    Ok(())
}

fn scopes(connector: &Connector) -> Result<(), Fault> {
    let separator = connector.oauth().scope_separator.as_str();
    let mut names = BTreeSet::new();
    for (index, scope) in connector.scopes.iter().enumerate() {
        if scope.name.contains(separator) {
            return fault(
                format!("/scopes/{index}/name"),
                format!("scope `{}` contains the separator", scope.name),
            );
        }
        if !names.insert(scope.name.as_str()) {
            return fault(
                format!("/scopes/{index}/name"),
                format!("scope `{}` is listed twice", scope.name),
            );
        }
    }
    let mut presets = BTreeSet::new();
    for (index, preset) in connector.presets.iter().enumerate() {
        if !presets.insert(preset.id.as_str()) {
            return fault(
                format!("/presets/{index}/id"),
                format!("preset `{}` is listed twice", preset.id),
            );
        }
        if let Some(unknown) = preset
            .scopes
            .iter()
            .find(|name| !names.contains(name.as_str()))
        {
            return fault(
                format!("/presets/{index}/scopes"),
                format!("scope `{unknown}` is not listed under `scopes`"),
            );
        }
    }
    let oauth = connector.oauth();
    if names.contains("openid") && (oauth.issuer.is_none() || oauth.jwks.is_none()) {
        return fault(
            "/oauth",
            "scope `openid` needs `issuer` and `jwks` to check ID tokens with",
        );
    }
    if oauth.iss_required && oauth.issuer.is_none() {
        return fault(
            "/oauth/iss_required",
            "`iss_required` needs `issuer` to compare with",
        );
    }
    if oauth.metadata.is_some() && oauth.issuer.is_none() {
        return fault(
            "/oauth/metadata",
            "`metadata` needs `issuer` to compare with (RFC 8414 section 3.3)",
        );
    }
    Ok(())
}

fn templates(connector: &Connector) -> Result<(), Fault> {
    let mut names = BTreeSet::new();
    for (index, parameter) in connector.parameters.iter().enumerate() {
        if !names.insert(parameter.name.as_str()) {
            return fault(
                format!("/parameters/{index}/name"),
                format!("parameter `{}` is listed twice", parameter.name),
            );
        }
        let samples = [
            ("default", &parameter.default),
            ("example", &parameter.example),
        ];
        for (field, value) in samples {
            if let Some(value) = value
                && !(parameter.pattern.is_match(value) && is_text(value))
            {
                return fault(
                    format!("/parameters/{index}/{field}"),
                    format!("`{value}` is not a value of parameter `{}`", parameter.name),
                );
            }
        }
    }
    let oauth = connector.oauth();
    let fields = [
        ("/oauth/authorize", oauth.authorize.as_ref()),
        ("/oauth/token", Some(&oauth.token)),
        ("/oauth/refresh", oauth.refresh.as_ref()),
        (
            "/oauth/revoke",
            oauth.revoke.as_ref().map(|revoke| &revoke.url),
        ),
        ("/oauth/device", oauth.device.as_ref()),
        ("/oauth/device_token", oauth.device_token.as_ref()),
        ("/oauth/metadata", oauth.metadata.as_ref()),
        ("/oauth/jwks", oauth.jwks.as_ref()),
        ("/oauth/issuer", oauth.issuer.as_ref()),
        ("/oauth/userinfo", oauth.userinfo.as_ref()),
        ("/api/base", Some(&connector.api.base)),
        (
            "/whoami/url",
            connector.whoami.as_ref().map(|whoami| &whoami.url),
        ),
        (
            "/verify/url",
            connector.verify.as_ref().map(|verify| &verify.url),
        ),
    ];
    let hosts = connector
        .hosts
        .iter()
        .enumerate()
        .map(|(index, host)| (format!("/hosts/{index}"), host));
    let params = [
        ("/oauth/authorize_params", &oauth.authorize_params),
        ("/oauth/token_params", &oauth.token_params),
        ("/oauth/refresh_params", &oauth.refresh_params),
    ];
    let params = params.into_iter().flat_map(|(at, params)| {
        params.iter().filter_map(move |(name, param)| match param {
            Param::Text(text) => Some((format!("{at}/{name}"), text)),
            Param::Number(_) => None,
        })
    });
    let fields = fields
        .into_iter()
        .filter_map(|(at, template)| Some((at.to_owned(), template?)))
        .chain(hosts)
        .chain(params);
    for (at, template) in fields {
        let used = match placeholders(template) {
            Err(reason) => return fault(at, reason),
            Ok(used) => used,
        };
        for name in used {
            let known =
                names.contains(name) || (at == "/oauth/revoke" && OF_THE_TOKEN.contains(&name));
            // Of what is typed in, more is asked: see `keys`.
            let typed =
                connector.keys.is_some() && at == "/verify/url" && name.starts_with(OF_THE_KEY);
            match name.strip_prefix("answer.") {
                None if known || typed => {}
                None => return fault(at, format!("`{{{name}}}` is not one of the parameters")),
                Some(answer) => answer_used(connector, &at, answer)?,
            }
        }
    }
    revocation(connector)?;
    let named = connector
        .whoami
        .as_ref()
        .and_then(|whoami| answer_name(whoami.id.as_deref()?));
    match named {
        Some(answer) if !oauth.answers.iter().any(|known| known.name == answer) => fault(
            "/whoami/id",
            format!("`{answer}` is not listed under `answers`"),
        ),
        _ => Ok(()),
    }
}

/// What the fields of a revocation may hold.
fn revocation(connector: &Connector) -> Result<(), Fault> {
    let oauth = connector.oauth();
    let fields = oauth.revoke.iter().flat_map(|revoke| &revoke.fields);
    for (name, template) in fields {
        let at = format!("/oauth/revoke/fields/{name}");
        let used = placeholders(template).map_err(|reason| (at.clone(), reason))?;
        for name in used {
            let answer = name.strip_prefix("answer.");
            let listed =
                answer.is_some_and(|answer| oauth.answers.iter().any(|known| known.name == answer));
            if !listed && name != "hint" && !OF_THE_TOKEN.contains(&name) {
                return fault(
                    at,
                    format!("`{{{name}}}` is not known when a token is revoked"),
                );
            }
        }
    }
    Ok(())
}

/// An address with an answer in it: one that is known by the time the address is used.
fn answer_used(connector: &Connector, at: &str, name: &str) -> Result<(), Fault> {
    let answers = &connector.oauth().answers;
    let Some(answer) = answers.iter().find(|answer| answer.name == name) else {
        return fault(at, format!("`{name}` is not listed under `answers`"));
    };
    // Where tokens go that are not used yet, or no longer: an example is no place to send them to.
    let before = [
        "/oauth/authorize",
        "/oauth/token",
        "/oauth/device",
        "/oauth/device_token",
        "/oauth/refresh",
        "/oauth/revoke",
    ];
    let public = ["/oauth/metadata", "/oauth/jwks", "/oauth/issuer"];
    if at.starts_with("/hosts") || at.contains("_params/") || public.contains(&at) {
        return fault(at, "what the service answers cannot stand here");
    }
    if answer.default.is_none() && before.contains(&at) {
        return fault(
            at,
            format!("`{name}` needs a `default` here: it may not be known"),
        );
    }
    if answer.default.is_none() && answer.example.is_none() {
        return fault(at, format!("`{name}` needs a `default` or an `example`"));
    }
    Ok(())
}

/// Headers that carry the credential or belong to the transport are not for a file to set.
fn headers(connector: &Connector) -> Result<(), Fault> {
    let sets = [
        ("/oauth/headers", Some(&connector.oauth().headers)),
        ("/api/headers", Some(&connector.api.headers)),
        (
            "/oauth/revoke/headers",
            connector
                .oauth()
                .revoke
                .as_ref()
                .map(|revoke| &revoke.headers),
        ),
        (
            "/whoami/headers",
            connector.whoami.as_ref().map(|whoami| &whoami.headers),
        ),
        (
            "/verify/headers",
            connector.verify.as_ref().map(|verify| &verify.headers),
        ),
    ];
    for (at, set) in sets {
        for name in set.into_iter().flat_map(BTreeMap::keys) {
            let transport = [
                "connection",
                "content-length",
                "keep-alive",
                "te",
                "trailer",
                "transfer-encoding",
                "upgrade",
            ];
            let carrier = keys::carriers(connector).any(|own| name.eq_ignore_ascii_case(own));
            if is_reserved_header(name)
                || carrier
                || transport.iter().any(|one| name.eq_ignore_ascii_case(one))
            {
                return fault(at, format!("`{name}` is not for a connector to set (R23)"));
            }
        }
    }
    let name = &connector.api.header_name;
    if is_reserved_header(name) && !name.eq_ignore_ascii_case("authorization") {
        return fault(
            "/api/header_name",
            format!("`{name}` cannot carry a credential"),
        );
    }
    Ok(())
}

/// R23, with sample values: every address that receives a credential is within `hosts`.
fn addresses(connector: &Connector) -> Result<(), Fault> {
    let mut parameters = Vec::new();
    for (index, parameter) in connector.parameters.iter().enumerate() {
        let Some(sample) = parameter.default.as_ref().or(parameter.example.as_ref()) else {
            return fault(
                format!("/parameters/{index}"),
                format!(
                    "parameter `{}` needs a `default` or an `example`",
                    parameter.name
                ),
            );
        };
        parameters.push((parameter.name.as_str(), sample.as_str()));
    }
    let values = Values::new(parameters, &connector.oauth().answers, &BTreeMap::new());
    resolve(connector, &values).map(|_| ()).map_err(|found| {
        let reason = match found.refusal.code {
            RefusalCode::HostNotListed => format!(
                "host `{}` is not listed under `hosts` (R23)",
                found.refusal.args.get("host").map_or("", String::as_str)
            ),
            _ => "not an https address, nor an http one on this computer".to_owned(),
        };
        (found.at, reason)
    })
}
