//! The harness of the end-to-end tests.
//!
//! This room starts the real app on a home of its own and does with it what a person does: it
//! presses buttons by their accessible names ([`page`]), types into sign-in windows ([`desk`]),
//! opens the tray's menu ([`watcher`]), signs in in a browser of the system ([`browser`]). Beside the app stand servers that are not ours
//! ([`provider`]), that record ([`recorder`]) or that plant marked secrets ([`issuer`]). It never
//! reads the app's database and never reaches into the app's process: what a test asserts is what
//! a person, a server or a thief of files would see.

pub mod app;
pub mod areas;
pub mod browser;
pub mod canary;
pub mod connector;
pub mod desk;
pub mod issuer;
pub mod keyring;
pub mod page;
pub mod provider;
pub mod recorder;
pub mod steps;
pub mod trial;
pub mod wait;
pub mod watcher;

pub use app::App;
pub use browser::{Browser, SystemBrowser};
pub use page::{Page, Role};
pub use provider::Provider;
pub use recorder::Recorder;
pub use trial::Trial;
pub use wait::until;
