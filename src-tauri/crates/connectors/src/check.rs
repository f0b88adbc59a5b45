//! What a schema cannot say about a connector.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use tsunagi_domain::workspace::is_country;
use tsunagi_domain::{DataCenter, Kind, RefusalCode};

use crate::load::Provenance;
use crate::resolve::{is_plain, placeholders, resolve};
use crate::{Connector, Registration};

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
    let separator = connector.oauth.scope_separator.as_str();
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
    let oauth = &connector.oauth;
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
                && !(parameter.pattern.is_match(value) && is_plain(value))
            {
                return fault(
                    format!("/parameters/{index}/{field}"),
                    format!("`{value}` is not a value of parameter `{}`", parameter.name),
                );
            }
        }
    }
    let oauth = &connector.oauth;
    let fields = [
        ("/oauth/authorize", Some(&oauth.authorize)),
        ("/oauth/token", Some(&oauth.token)),
        ("/oauth/revoke", oauth.revoke.as_ref()),
        ("/oauth/device", oauth.device.as_ref()),
        ("/oauth/metadata", oauth.metadata.as_ref()),
        ("/oauth/jwks", oauth.jwks.as_ref()),
        ("/oauth/issuer", oauth.issuer.as_ref()),
        ("/oauth/userinfo", oauth.userinfo.as_ref()),
        ("/api/base", Some(&connector.api.base)),
        (
            "/whoami/url",
            connector.whoami.as_ref().map(|whoami| &whoami.url),
        ),
        ("/verify", connector.verify.as_ref()),
    ];
    let hosts = connector
        .hosts
        .iter()
        .enumerate()
        .map(|(index, host)| (format!("/hosts/{index}"), host));
    let fields = fields
        .into_iter()
        .filter_map(|(at, template)| Some((at.to_owned(), template?)))
        .chain(hosts);
    for (at, template) in fields {
        match placeholders(template) {
            Err(reason) => return fault(at, reason),
            Ok(used) => {
                if let Some(unknown) = used.iter().find(|name| !names.contains(*name)) {
                    return fault(at, format!("`{{{unknown}}}` is not one of the parameters"));
                }
            }
        }
    }
    Ok(())
}

/// R23, with sample values: every address that receives a credential is within `hosts`.
fn addresses(connector: &Connector) -> Result<(), Fault> {
    let mut values = BTreeMap::new();
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
        values.insert(parameter.name.as_str(), Cow::Borrowed(sample.as_str()));
    }
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
