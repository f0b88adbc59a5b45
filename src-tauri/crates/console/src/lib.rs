//! What a member can do, one module per screen.
//!
//! Every door (window, tray, later script and command line) calls this room and nothing below
//! it. It takes a [`Session`], asks `domain` whether that member may, asks the catalog and the
//! gateway to do it, tells the bell what changed, and answers with the shapes of [`views`]. It
//! may use every other room but `practice`, which the shell starts for it. It never sees a
//! token, never speaks SQL, and never opens a window: how a person is taken to a provider is the
//! [`agent::UserAgent`]'s business.

mod activity;
pub mod agent;
mod applications;
mod archive;
mod authorizations;
mod availability;
mod backups;
mod blocking;
mod builder;
mod calling;
mod coding;
pub mod commands;
mod connection;
mod connections;
mod connectors;
mod console;
mod crowding;
mod damage;
mod data_sources;
mod definitions;
mod deleting;
mod drifting;
mod editing;
mod error;
mod exporting;
mod flow;
mod guard;
mod home;
mod impacts;
mod inventory;
mod items;
mod kept_sign_ins;
mod keys;
mod live;
pub mod log;
mod managing;
mod members;
pub mod messages;
mod new_connection;
mod own_accounts;
mod panels;
mod passphrases;
mod practice;
mod primaries;
mod recovery;
mod registrations;
mod restoring;
mod retention;
mod revocations;
mod rotation;
mod rows;
mod schedules;
mod sending;
mod services;
mod session;
mod settings;
mod settling;
mod standing;
mod steering;
mod switching;
mod system;
mod tasks;
mod templates;
mod timeline;
pub mod tray;
mod trying;
mod typing;
mod unlock;
mod uses;
pub mod views;
mod welcome;
mod work;
mod workflows;

pub use console::{Console, OpenKeyring, Session, Surroundings};
pub use damage::{DAMAGED, check_backup, set_aside};
pub use error::ConsoleError;
pub use retention::Forgotten;
pub use rotation::RotationStep;
pub use tsunagi_areas::call::Language as CodeLanguage;
pub use tsunagi_areas::schedule::When as ScheduleWhen;
pub use tsunagi_areas::workflow::{Does as WorkflowDoes, Values as FormValues};
pub use tsunagi_connectors::{Choice, Finding, OpenApi, Security, Sketch, Way};
pub use tsunagi_domain::account::AccountAnswer;
pub use tsunagi_domain::application::Component;
pub use tsunagi_domain::system::Cause;
pub use tsunagi_domain::{
    ApplicationId, Clock, ConnectionId, Edition, Environment, ExecutionId, FlowId, ItemId,
    KeptSignInId, MemberId, Reach, RecordId, RegistrationId, Role, SystemClock, Timestamp,
};
pub use tsunagi_oauth::Verdict;
pub use tsunagi_vault::{KeyHolder, KeyringError, MemoryKeyHolder, platform_keyring};
