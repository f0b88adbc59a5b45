//! The protocol.
//!
//! This room speaks OAuth 2.0 and OpenID Connect: it builds authorization requests, pushes
//! them where a service takes that, recognizes and reads their callbacks, exchanges codes, waits for an answer on another device, lets a client
//! authorize itself, renews and revokes tokens, checks ID tokens, compares a provider's metadata
//! with its connector, finds out from an issuer's address what a connector of it would say, and
//! listens on loopback for a system browser's callback. It may reach the token, revocation, device
//! authorization, pushed request, metadata and key addresses of a resolved connector, the two addresses where an
//! issuer describes itself, and nothing else. It never calls a service's API (`gateway` does),
//! never stores anything, and never lets a secret into an error, a log or a timeline: what it tells
//! about its requests is redacted here, in [`Wire`].
//!
//! Standards: RFC 6749, 6750, 7009, 7636, 8252, 8414, 8628, 9126, 9207, 9700; OpenID Connect Core 1.0 and
//! Discovery 1.0.

mod answer;
mod attempt;
mod callback;
mod device;
mod discovery;
mod error;
mod http;
mod identity;
mod listener;
mod metadata;
mod pushed;
mod revoke;
mod secret;
mod signed;
mod token;
mod wire;

pub use answer::retry_after;
pub use attempt::{Ask, Attempt, Verdict, begin, paste};
pub use callback::{Code, read_callback};
pub use device::{Device, begin_device, poll_device};
pub use discovery::{Discovered, discover};
pub use error::{OAuthError, Unreachable};
pub use http::{Http, Limits, attachment, constant_headers};
pub use identity::Identity;
pub use listener::{Listener, Pages};
pub use metadata::{Metadata, check_metadata, fetch_metadata};
pub use pushed::push;
pub use revoke::{Revoked, TokenHint, revoke};
pub use secret::Secret;
pub use token::{Client, Tokens, client_credentials, exchange, hosts_answered, refresh};
pub use wire::{Wire, WireField, WireLine, redacted};

/// What every fallible function of this room returns.
pub type Result<T> = std::result::Result<T, OAuthError>;
