//! What a connector says about its service.

mod answered;
mod api;
mod areas;
mod keys;
mod oauth;
mod offered;
mod operations;
mod pkce;
mod revoke;
mod scopes;
mod wire;

use serde::{Deserialize, Serialize};
use tsunagi_domain::offer::{self, Places};
use tsunagi_domain::{Kind, Refusal, RefusalCode, Timestamp};

use crate::Pattern;

pub use answered::{Answered, ToldBy};
pub use api::{Api, ApiError, Good, Means, Method, Question};
pub use areas::Area;
pub use keys::{Attach, KeyField, Keys};
pub(crate) use oauth::NONE;
pub use oauth::{Body, ClientAuth, GrantType, OAuth, Param};
pub use offered::{OfferedIn, OfferedPlaces};
pub use operations::{
    Among, Described, Each, IDEMPOTENCY_KEY, Input, InputKind, Link, Operation, Paging,
    PaymentState, Pointers, Repeat, Role, Sandbox, Since, States, Template, Told, Verb,
};
pub use pkce::Pkce;
pub use revoke::{Revoke, RevokeAuth, RevokeBody, TokenKind};
pub use scopes::{Preset, Scope, Webview};
pub use wire::{AuthKind, Wire};

/// A sentence in the languages of the program. It lives with the connector, not with the
/// messages of the screens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "LocalText"))]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// English.
    pub en: String,
    /// Japanese.
    pub ja: String,
}

/// What stands for the service in lists: a letter or two on a colored ground.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
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

/// A value that completes the templates: a subdomain, a region, a sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Name, as in `{name}`.
    pub name: String,
    /// What the person is asked.
    pub label: Text,
    /// What values look like.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
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
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// None: the person types a key in.
    #[default]
    NotNeeded,
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

/// How fast requests may follow each other, with one authorization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    /// So many requests
    pub requests: u32,
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
    /// What it is called besides, for those who look for it: a reading in another script, a
    /// former name.
    #[serde(default)]
    pub also: Vec<String>,
    /// Where the gallery lists it.
    pub category: String,
    /// One sentence.
    pub description: Text,
    /// What stands for it in lists.
    pub monogram: Monogram,
    /// A picture that stands for it: PNG in base64 (see [`crate::logo`]). Custom connectors only.
    #[serde(default)]
    pub logo: Option<String>,
    /// Whether it is the practice service. Built-in connectors only.
    #[serde(default)]
    pub practice: bool,
    /// Whether it was tried against the real service. Built-in connectors only.
    #[serde(default)]
    pub verified: bool,
    /// Whether it is known how the service is spoken to.
    #[serde(default)]
    pub wire: Wire,
    /// Whether it is a payment service (R7).
    #[serde(default)]
    pub payment: bool,
    /// Where it can be used, where that is not everywhere: see [`Connector::areas`].
    #[serde(default)]
    pub areas: Vec<Area>,
    /// Where it is offered (R8); `None`: no page of it says, or it is no payment service.
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
    /// OAuth 2.0 at this service; it has this or `keys`, and never both.
    #[serde(default)]
    pub oauth: Option<OAuth>,
    /// What a person types in, in place of OAuth.
    #[serde(default)]
    pub keys: Option<Keys>,
    /// Whether the provider's page may be shown in a web view window.
    #[serde(default)]
    pub webview: Webview,
    /// The scopes one can ask for.
    #[serde(default)]
    pub scopes: Vec<Scope>,
    /// The page that lists the scopes, but for those that name one of their own.
    #[serde(default)]
    pub scope_source: Option<String>,
    /// Named choices of scopes.
    #[serde(default)]
    pub presets: Vec<Preset>,
    /// How its API is called.
    #[serde(default)]
    pub api: Api,
    /// Templates of the hosts that may receive a credential (R23).
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Where it tells whose account was authorized.
    #[serde(default)]
    pub whoami: Option<Question>,
    /// A harmless request that shows whether a credential works, where `whoami` is not the one.
    #[serde(default)]
    pub verify: Option<Question>,
    /// What completes the templates.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// Whose client registration is used.
    #[serde(default)]
    pub registration: Registration,
    /// How often tokens may be renewed.
    #[serde(default)]
    pub rate: Option<Rate>,
    /// How fast requests may follow each other.
    #[serde(default)]
    pub pace: Option<Pace>,
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
    /// What the service can do. Of a connector of the program, see [`Connector::operations`]: they
    /// are in files of their own, and read when somebody asks for them.
    #[serde(default)]
    pub operations: Vec<Operation>,
    /// Whether it came from the home's folder instead of the program.
    #[serde(skip)]
    pub custom: bool,
}

