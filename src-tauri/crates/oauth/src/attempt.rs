//! The way out: the authorization request, and recognizing its callback among navigations.

use std::borrow::Cow;

use oauth2::basic::BasicClient;
use oauth2::{AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, RedirectUrl, Scope};
use tsunagi_connectors::{Connector, Resolved};
use tsunagi_domain::hosts::Origin;
use url::Url;

use crate::token::unlisted;
use crate::{OAuthError, Result, Secret};

/// What an authorization request is made of.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The service.
    pub connector: &'a Connector,
    /// Its addresses for this connection.
    pub endpoints: &'a Resolved,
    /// The client registration's ID.
    pub client_id: &'a str,
    /// The scopes to ask for.
    pub scopes: &'a [String],
    /// The client registration's redirect address.
    pub redirect: &'a Url,
    /// The account to preselect.
    pub login_hint: Option<&'a str>,
}

/// One authorization request and what is needed to recognize and use its callback. Its secrets
/// do not show in debug output.
pub struct Attempt {
    pub(crate) url: Url,
    pub(crate) state: Secret,
    pub(crate) verifier: Option<Secret>,
    pub(crate) nonce: Option<Secret>,
    pub(crate) redirect: Url,
    pub(crate) iss_required: bool,
    /// The callback's field that signs the others.
    pub(crate) signed: Option<String>,
    pub(crate) kept: Vec<String>,
    /// As they are asked for, joined.
    pub(crate) scope: String,
    pushed: bool,
    plain_origins: Vec<Origin>,
}

impl std::fmt::Debug for Attempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attempt")
            .field("url", &crate::redacted(&self.url))
            .finish_non_exhaustive()
    }
}

/// What to do with a navigation of the provider's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Load it.
    Pass,
    /// Do not load it, and go on.
    Refuse {
        /// Why: a word.
        reason: &'static str,
    },
    /// This flow's callback: do not load it, and read it.
    Callback,
    /// At the redirect address, but not of this flow: do not load it. In a web view of the
    /// flow's own it fails the flow.
    Mismatch,
}

/// Builds the authorization request: a state of 32 random bytes, PKCE with S256 (RFC 7636)
/// where the connector sends it, and a nonce where `openid` is asked for.
///
/// # Errors
/// [`OAuthError::RedirectInvalid`], [`OAuthError::SignInNotOffered`].
pub fn begin(ask: &Ask<'_>) -> Result<Attempt> {
    let authorize = ask.endpoints.authorize.as_ref();
    let authorize = authorize.ok_or(OAuthError::SignInNotOffered)?;
    Origin::of(ask.redirect).map_err(|_| OAuthError::RedirectInvalid)?;
    let oauth = ask.connector.oauth();
    let client = BasicClient::new(ClientId::new(ask.client_id.to_owned()))
        .set_auth_uri(AuthUrl::from_url(authorize.clone()))
        .set_redirect_uri(RedirectUrl::from_url(ask.redirect.clone()));
    let mut request = client.authorize_url(|| CsrfToken::new_random_len(32));
    let name = oauth.scope_param.as_deref().unwrap_or("scope");
    if oauth.scope_repeats {
        for scope in ask.scopes {
            request = request.add_extra_param(name, scope.as_str());
        }
    } else if name != "scope" && !ask.scopes.is_empty() {
        request = request.add_extra_param(name, ask.scopes.join(&oauth.scope_separator));
    } else if !ask.scopes.is_empty() {
        // One scope as far as the library is concerned: it knows no separator but the space.
        request = request.add_scope(Scope::new(ask.scopes.join(&oauth.scope_separator)));
    }
    let mut verifier = None;
    if oauth.sends_pkce() {
        let (challenge, secret) = PkceCodeChallenge::new_random_sha256();
        verifier = Some(Secret::new(secret.into_secret()));
        request = request.set_pkce_challenge(challenge);
    }
    let mut nonce = None;
    if ask.scopes.iter().any(|scope| scope == "openid") {
        let value = openidconnect::Nonce::new_random_len(32);
        request = request.add_extra_param("nonce", value.secret().clone());
        nonce = Some(Secret::new(value.secret().clone()));
    }
    if let Some(hint) = ask.login_hint {
        request = request.add_extra_param("login_hint", hint);
    }
    for (name, value) in &ask.endpoints.authorize_params {
        request =
            request.add_extra_param(Cow::Borrowed(name.as_str()), Cow::Borrowed(value.as_str()));
    }
    let (url, state) = request.url();

    let issuer = ask
        .endpoints
        .issuer
        .as_deref()
        .and_then(|issuer| Url::parse(issuer).ok());
    let plain_origins = [Some(authorize), issuer.as_ref()]
        .into_iter()
        .flatten()
        .filter_map(|url| Origin::of(url).ok())
        .filter(|origin| origin.scheme() == "http")
        .collect();
    Ok(Attempt {
        url,
        state: Secret::new(state.into_secret()),
        verifier,
        nonce,
        redirect: ask.redirect.clone(),
        iss_required: oauth.iss_required,
        signed: oauth.callback_hmac.clone(),
        scope: ask.scopes.join(&oauth.scope_separator),
        kept: oauth
            .answers
            .iter()
            .filter(|answer| answer.is_said())
            .map(|answer| answer.name.clone())
            .chain(unlisted(ask.connector).map(str::to_owned))
            .collect(),
        pushed: ask.endpoints.par.is_some(),
        plain_origins,
    })
}

