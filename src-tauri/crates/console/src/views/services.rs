//! A service's own page: what it needs, what it holds back, and where that is written.

use serde::Serialize;
use ts_rs::TS;
use tsunagi_domain::{Kind, Plan};

use super::{
    DataCenterView, Failure, ParameterView, PresetView, RedirectKind, ScopeView, ServiceMark,
    SetupView,
};

/// In one word, how a service is authorized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AuthKind {
    /// A person signs in.
    SignIn,
    /// A client authorizes itself: nobody signs in.
    Client,
    /// A person types a key in.
    Key,
    /// No source says how.
    Unknown,
}

/// A service's page.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ServiceView {
    /// Service.
    pub service: ServiceMark,
    /// One line about it.
    pub about: String,
    /// What it is called besides.
    pub also: Vec<String>,
    /// Category id; its name is `category.<id>`.
    pub category: String,
    /// How it is authorized.
    pub way: AuthKind,
    /// Kinds offered.
    pub kinds: Vec<Kind>,
    /// Areas served; the name of each is `area.<id>`.
    pub areas: Vec<String>,
    /// Tried against the live service.
    pub verified: bool,
    /// From a file of this workspace.
    pub custom: bool,
    /// A payment service: one connection, and admin only (R7).
    pub payment: bool,
    /// Why no connection to it can be made here and now.
    pub refused: Option<Failure>,
    /// Where it is offered.
    pub offered: OfferedView,
    /// That it ended, or will.
    pub retired: Option<RetiredView>,
    /// How a person or a client signs in, where that is the way.
    pub sign_in: Option<SignInView>,
    /// What is typed in, where that is the way.
    pub keys: Option<ServiceKeys>,
    /// Parameters a person fills in.
    pub parameters: Vec<ParameterView>,
    /// Scopes.
    pub scopes: Vec<ScopeView>,
    /// Presets of scopes.
    pub presets: Vec<PresetView>,
    /// Where API requests go: an address, its parameters in braces. Empty where that is unknown.
    pub api: String,
    /// Hosts the credential may go to (R23).
    pub hosts: Vec<String>,
    /// How one registers a client at the provider, or comes by a key.
    pub setup: Option<SetupView>,
    /// Limits and lifetimes worth knowing.
    pub notes: Vec<String>,
    /// Public documents the connector was written from, those that list its scopes among them.
    pub sources: Vec<String>,
}

/// Where a service is offered (R1, R8).
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OfferedView {
    /// The workspace's plan.
    pub plan: Plan,
    /// The workspace's data center.
    pub data_center: String,
    /// Every data center there is, and whether the service is offered there.
    pub data_centers: Vec<DataCenterView>,
    /// How much its pages say of the countries.
    pub known: OfferedKnown,
    /// The only countries it is offered in, where its pages list them.
    pub countries: Vec<String>,
    /// The workspace's country.
    pub country: Option<String>,
}

/// How much the pages of a service say of the countries it is offered in (R8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OfferedKnown {
    /// In all: they say so, or it is no payment service.
    Everywhere,
    /// In those they list, and no other.
    Listed,
    /// They do not say, or not completely: it is refused nowhere.
    Unstated,
}

/// What is known of PKCE with S256 at a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PkceView {
    /// Used: its pages say that it takes it.
    Supported,
    /// Not used: its pages say that it does not take it from such a client.
    Refused,
    /// Not used: its pages do not speak of it.
    Undocumented,
    /// Used, though the connector's file does not say whether the service takes it.
    Unsaid,
}

/// The end of a service (R16).
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RetiredView {
    /// The day (UTC), as `YYYY-MM-DD`.
    pub date: String,
    /// It has come.
    pub over: bool,
    /// The service that followed.
    pub successor: Option<ServiceMark>,
}

/// How one is authorized by OAuth.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SignInView {
    /// Where a person signs in; `None` where a client authorizes itself, or where a code that is
    /// entered elsewhere is the only way.
    pub authorize: Option<String>,
    /// Where tokens come from.
    pub token: String,
    /// Whose client registration: `true` where a person brings one.
    pub needs_registration: bool,
    /// A client secret goes along.
    pub secret: bool,
    /// PKCE with S256; `None` where no page of the service is opened.
    pub pkce: Option<PkceView>,
    /// Which redirect address the provider accepts, where that is known.
    pub redirect: Option<RedirectKind>,
    /// Why the sign-in page opens in the system browser; `None` where the window is used.
    pub browser_because: Option<String>,
    /// It can be authorized by a code on another device.
    pub device: bool,
    /// How long an access token lasts, in seconds, where no answer says.
    pub token_seconds: Option<f64>,
    /// How long a refresh token lasts, in seconds, where no answer says.
    pub refresh_seconds: Option<f64>,
    /// A refresh replaces the refresh token.
    pub rotates: bool,
    /// How long a replaced refresh token still works, in seconds.
    pub grace_seconds: Option<u32>,
    /// It can be taken back at the service.
    pub revocable: bool,
    /// So many renewals
    pub rate_refreshes: Option<u32>,
    /// in so many seconds.
    pub rate_seconds: Option<u32>,
}

/// What is typed in.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ServiceKeys {
    /// Its fields.
    pub fields: Vec<ServiceKey>,
    /// How it goes with each request.
    pub attached: Vec<Attached>,
}

/// One field.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ServiceKey {
    /// What the person is asked.
    pub label: String,
    /// Where the person finds it.
    pub help: Option<String>,
    /// It is a secret.
    pub secret: bool,
}

/// One way in which a key goes with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Attached {
    /// Where.
    pub place: AttachedPlace,
    /// Name of the header, parameter or field.
    pub name: Option<String>,
}

/// Where a key goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AttachedPlace {
    /// A header.
    Header,
    /// The query of the address.
    Query,
    /// A field of the form that is the body.
    Form,
    /// HTTP Basic.
    Basic,
}
