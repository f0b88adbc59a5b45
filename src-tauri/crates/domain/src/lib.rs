//! Words and decisions.
//!
//! This room holds the vocabulary every other room speaks (members, connections, slots,
//! authorizations, health) and the decisions of the product's rules R1 to R23, each one a pure
//! function. It touches nothing: no file, no network, no clock (time is an argument), no other
//! crate of this workspace. It never stores, sends or formats anything for a screen; a refusal
//! leaves here as a code with arguments, and the doors turn it into a sentence.

pub mod access;
pub mod account;
pub mod application;
pub mod connection;
pub mod crowding;
pub mod custody;
pub mod drift;
pub mod environment;
pub mod flow;
pub mod freshness;
pub mod gate;
pub mod health;
pub mod hosts;
pub mod idle;
pub mod ids;
pub mod impact;
pub mod ladder;
pub mod member;
pub mod names;
pub mod need;
pub mod offer;
pub mod passphrase;
pub mod primary;
pub mod readers;
pub mod refusal;
pub mod repeat;
pub mod replace;
pub mod reshape;
pub mod resolution;
pub mod retention;
pub mod roles;
pub mod seen;
pub mod system;
pub mod time;
pub mod verification;
pub mod workspace;

pub use account::Account;
pub use application::{Application, Edition};
pub use connection::{Connection, Kind, Mode};
pub use environment::{Environment, Reach};
pub use health::{Health, NotConnected};
pub use ids::{
    ApplicationId, AuthorizationId, ConnectionId, EventId, ExecutionId, FlowId, ItemId,
    KeptSignInId, MemberId, RecordId, RegistrationId, RunId, SlotId, UseId, WorkspaceId,
};
pub use member::{Member, Role};
pub use need::Need;
pub use refusal::{Refusal, RefusalCode};
pub use seen::Seen;
pub use time::{Clock, SystemClock, Timestamp};
pub use workspace::{DataCenter, Plan, Workspace};
