//! What a connector says about its service.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
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
}

/// OAuth 2.0 at this service. Addresses are templates with `{parameter}` in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuth {
    /// Authorization endpoint.
    pub authorize: String,
    /// Token endpoint.
    pub token: String,
    /// Revocation endpoint (RFC 7009).
    #[serde(default)]
    pub revoke: Option<String>,
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
    pub authorize_params: BTreeMap<String, String>,
    /// Further parameters of the code exchange.
    #[serde(default)]
    pub token_params: BTreeMap<String, String>,
    /// Further parameters of a refresh.
    #[serde(default)]
    pub refresh_params: BTreeMap<String, String>,
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
    /// Fields of a token answer or callback that name a host to use from then on. Each must
    /// match `hosts` (R23).
    #[serde(default = "answered_hosts")]
    pub answered_hosts: Vec<String>,
    /// Further fields of a token answer or callback to keep. Never secrets.
    #[serde(default)]
    pub keep: Vec<String>,
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

fn answered_hosts() -> Vec<String> {
    ["api_domain", "instance_url", "accounts-server"]
        .map(str::to_owned)
        .to_vec()
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
    /// Value of the `Authorization` header, with `{token}` in it.
    #[serde(default = "bearer")]
    pub header: String,
}

fn bearer() -> String {
    "Bearer {token}".to_owned()
}

/// Where the service tells whose account was authorized.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whoami {
    /// Address template, asked with GET.
    pub url: String,
    /// JSON pointer (RFC 6901) to the account's id.
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
