//! *Send test*: a text message or a payment that is sent by hand.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use tsunagi_areas::task::Task;
use tsunagi_domain::{ApplicationId, ConnectionId, Environment};

use super::{ApplicationMark, Failure, LiveRow, ServiceMark};

/// What is sent. Its words are those of the areas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SendKind {
    /// Text messages.
    Sms,
    /// Payments.
    Payment,
}

/// Whether money moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Stakes {
    /// The service's sandbox: it does not.
    Sandbox,
    /// It does.
    Live,
    /// Nothing tells; who cannot tell takes it for live.
    Unknown,
}

/// What an application can send with, in one environment.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SendView {
    /// The application.
    pub application: ApplicationMark,
    /// The connections it may use for that, by name.
    pub connections: Vec<SendConnection>,
    /// Services for that which nobody can send with, by name.
    pub unspoken: Vec<UnspokenService>,
    /// The acting member may send (R1, R2).
    pub may_manage: bool,
}

/// A connection that one can send with.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SendConnection {
    /// The connection, and what of it would be used for the acting member (R6, R9).
    pub seat: LiveRow,
    /// Whether money moves there; of text messages nobody says it.
    pub stakes: Option<Stakes>,
    /// Why nothing is sent with it at all (R7, R8, R16).
    pub refused: Option<Failure>,
}

/// A service of which no source says how it is spoken to.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UnspokenService {
    /// The service.
    pub service: ServiceMark,
    /// What is known of it.
    pub notes: Vec<String>,
}

/// What is sent, and with what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SendDraft {
    /// What.
    pub kind: SendKind,
    /// For which application.
    pub application: ApplicationId,
    /// In which environment.
    pub environment: Environment,
    /// With what.
    pub connection: ConnectionId,
    /// The operation, and what it is given.
    pub task: Task,
    /// What whoever pressed was told of the stakes: where it is otherwise by now, nothing is sent.
    pub stakes: Option<Stakes>,
}
