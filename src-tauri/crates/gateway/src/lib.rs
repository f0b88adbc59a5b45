//! The one way out.
//!
//! Every request to a service goes through this room: it chooses the slot or refuses (the
//! decision is `domain`'s), keeps the credential fresh, attaches it as the connector says, sends,
//! and records the run. It may read and write the catalog, open sealed credentials with the
//! vault, and ask `oauth` to renew them. It is the only room that attaches a credential to an API
//! request, who-am-I and verification included (R4). It never hands a credential to a caller,
//! never sends one to a host that its connector does not list (R23), and never decides who may
//! do what.

mod answered;
mod attach;
mod credential;
mod doubt;
mod echo;
mod error;
mod flights;
mod fresh;
mod gate;
mod keys;
mod learning;
mod noted;
mod outgoing;
mod pace;
mod pass;
mod place;
mod readers;
mod ready;
mod record;
mod renewal;
mod revoking;
mod send;
mod site;
mod specimen;
mod stream;
mod verify;
mod whoami;

pub use credential::Grant;
pub use error::GateError;
pub use gate::{Gateway, Limits};
pub use keys::Keys;
pub use record::Recorder;
pub use send::{Answer, Call, Repeat, Request};
pub use site::{Door, Site};
pub use specimen::Specimen;
pub use stream::{Bounds, Streamed};
pub use whoami::Arrived;
