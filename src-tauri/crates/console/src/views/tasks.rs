//! Integration tasks: what services can do, and one of it that is kept.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;
use tsunagi_areas::task::Task;
use tsunagi_connectors::{InputKind, PaymentState, Repeat, Role};
use tsunagi_domain::{ApplicationId, ConnectionId, Environment, ItemId, Timestamp};

use super::{ApplicationMark, ConnectionMark, Failure, LiveRow, ServiceMark, TryAnswer};

/// The tasks of an application in one environment.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TasksView {
    /// The application.
    pub application: ApplicationMark,
    /// The tasks, by name.
    pub tasks: Vec<TaskRow>,
    /// What a task may go through there, by name.
    pub connections: Vec<LiveRow>,
    /// Services whose connection a task may leave out (R5).
    pub services: Vec<TaskService>,
    /// The acting member may keep, run and delete tasks (R1, R2).
    pub may_manage: bool,
}

/// A task in the list.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TaskRow {
    /// Its identifier.
    pub id: ItemId,
    /// What it is called.
    pub name: String,
    /// What it does; empty where that cannot be read, or the service cannot do it any more.
    pub operation: String,
    /// What it goes through; `None` where that cannot be read.
    pub connection: Option<ConnectionMark>,
    /// When it was stored last.
    pub changed_at: Timestamp,
    /// Why nobody can run it now.
    pub stopped: Option<Failure>,
}

/// A service that a task may ask without choosing a connection (R5).
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TaskService {
    /// The service.
    pub service: ServiceMark,
    /// Its system connection, where there is one.
    pub connection: Option<ConnectionMark>,
    /// Why it is not offered here.
    pub refused: Option<Failure>,
}

/// Something a service can do.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OperationView {
    /// Its identifier.
    pub id: String,
    /// What it does.
    pub label: String,
    /// What it is for, where an area has a use for that.
    pub role: Option<Role>,
    /// What one gives it.
    pub inputs: Vec<InputView>,
    /// Whether it may be sent again where its answer was lost.
    pub repeat: Repeat,
    /// Scopes that it needs and the connection was not granted, each entry with its alternatives.
    pub scopes_missing: Vec<Vec<String>>,
    /// Limits and surprises worth knowing.
    pub notes: Vec<String>,
    /// The page that describes it.
    pub source: Option<String>,
}

/// What one gives an operation.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct InputView {
    /// Its name.
    pub name: String,
    /// What the person is asked.
    pub label: String,
    /// What its values are.
    pub kind: InputKind,
    /// Whether it has to be given.
    pub required: bool,
    /// What it is where it is not given.
    #[ts(type = "unknown")]
    pub default: Option<Value>,
    /// A value to show as an example.
    #[ts(type = "unknown")]
    pub example: Option<Value>,
    /// The only values there are; of an amount, its currencies.
    pub choices: Vec<String>,
    /// The most: characters of a text, entries of a list, or the number itself.
    pub most: Option<u64>,
}

/// A task as it is edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TaskDraft {
    /// Which task; `None` for one that is not kept yet.
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
    /// The service, where the connection is left out: then it is the system connection (R5).
    pub service: Option<String>,
    /// What is done.
    pub task: Task,
}

/// Whether a task was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TaskVerdict {
    /// All of it.
    Done,
    /// Some records, and others not.
    Partly,
    /// Nothing of it.
    Refused,
    /// Nobody knows: it has to be looked at there.
    Unclear,
}

/// How one record fared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TaskRecord {
    /// Whether all went well.
    pub good: bool,
    /// Its id at the service.
    pub id: Option<String>,
    /// What the service says of it.
    pub message: Option<String>,
}

/// What came of a task.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TaskDone {
    /// What it went through.
    pub connection: ConnectionMark,
    /// Whether that came into being for it just now (R5).
    pub made: bool,
    /// Whether it was done; `None` where the gate refused, or there was no answer.
    pub verdict: Option<TaskVerdict>,
    /// The id of what was made, or of the first record that was.
    pub id: Option<String>,
    /// What the service says of what went wrong.
    pub message: Option<String>,
    /// How each record fared, where the service tells.
    pub records: Vec<TaskRecord>,
    /// How a payment stands, in words that are known.
    pub payment: Option<PaymentState>,
    /// Where a person goes on; only `https`.
    pub link: Option<String>,
    /// How many rows came.
    pub rows: u32,
    /// Whether there are more.
    pub more: bool,
    /// What the service answered.
    pub answer: Option<TryAnswer>,
    /// Why there is no answer.
    pub refused: Option<Failure>,
}
