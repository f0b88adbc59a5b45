//! Data sources: what is pulled, and the rows that came.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;
use tsunagi_areas::data_source::{Source, SourceField};
use tsunagi_domain::{ApplicationId, ConnectionId, Environment, ItemId, Timestamp};

use super::{AccountView, ApplicationMark, ConnectionMark, Failure, LiveRow, OperationView};

/// The data sources of an application in one environment.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SourcesView {
    /// The application.
    pub application: ApplicationMark,
    /// The data sources, by name.
    pub sources: Vec<SourceRow>,
    /// What a data source may pull through there, by name.
    pub connections: Vec<SourceConnection>,
    /// The acting member may keep, pull and delete them (R1, R2).
    pub may_manage: bool,
}

/// A connection that gives rows.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SourceConnection {
    /// The connection.
    pub seat: LiveRow,
    /// Why no data source can be made on it (R14).
    pub refused: Option<Failure>,
}

/// A data source in the list.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SourceRow {
    /// Its identifier.
    pub id: ItemId,
    /// What it is called.
    pub name: String,
    /// What it pulls, such as a module; else what the operation does.
    pub what: String,
    /// What it goes through; `None` where that cannot be read.
    pub connection: Option<ConnectionMark>,
    /// When it was stored last.
    pub changed_at: Timestamp,
    /// Why it cannot be pulled now.
    pub stopped: Option<Failure>,
    /// How many rows it has.
    pub rows: u64,
    /// Whether it is being pulled by this program now.
    pub pulling: bool,
    /// How many rows have come of a pull that is not over.
    pub came: Option<u64>,
    /// When the last pull was over.
    pub done_at: Option<Timestamp>,
    /// How the last one ended.
    pub last: Option<PullRecord>,
}

/// One pull.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PullRecord {
    /// When it ended.
    pub at: Timestamp,
    /// By whom; empty where nobody was present.
    pub who: String,
    /// How many rows came.
    pub came: u64,
    /// How many are gone at the service.
    pub gone: u64,
    /// Whether a person stopped it.
    pub stopped: bool,
    /// Why it is not over.
    pub failure: Option<Failure>,
}

/// An operation that gives rows.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SourceOperation {
    /// The operation, with the inputs that a person gives.
    pub operation: OperationView,
    /// Whether only what has changed can be asked for.
    pub can_ask_for_changes: bool,
}

/// Through what fields and modules are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SourceDoor {
    /// The application.
    pub application: ApplicationId,
    /// In which environment.
    pub environment: Environment,
    /// The connection.
    pub connection: ConnectionId,
}

/// A module that can be pulled, or a field of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FieldView {
    /// Its name, as the service has it.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// Its type, in the service's words.
    pub kind: Option<String>,
    /// Whether a new record needs it.
    pub required: bool,
    /// Whether it cannot be set.
    pub read_only: bool,
}

/// A data source as it is edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SourceDraft {
    /// Which one; `None` for one that is not kept yet.
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
    /// What is pulled.
    pub source: Source,
}

/// A data source with how it stands.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SourceView {
    /// As it is edited.
    pub draft: SourceDraft,
    /// How it stands.
    pub row: SourceRow,
    /// Whether only what has changed can be asked for.
    pub can_ask_for_changes: bool,
    /// Whose account pulls; `None` where none could.
    pub runs_as: Option<AccountView>,
    /// The schedules that pull it, by name.
    pub schedules: Vec<SourceSchedule>,
    /// Whether records can be added to it, each with the account of whoever adds it (R13).
    pub can_add: bool,
    /// The latest pulls, the latest first.
    pub history: Vec<PullRecord>,
}

/// A schedule that pulls a data source.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SourceSchedule {
    /// The schedule.
    pub id: ItemId,
    /// What it is called.
    pub name: String,
    /// When it runs next, where it does.
    pub next: Option<Timestamp>,
}

/// An integration form: where a member adds a record with their own authorization (R13).
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SourceForm {
    /// The data source.
    pub id: ItemId,
    /// What it is called.
    pub name: String,
    /// What it adds to, such as a module.
    pub what: String,
    /// What it goes through, with what the acting member has there.
    pub seat: LiveRow,
    /// The fields that a record has, as far as they were looked up.
    pub fields: Vec<SourceField>,
}

/// A record that is added: values by the names of its fields.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct SourceEntry(#[ts(type = "Record<string, unknown>")] pub serde_json::Map<String, Value>);

/// Rows that were pulled.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SourcePage {
    /// The rows.
    pub rows: Vec<SourceRecord>,
    /// How many rows were looked at for them: of a search, more than it found.
    pub looked: u64,
    /// After which place the next page begins; `None` where this is the last. What a search has
    /// found until there may be less than was asked for.
    pub next: Option<i64>,
}

/// A row that was pulled.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SourceRecord {
    /// Its place in the order rows are listed in.
    pub place: i64,
    /// What identifies the record.
    pub id: String,
    /// The record as the service sent it.
    #[ts(type = "Record<string, unknown>")]
    pub fields: Value,
}

/// What rows are written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RowsForm {
    /// A sheet (RFC 4180), safe to open.
    Csv,
    /// A list in JSON.
    Json,
}
