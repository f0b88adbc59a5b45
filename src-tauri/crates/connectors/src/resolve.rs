//! A connector with a connection's settings: the addresses that are really used.

mod question;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use tsunagi_domain::connection::Settings;
use tsunagi_domain::hosts::{HostPattern, Origin, may_receive};
use tsunagi_domain::{Refusal, RefusalCode};
use url::Url;

pub(crate) use values::{Values, placeable};

pub use question::{AccountId, ResolvedQuestion};

use question::account_id;

use crate::connector::Question;
use crate::{Connector, Param, Why};

/// Addresses and hosts of one connection (or of one of its environments).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// Authorization endpoint; `None` where nobody signs in.
    pub authorize: Option<Url>,
    /// Token endpoint; `None` where a person types a key in.
    pub token: Option<Url>,
    /// Where tokens are renewed, where that is not the token endpoint.
    pub refresh: Option<Url>,
    /// Revocation endpoint, with stand-ins where the token and the client are part of it.
    pub revoke: Option<Url>,
    /// Its template, with everything in it but the token and the client.
    pub revoke_template: Option<String>,
    /// Device authorization endpoint (RFC 8628).
    pub device: Option<Url>,
    /// Pushed authorization request endpoint (RFC 9126).
    pub par: Option<Url>,
    /// Where device codes are exchanged, where that is not the token endpoint.
    pub device_token: Option<Url>,
    /// Where the service describes itself (RFC 8414). It is sent no credential.
    pub metadata: Option<Url>,
    /// Keys that sign ID tokens.
    pub jwks: Option<Url>,
    /// `userinfo` endpoint.
    pub userinfo: Option<Url>,
    /// Issuer identifier, exactly as the provider writes it.
    pub issuer: Option<String>,
    /// What request paths are put behind.
    pub api_base: Url,
    /// The hosts that may receive a credential (R23).
    pub hosts: Vec<HostPattern>,
    /// What shows whether a credential works, and whose it is as far as the service tells.
    pub question: Option<ResolvedQuestion>,
    /// Token, revocation, device authorization, pushed request and API origins, sorted, each
    /// once: what is sealed with the credential, and compared before it is used again. The metadata's origin
    /// is not among them: nothing secret goes there.
    pub origins: Vec<Origin>,
    /// Answers that addresses need, that the service has not given, and that have no default:
    /// until they are there, nothing may be sent to the API.
    pub unanswered: Vec<String>,
    /// Further parameters of the authorization request.
    pub authorize_params: BTreeMap<String, String>,
    /// Further parameters of the code exchange.
    pub token_params: BTreeMap<String, String>,
    /// Further parameters of a refresh.
    pub refresh_params: BTreeMap<String, String>,
    /// The parameters' values.
    pub parameters: BTreeMap<String, String>,
    /// What the service answered so far.
    pub answers: BTreeMap<String, String>,
    settings: Settings,
}

impl Resolved {
    /// The server that vouches for who somebody is: the issuer, else the origin where people sign
    /// in, else where credentials are issued, else that of the API.
    #[must_use]
    pub fn server(&self) -> String {
        if let Some(issuer) = &self.issuer {
            return issuer.clone();
        }
        let signs_in = self.authorize.as_ref().or(self.device.as_ref());
        let address = signs_in.or(self.token.as_ref()).unwrap_or(&self.api_base);
        address.origin().ascii_serialization()
    }

    /// That the service has said all that its addresses need.
    ///
    /// # Errors
    /// [`RefusalCode::AnswerMissing`].
    pub fn complete(&self) -> Result<(), Refusal> {
        match self.unanswered.first() {
            None => Ok(()),
            Some(name) => Err(Refusal::new(RefusalCode::AnswerMissing).with("answer", name)),
        }
    }

    /// The address of an API path such as `/contacts?page=2`.
    ///
    /// # Errors
    /// [`RefusalCode::HostNotListed`] where the path does not start with `/` or the outcome is
    /// not one of the connector's hosts.
    pub fn api_url(&self, path: &str) -> Result<Url, Refusal> {
        let refuse = || Refusal::new(RefusalCode::HostNotListed).with("host", "");
        // Without the slash, `@elsewhere.example` would turn the base's host into a user name.
        if !path.starts_with('/') {
            return Err(refuse());
        }
        let base = self.api_base.as_str().trim_end_matches('/');
        let url = Url::parse(&format!("{base}{path}")).map_err(|_| refuse())?;
        may_receive(&url, &self.hosts)?;
        Ok(url)
    }
}

