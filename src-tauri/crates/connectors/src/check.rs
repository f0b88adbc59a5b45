//! What a schema cannot say about a connector.

use std::collections::{BTreeMap, BTreeSet};

use tsunagi_domain::workspace::is_country;
use tsunagi_domain::{DataCenter, Kind, RefusalCode};

use crate::load::Provenance;
use crate::resolve::{
    OF_THE_KEY, OF_THE_TOKEN, Values, answer_name, is_text, placeholders, resolve,
};
use crate::{Area, Connector, OAuth, Param, Parameter, Registration, Why, Wire};

mod keys;
mod operations;
mod sent;
mod told;
mod wire;

/// A JSON pointer to what is wrong, and why.
pub(crate) type Fault = (String, Why);

/// What was found so far.
#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, at: impl Into<String>, why: Why) {
        self.0.push((at.into(), why));
    }

    /// Whether something is wrong there, or in what is there.
    fn has(&self, at: &str) -> bool {
        self.0.iter().any(|(known, _)| {
            let inside = known.strip_prefix(at);
            inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

/// The first thing that is wrong.
pub(crate) fn check(connector: &Connector, provenance: Provenance) -> Result<(), Fault> {
    all(connector, provenance)
        .into_iter()
        .next()
        .map_or(Ok(()), Err)
}

/// Whether nothing is wrong with a connector of the program. Where each answer of a service would
/// lead is not looked at again at every start, but by the test that loads the files: R23 refuses it
/// whenever it is resolved.
pub(crate) fn is_sound(connector: &Connector) -> bool {
    by_default(connector, Provenance::BuiltIn).0.0.is_empty()
}

/// Everything that is wrong, by place.
pub(crate) fn all(connector: &Connector, provenance: Provenance) -> Vec<Fault> {
    let (mut found, leads_within) = by_default(connector, provenance);
    if leads_within {
        told::lead_within(connector, &samples(connector), &mut found);
    }
    let mut told = BTreeSet::new();
    found.0.retain(|fault| told.insert(fault.clone()));
    found.0
}

/// What is wrong where a service answers what it does by default, and whether every address is
/// within the hosts then.
fn by_default(connector: &Connector, provenance: Provenance) -> (Faults, bool) {
    let mut found = Faults::default();
    belongs_to_program(connector, provenance, &mut found);
    if connector.wire == Wire::Unknown {
        wire::check(connector, provenance, &mut found);
        return (found, false);
    }
    if connector.payment != connector.areas().contains(&Area::Payment) {
        found.add("/areas", Why::payment_area());
    }
    if connector.payment && connector.kinds != [Kind::Admin] {
        found.add("/kinds", Why::payment_kind());
    }
    if let Some(logo) = &connector.logo
        && let Err(why) = crate::logo::check(logo)
    {
        found.add("/logo", why);
    }
    offered_in(connector, &mut found);
    scopes(connector, &mut found);
    scope_sources(connector, provenance, &mut found);
    templates(connector, &mut found);
    sent::check(connector, &mut found);
    keys::check(connector, &mut found);
    told::check(connector, &mut found);
    operations::check(connector, provenance, &mut found);
    let leads_within = addresses(connector, &mut found);
    (found, leads_within)
}

/// A file from the home's folder may not claim what only the program can know.
fn belongs_to_program(connector: &Connector, provenance: Provenance, found: &mut Faults) {
    if provenance == Provenance::BuiltIn {
        return;
    }
    if connector.practice {
        found.add("/practice", Why::only_practice());
    }
    if connector.verified {
        found.add("/verified", Why::only_verified());
    }
    if matches!(connector.registration, Registration::BuiltIn { .. }) {
        found.add("/registration", Why::only_own_client());
    }
}

fn offered_in(connector: &Connector, found: &mut Faults) {
    let Some(offered) = &connector.offered_in else {
        return;
    };
    if !connector.payment {
        found.add("/offered_in", Why::payment_only());
    }
    let Some(places) = offered.places() else {
        return;
    };
    for (index, data_center) in places.data_centers.iter().enumerate() {
        if !DataCenter(data_center.clone()).is_known() {
            found.add(
                format!("/offered_in/data_centers/{index}"),
                Why::no_data_center(data_center),
            );
        }
    }
    for (index, country) in places.countries.iter().enumerate() {
        if !is_country(country) {
            found.add(
                format!("/offered_in/countries/{index}"),
                Why::no_country(country),
            );
        }
    }
}

fn scopes(connector: &Connector, found: &mut Faults) {
    let separator = connector.oauth().scope_separator.as_str();
    let mut names = BTreeSet::new();
    for (index, scope) in connector.scopes.iter().enumerate() {
        if scope.name.contains(separator) {
            found.add(
                format!("/scopes/{index}/name"),
                Why::scope_separator(&scope.name),
            );
        }
        if !names.insert(scope.name.as_str()) {
            found.add(
                format!("/scopes/{index}/name"),
                Why::scope_twice(&scope.name),
            );
        }
    }
    let mut presets = BTreeSet::new();
    for (index, preset) in connector.presets.iter().enumerate() {
        if !presets.insert(preset.id.as_str()) {
            found.add(
                format!("/presets/{index}/id"),
                Why::preset_twice(&preset.id),
            );
        }
        if let Some(unknown) = preset
            .scopes
            .iter()
            .find(|name| !names.contains(name.as_str()))
        {
            found.add(
                format!("/presets/{index}/scopes"),
                Why::preset_scope(unknown),
            );
        }
    }
    let oauth = connector.oauth();
    let unchecked = [("issuer", &oauth.issuer), ("jwks", &oauth.jwks)];
    let unchecked = unchecked.iter().find(|(_, given)| given.is_none());
    if let Some((field, _)) = unchecked
        && names.contains("openid")
    {
        found.add(format!("/oauth/{field}"), Why::openid_needs());
    }
    if oauth.iss_required && oauth.issuer.is_none() {
        found.add("/oauth/iss_required", Why::iss_needs_issuer());
    }
    if oauth.metadata.is_some() && oauth.issuer.is_none() {
        found.add("/oauth/metadata", Why::metadata_needs_issuer());
    }
}

/// That a scope of a built-in connector is one that a page lists. Those of the practice service are
/// the program's own, and whoever writes a custom connector may know a scope that no page has.
fn scope_sources(connector: &Connector, provenance: Provenance, found: &mut Faults) {
    if provenance == Provenance::Custom || connector.practice {
        return;
    }
    for (index, scope) in connector.scopes.iter().enumerate() {
        if connector.listed_at(scope).is_none() {
            found.add(format!("/scopes/{index}"), Why::scope_source(&scope.name));
        }
    }
}

fn templates(connector: &Connector, found: &mut Faults) {
    let mut names = BTreeSet::new();
    for (index, parameter) in connector.parameters.iter().enumerate() {
        if !names.insert(parameter.name.as_str()) {
            found.add(
                format!("/parameters/{index}/name"),
                Why::parameter_twice(&parameter.name),
            );
        }
        if let Some(fault) = parameter.pattern.fault() {
            found.add(format!("/parameters/{index}/pattern"), Why::pattern(fault));
            continue;
        }
        let samples = [
            ("default", &parameter.default),
            ("example", &parameter.example),
        ];
        for (field, value) in samples {
            if let Some(value) = value
                && !(parameter.pattern.is_match(value) && is_text(value))
            {
                found.add(
                    format!("/parameters/{index}/{field}"),
                    Why::parameter_value(value, &parameter.name),
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
        ("/oauth/par", oauth.par.as_ref()),
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
            Err(why) => {
                found.add(at, why);
                continue;
            }
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
                None => found.add(&at, Why::parameter_unknown(name)),
                Some(answer) => answer_used(connector, &at, answer, found),
            }
        }
    }
    revocation(connector, found);
    let named = connector
        .whoami
        .as_ref()
        .and_then(|whoami| answer_name(whoami.id.as_deref()?));
    if let Some(answer) = named
        && !is_kept(oauth, answer)
    {
        found.add("/whoami/id", Why::answer_unlisted(answer));
    }
}

/// Whether the service says it, so that it is kept with the authorization.
fn is_kept(oauth: &OAuth, answer: &str) -> bool {
    let mut answers = oauth.answers.iter();
    answers.any(|known| known.name == answer && known.is_said())
}

/// What the fields of a revocation may hold.
fn revocation(connector: &Connector, found: &mut Faults) {
    let oauth = connector.oauth();
    let fields = oauth.revoke.iter().flat_map(|revoke| &revoke.fields);
    for (name, template) in fields {
        let at = format!("/oauth/revoke/fields/{name}");
        let used = placeholders(template).unwrap_or_else(|why| {
            found.add(&at, why);
            Vec::new()
        });
        for name in used {
            let answer = name.strip_prefix("answer.");
            let listed = answer.is_some_and(|answer| is_kept(oauth, answer));
            if !listed && name != "hint" && !OF_THE_TOKEN.contains(&name) {
                found.add(&at, Why::revoke_unknown(name));
            }
        }
    }
}

/// An address with an answer in it: one that is known by the time the address is used.
fn answer_used(connector: &Connector, at: &str, name: &str, found: &mut Faults) {
    let answers = &connector.oauth().answers;
    let named = |name: &str| answers.iter().find(|answer| answer.name == name);
    let Some(answer) = named(name) else {
        found.add(at, Why::answer_unlisted(name));
        return;
    };
    // What follows from another is known as soon as that one is; what is wrong there is told there.
    let answer = match &answer.told_by {
        None => answer,
        Some(told) => match named(&told.answer).filter(|other| other.is_said()) {
            Some(other) => other,
            None => return,
        },
    };
    let name = &answer.name;
    // Where tokens go that are not used yet, or no longer: an example is no place to send them to.
    let before = [
        "/oauth/authorize",
        "/oauth/token",
        "/oauth/device",
        "/oauth/par",
        "/oauth/device_token",
        "/oauth/refresh",
        "/oauth/revoke",
    ];
    let public = ["/oauth/metadata", "/oauth/jwks", "/oauth/issuer"];
    if at.starts_with("/hosts") || at.contains("_params/") || public.contains(&at) {
        found.add(at, Why::answer_here());
        return;
    }
    if answer.default.is_none() && before.contains(&at) {
        found.add(at, Why::answer_default(name));
    }
    if answer.default.is_none() && answer.example.is_none() {
        found.add(at, Why::answer_sample(name));
    }
}

/// R23, with sample values: every address that receives a credential is within `hosts`. Says
/// whether that is so.
fn addresses(connector: &Connector, found: &mut Faults) -> bool {
    for (index, parameter) in connector.parameters.iter().enumerate() {
        if sample(parameter).is_none() {
            found.add(
                format!("/parameters/{index}"),
                Why::parameter_sample(&parameter.name),
            );
        }
    }
    let parameters = samples(connector);
    let mut mended = None;
    for _ in 0..ADDRESSES_MAX {
        let looked_at = mended.as_ref().unwrap_or(connector);
        let values = Values::new(
            parameters.iter().copied(),
            &connector.oauth().answers,
            &BTreeMap::new(),
        );
        let Err(fault) = resolve(looked_at, &values) else {
            return mended.is_none();
        };
        let why = match fault.refusal.code {
            RefusalCode::HostNotListed => {
                Why::host_unlisted(fault.refusal.args.get("host").map_or("", String::as_str))
            }
            _ => Why::address_insecure(),
        };
        // A template that cannot be completed is no address either.
        if !found.has(&fault.at) {
            found.add(&fault.at, why);
        }
        mended = with_good_address(looked_at, &fault.at);
        if mended.is_none() {
            return false;
        }
    }
    false
}

fn sample(parameter: &Parameter) -> Option<&str> {
    let sample = parameter.default.as_ref().or(parameter.example.as_ref());
    sample.map(String::as_str)
}

/// A value of each parameter. Without one of its own, what uses it is still looked at.
fn samples(connector: &Connector) -> Vec<(&str, &str)> {
    let parameters = connector.parameters.iter();
    parameters
        .map(|parameter| {
            (
                parameter.name.as_str(),
                sample(parameter).unwrap_or("sample"),
            )
        })
        .collect()
}

/// More addresses than a connector has.
const ADDRESSES_MAX: usize = 100;
/// An address that nothing is wrong with, and that nothing is ever sent to.
const GOOD: &str = "https://good.invalid";

/// The connector with a good address in place of a bad one, so that the next bad one is found.
fn with_good_address(connector: &Connector, at: &str) -> Option<Connector> {
    let mut value = serde_json::to_value(connector).ok()?;
    // Parameters are no address: where one of them cannot be completed, none are looked at.
    *value.pointer_mut(at)? = if at.ends_with("_params") {
        serde_json::json!({})
    } else {
        GOOD.into()
    };
    let hosts = value.pointer_mut("/hosts")?.as_array_mut()?;
    if !hosts.iter().any(|host| host == GOOD) {
        hosts.push(GOOD.into());
    }
    serde_json::from_value(value).ok()
}
