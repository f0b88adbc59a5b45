//! Services as data.
//!
//! This room turns connector files (one TOML file per service, checked against a JSON schema)
//! into [`Connector`]s, and a connector with a connection's settings into the addresses and
//! hosts that are really used ([`Resolved`]). What a service can do
//! ([`Operation`]) becomes a request, and its answer an outcome, here as well. What a person makes up in the builder, or brings
//! along as an OpenAPI document, is a [`Sketch`] until it is such a file. It may read the built-in
//! files compiled into it and the files of the home's `connectors/` folder. It never opens a
//! connection, never sees a secret, and decides nothing about members: whether a draft is accepted
//! is for others to say.

mod ask;
mod check;
mod connector;
mod currency;
mod draft;
mod import;
mod library;
mod lines;
mod load;
mod logo;
mod misread;
mod operations;
mod pattern;
mod resolve;
mod sketch;
mod why;

pub use ask::{Asked, Astray, Fared, Field, Given, Misfit, Outcome, PAGES_MAX, Site, Verdict};
pub use connector::{
    Among, Answered, Api, ApiError, Area, Attach, AuthKind, Body, ClientAuth, Connector, Described,
    Each, Good, GrantType, IDEMPOTENCY_KEY, Input, InputKind, KeyField, Keys, Link, Means, Method,
    Monogram, OAuth, OfferedIn, OfferedPlaces, Operation, Pace, Paging, Param, Parameter,
    PaymentState, Pkce, Pointers, Preset, Question, Rate, Registration, Repeat, Retired, Revoke,
    RevokeAuth, RevokeBody, Role, Sandbox, Scope, Setup, SetupRedirect, Since, States, Template,
    Text, TokenKind, Told, ToldBy, Verb, Webview, Wire,
};
pub use currency::minor_digits;
pub use draft::{DiffKind, DiffLine, Draft, diff, drafts, hash};
pub use import::{Choice, OpenApi, openapi};
pub use library::Library;
pub use load::Problem;
pub use logo::logo;
pub use misread::{FAULTS, Misread};
pub use pattern::Pattern;
pub use resolve::{AccountId, Resolved, ResolvedQuestion, fill};
pub use sketch::{Doubled, Finding, General, ID_MAX, Security, Sketch, Way, host_of};
pub use why::Why;

/// The JSON schema every connector file is checked against.
pub const SCHEMA: &str = include_str!("../connectors/connector.schema.json");
