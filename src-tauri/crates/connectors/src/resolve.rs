//! A connector with a connection's settings: the addresses that are really used.

use std::borrow::Cow;
use std::collections::BTreeMap;

use tsunagi_domain::connection::Settings;
use tsunagi_domain::hosts::{HostPattern, Origin, may_receive};
use tsunagi_domain::{Refusal, RefusalCode};
use url::Url;

use crate::{Connector, Whoami};

/// Addresses and hosts of one connection (or of one of its environments).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// Authorization endpoint.
    pub authorize: Url,
    /// Token endpoint.
    pub token: Url,
    /// Revocation endpoint.
    pub revoke: Option<Url>,
    /// Device authorization endpoint (RFC 8628).
    pub device: Option<Url>,
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
    /// Where the service tells whose account was authorized.
    pub whoami: Option<ResolvedWhoami>,
    /// A harmless GET that shows whether a credential works.
    pub verify: Option<Url>,
    /// Token, revocation, device authorization and API origins, sorted, each once: what is
    /// sealed with the credential, and compared before it is used again. The metadata's origin
    /// is not among them: nothing secret goes there.
    pub origins: Vec<Origin>,
}

/// [`Whoami`] with its address completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedWhoami {
    /// Asked with GET.
    pub url: Url,
    /// JSON pointer to the account's id.
    pub id: String,
    /// JSON pointer to its name.
    pub name: Option<String>,
    /// JSON pointer to its e-mail address.
    pub email: Option<String>,
}

impl Resolved {
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

type Values<'a> = BTreeMap<&'a str, Cow<'a, str>>;

impl Connector {
    /// Completes the templates with `settings`; parameters the connection does not set take
    /// their default. Settings the connector does not know are left alone, so that a parameter
    /// can leave a connector without breaking its connections.
    ///
    /// # Errors
    /// [`RefusalCode::SettingInvalid`] for a missing value or one that does not match its
    /// pattern, and [`RefusalCode::HostNotListed`] where the values lead outside the
    /// connector's hosts (R23).
    pub fn resolve(&self, settings: &Settings) -> Result<Resolved, Refusal> {
        let mut values = Values::new();
        for parameter in &self.parameters {
            let value = settings
                .get(&parameter.name)
                .or(parameter.default.as_ref())
                .filter(|value| parameter.pattern.is_match(value) && is_plain(value))
                .ok_or_else(|| {
                    Refusal::new(RefusalCode::SettingInvalid).with("parameter", &parameter.name)
                })?;
            values.insert(&parameter.name, Cow::Borrowed(value));
        }
        resolve(self, &values).map_err(|fault| fault.refusal)
    }
}

/// Whatever a pattern allows, a value never brings its own path, user, query or wildcard.
pub(crate) fn is_plain(value: &str) -> bool {
    !value.is_empty()
        && value
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._~:-".contains(&b))
}

/// Names in braces of a template, in order; an error names the brace that is out of place.
pub(crate) fn placeholders(template: &str) -> Result<Vec<&str>, String> {
    let mut names = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find(['{', '}']) {
        let after = &rest[open + 1..];
        let (name, tail) = rest[open..]
            .starts_with('{')
            .then(|| after.split_once('}'))
            .flatten()
            .ok_or_else(|| format!("a brace without its partner in `{template}`"))?;
        names.push(name);
        rest = tail;
    }
    Ok(names)
}

fn expand(template: &str, values: &Values<'_>) -> Option<String> {
    let mut text = template.to_owned();
    for name in placeholders(template).ok()? {
        text = text.replace(&format!("{{{name}}}"), values.get(name)?);
    }
    Some(text)
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
    let oauth = &connector.oauth;
    let optional = |at: &str, template: &Option<String>| {
        template
            .as_deref()
            .map(|template| receiver(at, template))
            .transpose()
    };

    let token = receiver("/oauth/token", &oauth.token)?;
    let revoke = optional("/oauth/revoke", &oauth.revoke)?;
    let device = optional("/oauth/device", &oauth.device)?;
    let api_base = receiver("/api/base", &connector.api.base)?;
    if api_base.query().is_some() {
        return Err(invalid("/api/base"));
    }
    let whoami = connector
        .whoami
        .as_ref()
        .map(
            |Whoami {
                 url,
                 id,
                 name,
                 email,
             }| {
                Ok(ResolvedWhoami {
                    url: receiver("/whoami/url", url)?,
                    id: id.clone(),
                    name: name.clone(),
                    email: email.clone(),
                })
            },
        )
        .transpose()?;

    let receivers = [
        Some(&token),
        revoke.as_ref(),
        device.as_ref(),
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
        authorize: address("/oauth/authorize", &oauth.authorize)?,
        // Sent no credential, but believed: what it says decides about `iss`.
        metadata: optional("/oauth/metadata", &oauth.metadata)?,
        userinfo: optional("/oauth/userinfo", &oauth.userinfo)?,
        verify: optional("/verify", &connector.verify)?,
        token,
        revoke,
        device,
        jwks,
        issuer,
        api_base,
        hosts,
        whoami,
        origins,
    })
}
