//! What a connector says about its service.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tsunagi_domain::offer::{self, Places};
use tsunagi_domain::{Kind, Refusal, Timestamp};

use crate::Pattern;

/// A sentence in the languages of the program. It lives with the connector, not with the
/// messages of the screens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// English.
    pub en: String,
    /// Japanese.
    pub ja: String,
}

/// What stands for the service in lists: a letter or two on a colored ground.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Monogram {
    /// One to three characters.
    pub text: String,
    /// Hue in degrees, 0 to 359.
    pub hue: u16,
}

/// When a service ended (R16).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Retired {
    /// `YYYY-MM-DD`.
    pub date: String,
    /// Midnight UTC at the start of that day: from here on the service is refused.
    pub since: Timestamp,
}

impl TryFrom<String> for Retired {
    type Error = jiff::Error;

    fn try_from(date: String) -> Result<Self, Self::Error> {
        let day: jiff::civil::Date = date.parse()?;
        let since = jiff::tz::TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0))?;
        Ok(Self {
            date,
            since: Timestamp(since.as_millisecond()),
        })
    }
}

impl From<Retired> for String {
    fn from(retired: Retired) -> Self {
        retired.date
    }
}

/// Where a payment service is offered (R8). An empty list leaves no place out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferedIn {
    /// Data centers, such as `us`.
    #[serde(default)]
    pub data_centers: Vec<String>,
    /// Countries (ISO 3166-1 alpha-2), such as `US`.
    #[serde(default)]
    pub countries: Vec<String>,
}

/// How the client proves itself at the token and revocation endpoints (RFC 6749 §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuth {
    /// Public client: only the client ID is sent.
    None,
    /// HTTP Basic.
    Basic,
    /// `client_id` and `client_secret` in the body.
    #[default]
    Post,
}

/// How the body of a token request is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
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

/// HTTP methods that connectors may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// GET.
    #[default]
    Get,
    /// POST.
    Post,
    /// DELETE.
    Delete,
}

impl Method {
    /// As it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// The two kinds of token there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// Access token.
    Access,
    /// Refresh token.
    Refresh,
}

/// Who a revocation is asked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokeAuth {
    /// Nobody: the token itself is enough.
    None,
    /// The client, by HTTP Basic.
    Basic,
    /// The client, by fields of the body.
    Post,
    /// The token, as the API's requests carry it.
    Token,
}

/// Where the fields of a revocation are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokeBody {
    /// `application/x-www-form-urlencoded`, as RFC 7009 asks.
    #[default]
    Form,
    /// `application/json`.
    Json,
    /// The address.
    Query,
    /// Nowhere: there are none.
    None,
}

/// How a token is taken back. RFC 7009 is what the address alone stands for; the rest is for
/// services that have ways of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "RevokeForm")]
pub struct Revoke {
    /// POST or DELETE.
    pub method: Method,
    /// Address template; may hold `{token}` and `{client_id}` beside what others may.
    pub url: String,
    /// Further headers, before those of [`OAuth::headers`].
    pub headers: BTreeMap<String, String>,
    /// Who asks; `None`: the client, as at the token endpoint.
    pub auth: Option<RevokeAuth>,
    /// Where the fields are.
    pub body: RevokeBody,
    /// The fields; values may hold `{token}`, `{hint}` (`access_token` or `refresh_token`) and
    /// `{client_id}`.
    pub fields: BTreeMap<String, String>,
    /// Which kinds of token the service takes.
    pub tokens: Vec<TokenKind>,
}

