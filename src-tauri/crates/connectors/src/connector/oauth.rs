//! OAuth 2.0 at a service: its addresses, and what it does in its own way.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::{Answered, Pkce, Revoke};

/// How the client proves itself at the token and revocation endpoints (RFC 6749 §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ClientAuth {
    /// Public client: only the client ID is sent.
    None,
    /// HTTP Basic.
    Basic,
    /// `client_id` and `client_secret` in the body.
    #[default]
    Post,
    /// The secret alone, as a bearer token (Stripe).
    Bearer,
}

/// How a token is come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// A person signs in (RFC 6749 §4.1).
    #[default]
    Code,
    /// The client authorizes itself: nobody signs in, and a new token is asked for when one ends
    /// (RFC 6749 §4.4).
    ClientCredentials,
}

/// How the body of a token request is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "TokenBody"))]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// `application/x-www-form-urlencoded`, as RFC 6749 asks.
    #[default]
    Form,
    /// `application/json`, which some services want instead.
    Json,
    /// No body: the fields are in the address.
    Query,
}

/// A further parameter of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "TokenParam"))]
#[serde(untagged)]
pub enum Param {
    /// Text; may hold `{parameter}`.
    Text(String),
    /// A number, which a JSON body has as a number.
    Number(u64),
}

impl Param {
    /// As text, its templates not completed.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
        }
    }
}

/// OAuth 2.0 at this service. Addresses are templates with `{parameter}` in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "OAuthSketch"))]
#[serde(deny_unknown_fields)]
pub struct OAuth {
    /// How a token is come by.
    #[serde(default)]
    pub grant: GrantType,
    /// The `grant_type` by which a client authorizes itself; `None`: `client_credentials`.
    #[serde(default)]
    pub grant_word: Option<String>,
    /// Authorization endpoint; `None` where nobody signs in, or only by a code that is entered on
    /// any device.
    #[serde(default)]
    pub authorize: Option<String>,
    /// Token endpoint.
    pub token: String,
    /// Where tokens are renewed, where that is not the token endpoint.
    #[serde(default)]
    pub refresh: Option<String>,
    /// How a token is taken back; `None`: the service has no way.
    #[serde(default)]
    pub revoke: Option<Revoke>,
    /// Device authorization endpoint (RFC 8628 §3.1). Without it the service is not authorized
    /// by device code.
    #[serde(default)]
    pub device: Option<String>,
    /// Pushed authorization request endpoint (RFC 9126). With it every authorization request is
    /// pushed there first, and the address a person is taken to only refers to it.
    #[serde(default)]
    pub par: Option<String>,
    /// Where device codes are exchanged, where that is not the token endpoint.
    #[serde(default)]
    pub device_token: Option<String>,
    /// How the client proves itself there and at the device authorization endpoint, where that is
    /// not as at the token endpoint.
    #[serde(default)]
    pub device_auth: Option<ClientAuth>,
    /// Whether requests with device codes carry the client's ID beside HTTP Basic (Webex, Zoom).
    #[serde(default)]
    pub device_client_id: bool,
    /// Where the service describes itself (RFC 8414, OpenID Connect Discovery 1.0): the address
    /// of the document itself. Without it nothing is fetched, whether or not there is an
    /// `issuer` to derive it from.
    #[serde(default)]
    pub metadata: Option<String>,
    /// Keys that sign ID tokens.
    #[serde(default)]
    pub jwks: Option<String>,
    /// Issuer identifier, compared character by character.
    #[serde(default)]
    pub issuer: Option<String>,
    /// Whether the callback must carry `iss` (RFC 9207). It is compared whenever it is there.
    #[serde(default)]
    pub iss_required: bool,
    /// `userinfo` endpoint of OpenID Connect.
    #[serde(default)]
    pub userinfo: Option<String>,
    /// What is known of PKCE with S256 (RFC 7636); `None`: the file does not say, and it is used,
    /// as RFC 9700 §2.1.1 asks of clients. See [`OAuth::sends_pkce`]. A built-in connector with a
    /// sign-in page always says.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(type = "boolean | \"undocumented\" | null"))]
    pub pkce: Option<Pkce>,
    /// How the client proves itself.
    #[serde(default)]
    pub client_auth: ClientAuth,
    /// What stands between scopes: a space or a comma.
    #[serde(default = "space")]
    pub scope_separator: String,
    /// What the authorization request calls the scopes; `None`: `scope`.
    #[serde(default)]
    pub scope_param: Option<String>,
    /// Whether that parameter stands there once for each scope.
    #[serde(default)]
    pub scope_repeats: bool,
    /// Further parameters of the authorization request.
    #[serde(default)]
    pub authorize_params: BTreeMap<String, Param>,
    /// Name of the callback's field that signs the others: HMAC-SHA256 in hexadecimal over them,
    /// sorted and written as a form, with the client secret as its key (Shopify). A callback
    /// whose signature does not hold is refused.
    #[serde(default)]
    pub callback_hmac: Option<String>,
    /// Further parameters of the code exchange, or of the request by which a client authorizes
    /// itself.
    #[serde(default)]
    pub token_params: BTreeMap<String, Param>,
    /// Further parameters of a refresh.
    #[serde(default)]
    pub refresh_params: BTreeMap<String, Param>,
    /// Whether the exchange of a code repeats the scopes.
    #[serde(default)]
    pub exchange_sends_scopes: bool,
    /// Whether a refresh repeats the scopes. Left out, the answer has the scopes that were
    /// granted at first (RFC 6749 §6).
    #[serde(default)]
    pub refresh_sends_scopes: bool,
    /// Lifetime of an access token where the answer has no `expires_in`, in seconds.
    #[serde(default)]
    pub token_lifetime_seconds: Option<u64>,
    /// Lifetime of a refresh token where the answer does not say, in seconds.
    #[serde(default)]
    pub refresh_lifetime_seconds: Option<u64>,
    /// Whether a refresh replaces the refresh token.
    #[serde(default)]
    pub rotates: bool,
    /// How long a replaced refresh token may be sent again, in seconds; `None`: not at all.
    #[serde(default)]
    pub grace_seconds: Option<u32>,
    /// How many refresh tokens one account may have at a time from one client. With one more, the
    /// provider forgets the oldest, and whoever holds it is disconnected.
    #[serde(default)]
    pub refresh_tokens_max: Option<u32>,
    /// How the body of a token request is written.
    #[serde(default)]
    pub body: Body,
    /// Further headers of requests to the token, device, pushed authorization request and
    /// revocation endpoints.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// JSON pointer to where a token answer has the fields of RFC 6749 §5.1, where that is not
    /// its top.
    #[serde(default)]
    pub answer_at: Option<String>,
    /// JSON pointer to the granted scopes, where they are not in `scope`.
    #[serde(default)]
    pub scope_at: Option<String>,
    /// JSON pointer to the time the access token ends: RFC 3339, or seconds since 1970. For
    /// services that do not answer `expires_in`.
    #[serde(default)]
    pub expires_at: Option<String>,
    /// The same for the refresh token.
    #[serde(default)]
    pub refresh_expires_at: Option<String>,
    /// Further fields of the callback and of token answers to keep.
    #[serde(default)]
    pub answers: Vec<Answered>,
    /// JSON pointers to the word of an error answer, beside `error`.
    #[serde(default)]
    pub error_at: Vec<String>,
    /// The service's own error words, and the words of RFC 6749 §5.2 and RFC 8628 §3.5 they
    /// stand for.
    #[serde(default)]
    pub error_words: BTreeMap<String, String>,
    /// The same for statuses whose answer has no word (Webex: 428).
    #[serde(default)]
    pub error_statuses: BTreeMap<String, String>,
}

