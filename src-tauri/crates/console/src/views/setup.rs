//! The New connection screen: gallery, connector, client registrations, the draft.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use tsunagi_domain::{ConnectionId, Kind, Mode, Reach, RegistrationId};

use super::{AccountView, AuthKind, Failure, ServiceMark};

/// A card of the gallery.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct GalleryEntry {
    /// Service.
    pub service: ServiceMark,
    /// One line about it.
    pub about: String,
    /// Category id, such as `practice` or `crm`; its name is `category.<id>`.
    pub category: String,
    /// How it is authorized.
    pub way: AuthKind,
    /// Kinds offered.
    pub kinds: Vec<Kind>,
    /// Tried against the live service.
    pub verified: bool,
    /// From a file of this workspace.
    pub custom: bool,
    /// Its place among the services used last, from 0; `None` where it is not one of them.
    pub recent: Option<u32>,
    /// What it is found by besides its name: other names, what it does and its category, in every
    /// language.
    pub words: String,
    /// Why it is not offered to this workspace.
    pub refused: Option<Failure>,
}

/// One scope.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ScopeView {
    /// As sent to the provider.
    pub name: String,
    /// What it allows, in words.
    pub about: String,
    /// Chosen at first.
    pub default: bool,
    /// The page that lists it; `None`: whoever wrote the connector says so.
    pub source: Option<String>,
}

/// A named choice of scopes.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PresetView {
    /// Identifier.
    pub id: String,
    /// Name.
    pub name: String,
    /// Its scopes.
    pub scopes: Vec<String>,
}

/// A parameter of the service, such as a subdomain.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ParameterView {
    /// Name in settings.
    pub name: String,
    /// Label.
    pub label: String,
    /// Regular expression a value must match as a whole.
    pub pattern: String,
    /// Value at first.
    pub default: Option<String>,
}

/// How a redirect address is formed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "form")]
pub enum RedirectForm {
    /// `http://127.0.0.1/callback/<id>`, any port at sign-in (RFC 8252 §7.3).
    LoopbackAnyPort,
    /// `http://127.0.0.1:<port>/callback/<id>`.
    LoopbackPort {
        /// The port.
        port: u16,
    },
    /// `http://localhost:<port>/callback/<id>`, for providers that take the name only.
    LocalhostPort {
        /// The port.
        port: u16,
    },
    /// `<base>/callback/<id>` on an https host, intercepted in the sign-in window.
    Intercepted {
        /// Such as `https://tsunagi.example`.
        base: String,
    },
}

/// A redirect address to register at the provider before the client ID is known.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RegistrationDraft {
    /// The registration's identifier, already part of the address.
    pub id: RegistrationId,
    /// The address to register.
    pub redirect_address: String,
}

/// A client registration.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RegistrationView {
    /// Identifier.
    pub id: RegistrationId,
    /// Connector id.
    pub connector: String,
    /// Name.
    pub name: String,
    /// Client ID (not a secret).
    pub client_id: String,
    /// A client secret is stored.
    pub has_secret: bool,
    /// Whether it came without the secret it had, which is to be entered here.
    pub secret_due: bool,
    /// The address registered at the provider.
    pub redirect_address: String,
    /// The client authorizes itself.
    pub for_clients: bool,
    /// Whoever signs in is sent back to the redirect address: not where a client authorizes
    /// itself, nor where a code that is entered elsewhere is the only way.
    pub sent_back: bool,
    /// Connections that use it.
    pub connections: u32,
}

/// A new client registration.
#[derive(Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NewRegistration {
    /// From the draft.
    pub id: RegistrationId,
    /// Connector id.
    pub connector: String,
    /// Name.
    pub name: String,
    /// Client ID.
    pub client_id: String,
    /// Client secret, where the provider gave one. Sealed at once, never sent back.
    pub client_secret: Option<String>,
    /// Form of the redirect address, as in the draft.
    pub redirect: RedirectForm,
}

/// A connector as *New connection* shows it.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorView {
    /// Service.
    pub service: ServiceMark,
    /// One line about it.
    pub about: String,
    /// Kinds offered.
    pub kinds: Vec<Kind>,
    /// Scopes.
    pub scopes: Vec<ScopeView>,
    /// Presets of scopes.
    pub presets: Vec<PresetView>,
    /// Parameters a person fills in.
    pub parameters: Vec<ParameterView>,
    /// Host of the sign-in page.
    pub host: String,
    /// Hosts the credential may go to.
    pub hosts: Vec<String>,
    /// A client registration must be brought.
    pub needs_registration: bool,
    /// Registrations there are.
    pub registrations: Vec<RegistrationView>,
    /// A key is typed in: nobody signs in, and no registration is needed.
    pub typed: bool,
    /// The client authorizes itself: nobody signs in.
    pub for_clients: bool,
    /// A code that is entered elsewhere is the only way to sign in: nobody is sent back here.
    pub by_code_alone: bool,
    /// Why the sign-in page opens in the system browser; `None` where the window is used.
    pub browser_because: Option<String>,
    /// Tried against the live service.
    pub verified: bool,
    /// From a file of this workspace.
    pub custom: bool,
    /// Name proposed for the connection.
    pub suggested_name: String,
    /// How one registers a client at the provider.
    pub setup: Option<SetupView>,
    /// Limits and lifetimes worth knowing.
    pub notes: Vec<String>,
    /// Public documents the connector was written from.
    pub sources: Vec<String>,
}

/// How one registers a client at the provider.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SetupView {
    /// The provider's console.
    pub url: String,
    /// Step by step.
    pub steps: Vec<String>,
    /// Which redirect address the provider accepts, where that is known.
    pub redirect: Option<RedirectKind>,
}

/// The redirect addresses that a provider accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RedirectKind {
    /// `http://127.0.0.1`.
    Loopback,
    /// `http://localhost` only.
    Localhost,
    /// `https` only.
    Https,
}

/// A suggestion while a name is typed.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NameCheck {
    /// Link name that would be given.
    pub link_name: String,
    /// What is wrong with the name.
    pub problem: Option<Failure>,
    /// What is wrong with the link name typed by hand.
    pub link_problem: Option<Failure>,
}

/// R21: an authorization that a new connection could use.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReuseOffer {
    /// The connection that has it.
    pub connection: ConnectionId,
    /// Its name.
    pub connection_name: String,
    /// Where it sits.
    pub reach: Reach,
    /// Who is authorized.
    pub account: AccountView,
}

/// A new connection.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NewConnection {
    /// Name (R19).
    pub name: String,
    /// Link name (R19); `None` takes the suggestion.
    pub link_name: Option<String>,
    /// Connector id.
    pub connector: String,
    /// Admin or logged-in user.
    pub kind: Kind,
    /// Same authorization for all environments, or one per environment.
    pub mode: Mode,
    /// Scopes to ask for.
    pub scopes: Vec<String>,
    /// Client registration, where the connector needs one.
    pub registration: Option<RegistrationId>,
    /// Parameter values.
    pub settings: std::collections::BTreeMap<String, String>,
    /// R21: take this connection's authorization instead of signing in.
    pub reuse: Option<ConnectionId>,
}