/// What is wrong, and where in the file it is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// JSON pointer into the connector file.
    pub(crate) at: String,
    /// The refusal a connection with such settings gets.
    pub(crate) refusal: Refusal,
}

impl Connector {
    /// Completes the templates with `settings`; parameters the connection does not set take
    /// their default. Settings the connector does not know are left alone, so that a parameter
    /// can leave a connector without breaking its connections. What only the service can say
    /// (`{answer.name}`) has its default or example: see [`Connector::answered`].
    ///
    /// # Errors
    /// [`RefusalCode::SettingInvalid`] for a missing value or one that does not match its
    /// pattern, [`RefusalCode::HostNotListed`] where the values lead outside the connector's
    /// hosts (R23), [`RefusalCode::AnswerUnknown`] where nobody knows what follows from an
    /// answer, [`RefusalCode::SettingElsewhere`] where a setting contradicts one, and [`RefusalCode::WireUnknown`] where there are no addresses.
    pub fn resolve(&self, settings: &Settings) -> Result<Resolved, Refusal> {
        self.resolve_with(settings, &BTreeMap::new())
    }

    /// The same addresses with what the service answered put in.
    ///
    /// # Errors
    /// Those of [`Connector::resolve`].
    pub fn answered(
        &self,
        resolved: &Resolved,
        answers: &BTreeMap<String, String>,
    ) -> Result<Resolved, Refusal> {
        if answers.is_empty() {
            return Ok(resolved.clone());
        }
        let bound = self.resolve_with(&resolved.settings, answers)?;
        Ok(Resolved {
            // What is sealed is what the connector says, not what the service said.
            origins: resolved.origins.clone(),
            ..bound
        })
    }

    /// What completes the placeholder of this name at these addresses: a parameter's value, or an
    /// answer as it may stand in an address. An answer that the service has not given, and that has
    /// no default, is not known.
    pub(crate) fn told(&self, resolved: &Resolved, name: &str) -> Option<String> {
        let parameters = resolved.parameters.iter();
        let parameters = parameters.map(|(name, value)| (name.as_str(), value.as_str()));
        let values = Values::new(parameters, &self.oauth().answers, &resolved.answers);
        let answer = name.strip_prefix("answer.");
        if answer.is_some_and(|answer| values.open.contains(answer)) {
            return None;
        }
        values.get(name).map(str::to_owned)
    }

    fn resolve_with(
        &self,
        settings: &Settings,
        answers: &BTreeMap<String, String>,
    ) -> Result<Resolved, Refusal> {
        self.spoken()?;
        let mut parameters = Vec::new();
        for parameter in &self.parameters {
            let value = settings
                .get(&parameter.name)
                .or(parameter.default.as_ref())
                .filter(|value| parameter.pattern.is_match(value) && is_text(value))
                .ok_or_else(|| {
                    Refusal::new(RefusalCode::SettingInvalid).with("parameter", &parameter.name)
                })?;
            parameters.push((parameter.name.as_str(), value.as_str()));
        }
        let listed = &self.oauth().answers;
        let values = Values::new(parameters, listed, answers);
        if let Some((name, value)) = values.untold.first_key_value() {
            return Err(Refusal::new(RefusalCode::AnswerUnknown)
                .with("service", &*self.name)
                .with("answer", *name)
                .with("value", value));
        }
        if let Some((name, setting, value)) = values.elsewhere(listed, answers) {
            return Err(Refusal::new(RefusalCode::SettingElsewhere)
                .with("service", &*self.name)
                .with("parameter", name)
                .with("setting", setting)
                .with("value", value));
        }
        let mut resolved = resolve(self, &values).map_err(|fault| fault.refusal)?;
        // R23: what a connection chose by a setting, before the connector knew how it is told, is
        // in the origins that its credential was sealed with.
        if let Some(chosen) = values.chosen_by(listed, settings) {
            resolved.origins = resolve(self, &chosen)
                .map_err(|fault| fault.refusal)?
                .origins;
        }
        resolved.settings.clone_from(settings);
        resolved.answers.clone_from(answers);
        Ok(resolved)
    }
}

/// Whatever a pattern allows, a value never brings its own path, user, query or wildcard.
pub(crate) fn is_plain(value: &str) -> bool {
    !value.is_empty()
        && value
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._~:-".contains(&b))
}