impl OAuth {
    /// What a file says that names the token endpoint and nothing else.
    #[must_use]
    pub fn at(token: impl Into<String>) -> Self {
        Self {
            token: token.into(),
            client_auth: ClientAuth::default(),
            ..NONE.clone()
        }
    }

    /// What an answer is where the service does not say; `None` where nobody knows then.
    #[must_use]
    pub fn unsaid(&self, name: &str) -> Option<&str> {
        let named = |name: &str| self.answers.iter().find(|answer| answer.name == name);
        let answer = named(name)?;
        let Some(told) = &answer.told_by else {
            return answer.default.as_deref();
        };
        let by = named(&told.answer)?.default.as_ref()?;
        told.values.get(by).map(String::as_str)
    }

    /// Whether authorization requests carry a PKCE challenge. A server that does not know it
    /// ignores it (RFC 6749 §3.1), so it is left out only where the file says so.
    #[must_use]
    pub const fn sends_pkce(&self) -> bool {
        matches!(self.pkce, None | Some(Pkce::Supported))
    }
}

fn space() -> String {
    " ".to_owned()
}

/// What a service without OAuth has of it: no address, and nothing that is its own.
pub(crate) static NONE: LazyLock<OAuth> = LazyLock::new(|| OAuth {
    grant: GrantType::Code,
    grant_word: None,
    authorize: None,
    token: String::new(),
    refresh: None,
    revoke: None,
    device: None,
    par: None,
    device_token: None,
    device_auth: None,
    device_client_id: false,
    metadata: None,
    jwks: None,
    issuer: None,
    iss_required: false,
    userinfo: None,
    pkce: None,
    client_auth: ClientAuth::None,
    scope_separator: space(),
    scope_param: None,
    scope_repeats: false,
    authorize_params: BTreeMap::new(),
    callback_hmac: None,
    token_params: BTreeMap::new(),
    refresh_params: BTreeMap::new(),
    exchange_sends_scopes: false,
    refresh_sends_scopes: false,
    token_lifetime_seconds: None,
    refresh_lifetime_seconds: None,
    rotates: false,
    grace_seconds: None,
    refresh_tokens_max: None,
    body: Body::Form,
    headers: BTreeMap::new(),
    answer_at: None,
    scope_at: None,
    expires_at: None,
    refresh_expires_at: None,
    answers: Vec::new(),
    error_at: Vec::new(),
    error_words: BTreeMap::new(),
    error_statuses: BTreeMap::new(),
});
