//! What a member can do, one module per screen.
//!
//! Every door (window, tray, later script and command line) calls this room and nothing below
//! it. It takes a [`Session`], asks `domain` whether that member may, asks the catalog and the
//! gateway to do it, tells the bell what changed, and answers with the shapes of [`views`]. It
//! may use every other room but `practice`, which the shell starts for it. It never sees a
//! token, never speaks SQL, and never opens a window: how a person is taken to a provider is the
//! [`agent::UserAgent`]'s business.

pub mod agent;
mod authorizations;
mod coding;
pub mod commands;
mod connection;
mod connections;
mod connectors;
mod console;
mod error;
mod flow;
mod home;
mod kept_sign_ins;
pub mod messages;
mod new_connection;
mod practice;
mod registrations;
mod revocations;
mod rows;
mod settings;
mod settling;
mod standing;
mod steering;
mod timeline;
pub mod tray;
mod trying;
mod unlock;
pub mod views;
mod welcome;

pub use console::{Console, OpenKeyring, Session, Surroundings};
pub use error::ConsoleError;
pub use tsunagi_domain::{
    Clock, ConnectionId, FlowId, KeptSignInId, Reach, RegistrationId, SystemClock,
};
pub use tsunagi_oauth::Verdict;
pub use tsunagi_vault::{KeyHolder, KeyringError, MemoryKeyHolder, platform_keyring};