impl Attempt {
    /// The authorization request: the address to take the person to, or what is to be pushed.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// Whether the request is to be pushed, each time a page is opened ([`crate::push`]).
    #[must_use]
    pub const fn is_pushed(&self) -> bool {
        self.pushed
    }

    /// SHA-256 of the state: what may be stored to find the flow again.
    #[must_use]
    pub fn state_hash(&self) -> [u8; 32] {
        self.state.hash()
    }

    /// The redirect address.
    #[must_use]
    pub const fn redirect(&self) -> &Url {
        &self.redirect
    }

    /// Refuses a callback without `iss` from now on, whatever the connector says: for a provider
    /// whose metadata promises it (RFC 9207 §2.4, [`crate::Metadata::iss_required`]).
    pub const fn require_iss(&mut self) {
        self.iss_required = true;
    }

    /// What to do with a navigation to `url`. Pure and quick: it is called from inside the web
    /// view. Iframes cannot be told apart there, which is why `about:blank` and `about:srcdoc`
    /// pass.
    #[must_use]
    pub fn judge(&self, url: &Url) -> Verdict {
        if self.is_redirect(url) {
            return if self.carries_state(url) {
                Verdict::Callback
            } else {
                Verdict::Mismatch
            };
        }
        match url.scheme() {
            "https" | "http" if !url.username().is_empty() || url.password().is_some() => {
                Verdict::Refuse {
                    reason: "user_in_address",
                }
            }
            "https" => Verdict::Pass,
            "http" if Origin::of(url).is_ok_and(|origin| self.plain_origins.contains(&origin)) => {
                Verdict::Pass
            }
            "http" => Verdict::Refuse {
                reason: "not_encrypted",
            },
            "about" if matches!(url.path(), "blank" | "srcdoc") => Verdict::Pass,
            _ => Verdict::Refuse { reason: "scheme" },
        }
    }

    /// Scheme, host, port and path are those of the redirect address. A user name in the
    /// address does not make it another place.
    pub(crate) fn is_redirect(&self, url: &Url) -> bool {
        url.scheme() == self.redirect.scheme()
            && url.host() == self.redirect.host()
            && url.port_or_known_default() == self.redirect.port_or_known_default()
            && url.path() == self.redirect.path()
    }

    fn carries_state(&self, url: &Url) -> bool {
        let mut states = url.query_pairs().filter(|(name, _)| name == "state");
        let own = states
            .next()
            .is_some_and(|(_, value)| self.is_state(&value));
        own && states.next().is_none() && url.username().is_empty() && url.password().is_none()
    }

    pub(crate) fn is_state(&self, value: &str) -> bool {
        Secret::new(value) == self.state
    }
}

/// Reads an address that a person pasted from a browser's address bar.
///
/// # Errors
/// [`OAuthError::CallbackInvalid`] where it is no address, [`OAuthError::RedirectMismatch`]
/// where it is another place, [`OAuthError::StateMismatch`] where it is another flow's.
pub fn paste(attempt: &Attempt, text: &str) -> Result<Url> {
    let text = text.trim().trim_matches(['"', '\'', '<', '>', '`']);
    let url = Url::parse(text).map_err(|_| OAuthError::CallbackInvalid {
        reason: "not_an_address",
    })?;
    match attempt.judge(&url) {
        Verdict::Callback => Ok(url),
        Verdict::Mismatch => Err(OAuthError::StateMismatch),
        Verdict::Pass | Verdict::Refuse { .. } => Err(OAuthError::RedirectMismatch),
    }
}