impl Connector {
    /// OAuth at this service; with no address and nothing of its own where it has none.
    #[must_use]
    pub fn oauth(&self) -> &OAuth {
        self.oauth.as_ref().unwrap_or(&NONE)
    }

    /// Whether its client authorizes itself, and nobody signs in (RFC 6749 §4.4).
    #[must_use]
    pub fn is_for_clients(&self) -> bool {
        self.oauth().grant == GrantType::ClientCredentials
    }

    /// Whether a person signs in and this program opens no page for it: a code that is entered on
    /// any device is the only way (RFC 8628).
    #[must_use]
    pub fn is_by_code_alone(&self) -> bool {
        let oauth = self.oauth();
        !self.is_for_clients() && oauth.authorize.is_none() && oauth.device.is_some()
    }

    /// Parameters that connections made before may still have, and that the service's answers
    /// took the place of. Nobody sets them any more.
    pub fn former_parameters(&self) -> impl Iterator<Item = &str> {
        let answers = self.oauth().answers.iter();
        answers.filter_map(|answer| answer.told_by.as_ref()?.setting.as_deref())
    }

    /// The request that shows whether a credential works, and whose it is as far as the service
    /// tells.
    #[must_use]
    pub fn question(&self) -> Option<&Question> {
        self.whoami.as_ref().or(self.verify.as_ref())
    }

    /// The client ID the program brings along, where it does.
    #[must_use]
    pub fn built_in_client_id(&self) -> Option<&str> {
        match &self.registration {
            Registration::BuiltIn { client_id } => Some(client_id),
            Registration::NeedsClient | Registration::NotNeeded => None,
        }
    }

    /// Whether this is one of the kinds of connection it offers.
    #[must_use]
    pub fn offers(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    /// That it is known how the service is spoken to.
    ///
    /// # Errors
    /// [`RefusalCode::WireUnknown`].
    pub fn spoken(&self) -> Result<(), Refusal> {
        match self.wire {
            Wire::Known => Ok(()),
            Wire::Unknown => {
                Err(Refusal::new(RefusalCode::WireUnknown).with("service", &*self.name))
            }
        }
    }

    /// In one word, how it is authorized.
    #[must_use]
    pub fn way(&self) -> AuthKind {
        match (self.wire, &self.keys) {
            (Wire::Unknown, _) => AuthKind::Unknown,
            (Wire::Known, Some(_)) => AuthKind::Key,
            (Wire::Known, None) if self.is_for_clients() => AuthKind::Client,
            (Wire::Known, None) => AuthKind::SignIn,
        }
    }

    /// Where it can be used: what its file says, else payments for a payment service, else
    /// everywhere that does not ask for a kind of service.
    #[must_use]
    pub fn areas(&self) -> &[Area] {
        match &self.areas[..] {
            [] if self.payment => &[Area::Payment],
            [] => &Area::GENERAL,
            said => said,
        }
    }

    /// R16: whether it is still served, and can be at all.
    ///
    /// # Errors
    /// [`RefusalCode::ConnectorRetired`], [`RefusalCode::WireUnknown`].
    pub fn served(&self, now: Timestamp) -> Result<(), Refusal> {
        self.spoken()?;
        let retired = self.retired.as_ref();
        let retired = retired.map(|retired| (retired.since, retired.date.as_str()));
        offer::served(&self.name, retired, now)
    }

    /// The only places it is offered in (R8); `None`: nothing keeps it from any place.
    #[must_use]
    pub fn places(&self) -> Option<Places<'_>> {
        let places = self.offered_in.as_ref()?.places()?;
        Some(Places {
            data_centers: &places.data_centers,
            countries: &places.countries,
        })
    }

    /// The page that lists a scope of it; `None`: whoever wrote the connector says so.
    #[must_use]
    pub fn listed_at<'a>(&'a self, scope: &'a Scope) -> Option<&'a str> {
        scope.source.as_deref().or(self.scope_source.as_deref())
    }

    /// Every document that it names, each once: its sources, then pages that list scopes.
    #[must_use]
    pub fn documents(&self) -> Vec<&str> {
        let pages = self.scopes.iter().filter_map(|scope| self.listed_at(scope));
        let mut documents: Vec<&str> = Vec::new();
        for one in self.sources.iter().map(String::as_str).chain(pages) {
            if !documents.contains(&one) {
                documents.push(one);
            }
        }
        documents
    }

    /// The scopes that a new connection has chosen.
    pub fn default_scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes
            .iter()
            .filter(|scope| scope.default)
            .map(|scope| scope.name.as_str())
    }
}
