//! The hosts that follow from the addresses of a sketch (R23).

use std::collections::BTreeSet;

use super::{Security, Sketch};

/// The origin of an address template, parameters of its host included:
/// `https://{region}.example.com`; `None` where it has none of its own.
#[must_use]
pub fn host_of(template: &str) -> Option<&str> {
    let (scheme, rest) = template.split_once("://")?;
    if !matches!(scheme, "https" | "http") {
        return None;
    }
    let length = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    // What the service answers is no host a file can list.
    if length == 0 || rest[..length].contains("{answer.") {
        return None;
    }
    Some(&template[..scheme.len() + "://".len() + length])
}

impl Sketch {
    /// The hosts that may receive a credential: those a person listed, else those of the
    /// addresses that do.
    #[must_use]
    pub fn hosts(&self) -> Vec<String> {
        self.hosts.clone().unwrap_or_else(|| self.derived_hosts())
    }

    /// The hosts of the addresses that receive a credential, each once, in the order of the form.
    #[must_use]
    pub fn derived_hosts(&self) -> Vec<String> {
        let oauth = match &self.security {
            Security::Oauth(oauth) => Some(oauth),
            Security::Keys(_) => None,
        };
        // Those that `resolve` holds against `hosts`: not where a person signs in, nor public
        // keys.
        let of_oauth = oauth.into_iter().flat_map(|oauth| {
            [
                Some(&oauth.token),
                oauth.refresh.as_ref(),
                oauth.revoke.as_ref().map(|revoke| &revoke.url),
                oauth.device.as_ref(),
                oauth.device_token.as_ref(),
                oauth.par.as_ref(),
                oauth.metadata.as_ref(),
                oauth.userinfo.as_ref(),
            ]
        });
        let questions = [&self.whoami, &self.verify]
            .map(|question| question.as_ref().map(|question| &question.url));
        let addresses = of_oauth.chain([Some(&self.api.base)]).chain(questions);
        let mut seen = BTreeSet::new();
        addresses
            .flatten()
            .filter_map(|template| host_of(template))
            .filter(|host| seen.insert(host.to_ascii_lowercase()))
            .map(str::to_owned)
            .collect()
    }
}