/// What of [`Revoke`] a file may leave out.
#[derive(Deserialize)]
#[serde(untagged)]
enum RevokeForm {
    Address(String),
    Table(RevokeTable),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RevokeTable {
    #[serde(default)]
    method: Option<Method>,
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    auth: Option<RevokeAuth>,
    #[serde(default)]
    body: RevokeBody,
    #[serde(default)]
    fields: Option<BTreeMap<String, String>>,
    #[serde(default)]
    tokens: Option<Vec<TokenKind>>,
}

impl From<RevokeForm> for Revoke {
    fn from(form: RevokeForm) -> Self {
        let table = match form {
            RevokeForm::Table(table) => table,
            RevokeForm::Address(url) => RevokeTable {
                method: None,
                url,
                headers: BTreeMap::new(),
                auth: None,
                body: RevokeBody::Form,
                fields: None,
                tokens: None,
            },
        };
        let standard = || {
            [("token", "{token}"), ("token_type_hint", "{hint}")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into()
        };
        let bare = table.body == RevokeBody::None;
        Self {
            method: table.method.unwrap_or(Method::Post),
            url: table.url,
            headers: table.headers,
            auth: table.auth,
            body: table.body,
            fields: match table.fields {
                Some(fields) => fields,
                None if bare => BTreeMap::new(),
                None => standard(),
            },
            // RFC 7009 §2.1: a refresh token takes the access tokens of its grant along.
            tokens: table
                .tokens
                .unwrap_or_else(|| vec![TokenKind::Refresh, TokenKind::Access]),
        }
    }
}

/// A field of the callback or of a token answer that is kept. Never a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    /// Its name, as in `{answer.name}`, and in the callback.
    pub name: String,
    /// JSON pointer (RFC 6901) to it in a token answer; `None`: the field of that name.
    #[serde(default)]
    pub at: Option<String>,
    /// Whether it names a host to use from then on, which must match `hosts` (R23).
    #[serde(default)]
    pub host: bool,
    /// What it is where the service does not say.
    #[serde(default)]
    pub default: Option<String>,
    /// A value to check the file with, where there is no default.
    #[serde(default)]
    pub example: Option<String>,
}

/// OAuth 2.0 at this service. Addresses are templates with `{parameter}` in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuth {
    /// Authorization endpoint.
    pub authorize: String,
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
    /// Whether PKCE with S256 is used (RFC 7636); off only where the service refuses it.
    #[serde(default = "yes")]
    pub pkce: bool,
    /// How the client proves itself.
    #[serde(default)]
    pub client_auth: ClientAuth,
    /// What stands between scopes: a space or a comma.
    #[serde(default = "space")]
    pub scope_separator: String,
    /// Further parameters of the authorization request.
    #[serde(default)]
    pub authorize_params: BTreeMap<String, Param>,
    /// Further parameters of the code exchange.
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
    /// How the body of a token request is written.
    #[serde(default)]
    pub body: Body,
    /// Further headers of requests to the token, device and revocation endpoints.
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
}

fn yes() -> bool {
    true
}

fn space() -> String {
    " ".to_owned()
}

/// Whether the provider's page may be shown in a web view window.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Webview {
    /// Yes.
    #[default]
    Allowed,
    /// No: the system browser is used, and the person is told why.
    Blocked {
        /// Why.
        reason: Text,
    },
}

/// One scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// As it is sent.
    pub name: String,
    /// What it allows.
    pub about: Text,
    /// Whether a new connection has it chosen.
    #[serde(default)]
    pub default: bool,
}

/// A named choice of scopes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Identifier, unique in the connector.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// Names of its scopes.
    pub scopes: Vec<String>,
}

/// How the service's API is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Api {
    /// Address template that request paths are put behind.
    pub base: String,
    /// Value of the header that carries the token, with `{token}` in it.
    #[serde(default = "bearer")]
    pub header: String,
    /// Name of that header.
    #[serde(default = "authorization")]
    pub header_name: String,
    /// What every request carries unless the caller says otherwise, such as an API version.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// What the API's own errors mean; the first that fits counts.
    #[serde(default)]
    pub errors: Vec<ApiError>,
}

/// What an error of an API says about the credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// The token is over: a renewed one may work.
    Expired,
    /// The authorization was taken back.
    Revoked,
    /// Scopes are missing.
    Scopes,
    /// Too many requests.
    RateLimited,
    /// Nothing about the credential.
    Other,
}

