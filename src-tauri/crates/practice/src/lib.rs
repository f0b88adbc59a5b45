//! The practice service: an OAuth 2.1 authorization server and a small API of contacts on a
//! loopback port of this computer, in the program's own process.
//!
//! This room exists so that a person can learn, and a test can show, what a connection is without
//! an account anywhere: a sign-in page, a consent page, rotating tokens, revocation, and faults on
//! demand. Beside its own wire it speaks those of Zoho Recruit, Zoho Cliq, Salesforce, Twilio and
//! PayPal, so that what works with them can be tried here. It may touch one TCP port on 127.0.0.1
//! and one file of its own. It never reaches the network, never listens on another address, never
//! reads the program's catalog or vault, knows no other crate of this workspace, and protects
//! nothing of value: whoever sits at the keyboard may sign in as anyone. Every page says so.

mod accounts;
mod api;
mod authorize;
mod device;
mod devices;
mod error;
mod faults;
mod grants;
mod key;
mod metadata;
mod pages;
mod params;
mod secrets;
mod server;
mod sessions;
mod state;
mod store;
mod tickets;
mod token;
mod wire;
mod words;

pub use accounts::{ACCOUNTS, Account};
pub use error::PracticeError;
pub use faults::{Fault, Faults, HUGE_BYTES};
pub use server::{Clock, Config, Practice};
pub use wire::twilio::ACCOUNT_SID;

/// The one client this service knows: a public client (no secret), PKCE S256 mandatory.
pub const CLIENT_ID: &str = "tsunagi-practice";

/// What is typed in where the wire of a service wants a secret: the Auth Token of Twilio, the client
/// secret of PayPal. It protects nothing; the practice page and the connectors tell it, and another
/// one is refused as a wrong one is at the service.
pub const PASSWORD: &str = "nothing-to-protect";

/// Every scope this service grants, in the order the consent page lists them.
///
/// `openid`, `profile`, `email` and `offline_access` are those of OpenID Connect Core 1.0
/// (sections 3.1.2.1, 5.4 and 11); a refresh token is issued only with `offline_access`.
pub const SCOPES: [&str; 6] = [
    "openid",
    "profile",
    "email",
    "offline_access",
    "contacts.read",
    "contacts.write",
];