/// Something, and on one line.
pub(crate) fn is_text(value: &str) -> bool {
    !value.is_empty() && !value.chars().any(char::is_control)
}

/// Names in braces of a template, in order; an error names the brace that is out of place.
pub(crate) fn placeholders(template: &str) -> Result<Vec<&str>, Why> {
    let mut names = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find(['{', '}']) {
        let after = &rest[open + 1..];
        let (name, tail) = rest[open..]
            .starts_with('{')
            .then(|| after.split_once('}'))
            .flatten()
            .ok_or_else(|| Why::brace(template))?;
        names.push(name);
        rest = tail;
    }
    Ok(names)
}

/// `{answer.name}` as a whole: the name.
pub(crate) fn answer_name(template: &str) -> Option<&str> {
    template.strip_prefix("{answer.")?.strip_suffix('}')
}

/// A template with its placeholders replaced, each once and whatever their values hold; `None`
/// where one has none.
pub fn fill<T: AsRef<str>>(
    template: &str,
    mut value: impl FnMut(&str) -> Option<T>,
) -> Option<String> {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, tail) = after.split_once('}')?;
        text.push_str(before);
        text.push_str(value(name)?.as_ref());
        rest = tail;
    }
    text.push_str(rest);
    Some(text)
}

/// What begins the name of something that was typed in.
pub(crate) const OF_THE_KEY: &str = "key.";

/// What stands in the address of a revocation and differs from token to token.
pub(crate) const OF_THE_TOKEN: [&str; 2] = ["token", "client_id"];

fn expand(template: &str, values: &Values<'_>) -> Option<String> {
    let mut text = template.to_owned();
    for name in placeholders(template).ok()? {
        match values.get(name) {
            Some(value) => text = text.replace(&format!("{{{name}}}"), value),
            None if OF_THE_TOKEN.contains(&name) || name.starts_with(OF_THE_KEY) => {}
            None => return None,
        }
    }
    Some(text)
}

/// Parameters of a request, completed. Their values are encoded where they are sent.
fn filled(
    params: &BTreeMap<String, Param>,
    values: &Values<'_>,
) -> Option<BTreeMap<String, String>> {
    params
        .iter()
        .map(|(name, param)| {
            let mut text = param.text();
            for used in placeholders(&param.text()).ok()? {
                text = text.replace(&format!("{{{used}}}"), values.texts.get(used)?);
            }
            Some((name.clone(), text))
        })
        .collect()
}

/// Names of answers that the addresses of a connector need once it is authorized.
fn needed(connector: &Connector) -> BTreeSet<&str> {
    let oauth = connector.oauth();
    let question = connector.question();
    let templates = [
        Some(connector.api.base.as_str()),
        oauth.revoke.as_ref().map(|revoke| &*revoke.url),
        question.map(|question| question.url.as_str()),
        question.and_then(|question| question.id.as_deref()),
        Some(&oauth.token),
        oauth.refresh.as_deref(),
    ];
    templates
        .into_iter()
        .flatten()
        .filter_map(|template| placeholders(template).ok())
        .flatten()
        .filter_map(|name| name.strip_prefix("answer."))
        .collect()
}