/// An error of an API, by status, by a word in its JSON body, or by both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiError {
    /// HTTP status; `None`: any that is an error.
    #[serde(default)]
    pub status: Option<u16>,
    /// JSON pointer to the word.
    #[serde(default)]
    pub at: Option<String>,
    /// The word; a number is compared as it is written.
    #[serde(default)]
    pub is: Option<String>,
    /// What it means.
    pub means: Means,
}

impl ApiError {
    fn fits(&self, status: u16, body: &Value) -> bool {
        let said = |at: &str| match body.pointer(at)? {
            Value::String(text) => Some(text.clone()),
            value @ (Value::Number(_) | Value::Bool(_)) => Some(value.to_string()),
            _ => None,
        };
        // What somebody stores at a service is no word of the service's own about the credential:
        // an answer of success is judged only by a rule that names its status.
        self.status.map_or(status >= 400, |own| own == status)
            && match (&self.at, &self.is) {
                (Some(at), Some(word)) => said(at).as_ref() == Some(word),
                _ => true,
            }
    }
}

impl Api {
    /// What an answer says about the credential it was asked with, by the service's own words;
    /// `None` where it uses none. `body` is `null` where it is no JSON.
    #[must_use]
    pub fn own_error(&self, status: u16, body: &Value) -> Option<Means> {
        let own = self.errors.iter().find(|error| error.fits(status, body));
        own.map(|error| error.means)
    }

    /// What an answer says about the credential it was asked with; `None` where it is no error.
    #[must_use]
    pub fn means(&self, status: u16, body: &Value) -> Option<Means> {
        let own = self.own_error(status, body);
        if own.is_some() {
            return own;
        }
        match status {
            // RFC 6750 §3.1, RFC 6585 §4.
            401 => Some(Means::Expired),
            429 => Some(Means::RateLimited),
            400.. => Some(Means::Other),
            _ => None,
        }
    }
}

fn authorization() -> String {
    "Authorization".to_owned()
}

fn bearer() -> String {
    "Bearer {token}".to_owned()
}

/// Where the service tells whose account was authorized.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whoami {
    /// GET or POST.
    #[serde(default)]
    pub method: Method,
    /// Address template.
    pub url: String,
    /// Further headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// A JSON body, as it is sent.
    #[serde(default)]
    pub json: Option<String>,
    /// JSON pointer (RFC 6901) to the account's id, or `{answer.name}`.
    pub id: String,
    /// JSON pointer to its name.
    #[serde(default)]
    pub name: Option<String>,
    /// JSON pointer to its e-mail address.
    #[serde(default)]
    pub email: Option<String>,
}

/// A value that completes the templates: a subdomain, a region, a sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Name, as in `{name}`.
    pub name: String,
    /// What the person is asked.
    pub label: Text,
    /// What values look like.
    pub pattern: Pattern,
    /// Value where the connection has none.
    #[serde(default)]
    pub default: Option<String>,
    /// A value to show as an example, and to check the file with where there is no default.
    #[serde(default)]
    pub example: Option<String>,
    /// Whether the program fills it in by itself instead of asking.
    #[serde(default)]
    pub automatic: bool,
}

/// Whose client registration is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// The person registers a client at the provider and brings its ID.
    NeedsClient,
    /// A public client that the program knows. Built-in connectors only.
    BuiltIn {
        /// Its client ID.
        client_id: String,
    },
}

/// How often tokens may be renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// So many renewals
    pub refreshes: u32,
    /// in so many seconds.
    pub seconds: u32,
}

/// How one registers a client at the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// Where: the provider's console.
    pub url: String,
    /// Step by step.
    pub steps: Vec<Text>,
    /// Which redirect address the provider accepts.
    #[serde(default)]
    pub redirect: Option<SetupRedirect>,
}

/// The redirect addresses that a provider accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetupRedirect {
    /// `http://127.0.0.1` (RFC 8252 §7.3).
    Loopback,
    /// `http://localhost`, and not the address.
    Localhost,
    /// `https` only.
    Https,
}

