//! Invoke URL: calls that are kept, and what they may go through.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use tsunagi_areas::call::{Call, Method};
use tsunagi_domain::{ApplicationId, ConnectionId, Environment, ItemId, Timestamp};

use super::{ApplicationMark, ConnectionMark, Failure, LiveRow};

/// The calls of an application in one environment.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CallsView {
    /// The application.
    pub application: ApplicationMark,
    /// The calls, by name.
    pub calls: Vec<CallRow>,
    /// What a call may go through there, by name.
    pub connections: Vec<CallConnection>,
    /// The acting member may keep and delete calls (R1, R2).
    pub may_manage: bool,
}

/// A call in the list.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CallRow {
    /// Its identifier.
    pub id: ItemId,
    /// What it is called.
    pub name: String,
    /// Method; `None` where the call cannot be read.
    pub method: Option<Method>,
    /// Path or address; empty where the call cannot be read.
    pub target: String,
    /// What it goes through; `None` where that cannot be read.
    pub connection: Option<ConnectionMark>,
    /// When it was stored last.
    pub changed_at: Timestamp,
    /// Why nobody can send it now.
    pub stopped: Option<Failure>,
}

/// A connection that a call may go through.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CallConnection {
    /// The connection, and what of it would be used for the acting member (R6, R9).
    pub seat: LiveRow,
    /// The address that paths go below; empty where only the service can say it.
    pub api_base: String,
    /// A path worth a first request.
    pub try_path: Option<String>,
}

/// A call as it is edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CallDraft {
    /// Which call; `None` for one that is not kept yet.
    pub id: Option<ItemId>,
    /// The version that is edited.
    pub version: Option<u64>,
    /// The application it belongs to.
    pub application: ApplicationId,
    /// In which environment.
    pub environment: Environment,
    /// What it is called; empty for one that is not kept yet.
    pub name: String,
    /// What it goes through.
    pub connection: Option<ConnectionId>,
    /// What is sent.
    pub call: Call,
}

/// One request that was made by hand.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CallRecord {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub who: String,
    /// Method.
    pub method: String,
    /// Host; empty where nothing was sent.
    pub host: String,
    /// Path, without the query: that is not kept.
    pub path: String,
    /// HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// Why there was none.
    pub refused: Option<Failure>,
    /// How long it took, in milliseconds.
    pub millis: u64,
    /// Size of the answer's body, in bytes.
    pub bytes: u64,
}