pub(crate) fn resolve(connector: &Connector, values: &Values<'_>) -> Result<Resolved, Fault> {
    let invalid = |at: &str| Fault {
        at: at.to_owned(),
        refusal: Refusal::new(RefusalCode::SettingInvalid).with("parameter", at),
    };
    let mut hosts = Vec::new();
    for (index, template) in connector.hosts.iter().enumerate() {
        let at = format!("/hosts/{index}");
        let host = expand(template, values)
            .and_then(|text| HostPattern::try_from(text).ok())
            .ok_or_else(|| invalid(&at))?;
        hosts.push(host);
    }

    // Any page or public document: https, or http on this computer.
    let address = |at: &str, template: &str| -> Result<Url, Fault> {
        let url = expand(template, values)
            .and_then(|text| Url::parse(&text).ok())
            .filter(|url| Origin::of(url).is_ok() && url.fragment().is_none())
            .ok_or_else(|| invalid(at))?;
        Ok(url)
    };
    // What is sent a credential, so within `hosts` too.
    let receiver = |at: &str, template: &str| -> Result<Url, Fault> {
        let url = address(at, template)?;
        may_receive(&url, &hosts).map_err(|refusal| Fault {
            at: at.to_owned(),
            refusal,
        })?;
        Ok(url)
    };
    let oauth = connector.oauth();
    let optional = |at: &str, template: &Option<String>| {
        template
            .as_deref()
            .map(|template| receiver(at, template))
            .transpose()
    };

    let offered = connector.oauth.as_ref();
    let token = offered
        .map(|oauth| receiver("/oauth/token", &oauth.token))
        .transpose()?;
    let refresh = optional("/oauth/refresh", &oauth.refresh)?;
    // With stand-ins for what differs from token to token.
    let revoke = oauth
        .revoke
        .as_ref()
        .map(|revoke| {
            let at = if revoke.url.contains("{token}") || revoke.url.contains("{client_id}") {
                "/oauth/revoke/url"
            } else {
                "/oauth/revoke"
            };
            let text = expand(&revoke.url, values).ok_or_else(|| invalid(at))?;
            let sample = text
                .replace("{token}", "token")
                .replace("{client_id}", "client");
            Ok((receiver(at, &sample)?, text))
        })
        .transpose()?;
    let device = optional("/oauth/device", &oauth.device)?;
    let par = optional("/oauth/par", &oauth.par)?;
    let device_token = optional("/oauth/device_token", &oauth.device_token)?;
    let api_base = receiver("/api/base", &connector.api.base)?;
    if api_base.query().is_some() {
        return Err(invalid("/api/base"));
    }
    let at = if connector.whoami.is_some() {
        "/whoami"
    } else {
        "/verify"
    };
    let question = connector
        .question()
        .map(|asked: &Question| {
            let at = format!("{at}/url");
            let template = expand(&asked.url, values).ok_or_else(|| invalid(&at))?;
            let sample = fill(&template, |_| Some("key")).ok_or_else(|| invalid(&at))?;
            Ok(ResolvedQuestion {
                method: asked.method,
                url: receiver(&at, &sample)?,
                template,
                headers: asked.headers.clone(),
                json: asked.json.clone(),
                form: asked.form.clone(),
                good: asked.good.clone(),
                id: asked
                    .id
                    .as_deref()
                    .map(|id| account_id(id, values))
                    .transpose()?,
                name: asked.name.clone(),
                email: asked.email.clone(),
            })
        })
        .transpose()?;

    let receivers = [
        token.as_ref(),
        refresh.as_ref(),
        revoke.as_ref().map(|(sample, _)| sample),
        device.as_ref(),
        par.as_ref(),
        device_token.as_ref(),
        Some(&api_base),
    ];
    let mut origins: Vec<Origin> = receivers
        .into_iter()
        .flatten()
        .filter_map(|url| Origin::of(url).ok())
        .collect();
    origins.sort();
    origins.dedup();

    let jwks = oauth
        .jwks
        .as_deref()
        .map(|template| address("/oauth/jwks", template))
        .transpose()?;
    let issuer = oauth
        .issuer
        .as_deref()
        .map(|template| expand(template, values).ok_or_else(|| invalid("/oauth/issuer")))
        .transpose()?;

    Ok(Resolved {
        authorize: oauth
            .authorize
            .as_deref()
            .map(|template| address("/oauth/authorize", template))
            .transpose()?,
        // Sent no credential, but believed: what it says decides about `iss`.
        metadata: optional("/oauth/metadata", &oauth.metadata)?,
        userinfo: optional("/oauth/userinfo", &oauth.userinfo)?,
        refresh,
        token,
        revoke_template: revoke.as_ref().map(|(_, template)| template.clone()),
        revoke: revoke.map(|(sample, _)| sample),
        device,
        par,
        device_token,
        jwks,
        issuer,
        api_base,
        hosts,
        question,
        origins,
        unanswered: needed(connector)
            .into_iter()
            .filter(|name| values.open.contains(*name))
            .map(str::to_owned)
            .collect(),
        authorize_params: filled(&oauth.authorize_params, values)
            .ok_or_else(|| invalid("/oauth/authorize_params"))?,
        token_params: filled(&oauth.token_params, values)
            .ok_or_else(|| invalid("/oauth/token_params"))?,
        refresh_params: filled(&oauth.refresh_params, values)
            .ok_or_else(|| invalid("/oauth/refresh_params"))?,
        parameters: values
            .texts
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        answers: BTreeMap::new(),
        settings: Settings::new(),
    })
}