/// A service one can connect to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connector {
    /// Identifier, and the stem of its file's name.
    pub id: String,
    /// The service's name; a proper name, the same in every language.
    pub name: String,
    /// Where the gallery lists it.
    pub category: String,
    /// One sentence.
    pub description: Text,
    /// What stands for it in lists.
    pub monogram: Monogram,
    /// Whether it is the practice service. Built-in connectors only.
    #[serde(default)]
    pub practice: bool,
    /// Whether it was tried against the real service. Built-in connectors only.
    #[serde(default)]
    pub verified: bool,
    /// Whether it is a payment service (R7).
    #[serde(default)]
    pub payment: bool,
    /// Where it is offered, where that is not everywhere (R8). Payment services only.
    #[serde(default)]
    pub offered_in: Option<OfferedIn>,
    /// The kinds of connection it offers (R9).
    pub kinds: Vec<Kind>,
    /// When it ended (R16).
    #[serde(default)]
    pub retired: Option<Retired>,
    /// The connector that followed it, where it is retired (R16).
    #[serde(default)]
    pub successor: Option<String>,
    /// OAuth 2.0 at this service.
    pub oauth: OAuth,
    /// Whether the provider's page may be shown in a web view window.
    #[serde(default)]
    pub webview: Webview,
    /// The scopes one can ask for.
    #[serde(default)]
    pub scopes: Vec<Scope>,
    /// Named choices of scopes.
    #[serde(default)]
    pub presets: Vec<Preset>,
    /// How its API is called.
    pub api: Api,
    /// Templates of the hosts that may receive a credential (R23).
    pub hosts: Vec<String>,
    /// Where it tells whose account was authorized.
    #[serde(default)]
    pub whoami: Option<Whoami>,
    /// Address template of a harmless GET that shows whether a credential works.
    #[serde(default)]
    pub verify: Option<String>,
    /// What completes the templates.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// Whose client registration is used.
    pub registration: Registration,
    /// How often tokens may be renewed.
    #[serde(default)]
    pub rate: Option<Rate>,
    /// How one registers a client at the provider.
    #[serde(default)]
    pub setup: Option<Setup>,
    /// Limits and lifetimes worth knowing.
    #[serde(default)]
    pub notes: Vec<Text>,
    /// Where these facts come from: addresses of public documents.
    #[serde(default)]
    pub sources: Vec<String>,
    /// A path below the API's base that is worth a first GET, such as `/contacts`.
    #[serde(default)]
    pub try_path: Option<String>,
    /// Whether it came from the home's folder instead of the program.
    #[serde(skip)]
    pub custom: bool,
}

impl Connector {
    /// The client ID the program brings along, where it does.
    #[must_use]
    pub fn built_in_client_id(&self) -> Option<&str> {
        match &self.registration {
            Registration::BuiltIn { client_id } => Some(client_id),
            Registration::NeedsClient => None,
        }
    }

    /// Whether this is one of the kinds of connection it offers.
    #[must_use]
    pub fn offers(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    /// R16: whether it is still served.
    ///
    /// # Errors
    /// [`tsunagi_domain::RefusalCode::ConnectorRetired`].
    pub fn served(&self, now: Timestamp) -> Result<(), Refusal> {
        let retired = self.retired.as_ref();
        let retired = retired.map(|retired| (retired.since, retired.date.as_str()));
        offer::served(&self.name, retired, now)
    }

    /// Where it is offered (R8); `None`: everywhere.
    #[must_use]
    pub fn places(&self) -> Option<Places<'_>> {
        self.offered_in.as_ref().map(|places| Places {
            data_centers: &places.data_centers,
            countries: &places.countries,
        })
    }

    /// The scopes that a new connection has chosen.
    pub fn default_scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes
            .iter()
            .filter(|scope| scope.default)
            .map(|scope| scope.name.as_str())
    }
}
