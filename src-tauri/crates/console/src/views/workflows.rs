//! Form and report workflows: what is kept, what a form shows, its records, and how runs went.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use tsunagi_areas::workflow::{Does, Field, Trigger, Values, Workflow};
use tsunagi_connectors::PaymentState;
use tsunagi_domain::{
    ApplicationId, ConnectionId, Environment, ExecutionId, ItemId, RecordId, Timestamp,
};

use super::{ApplicationMark, ConnectionMark, Failure, LiveRow, TaskService};

/// The workflows of an application in one environment.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowsView {
    /// The application.
    pub application: ApplicationMark,
    /// Forms, then reports, by name.
    pub workflows: Vec<WorkflowRow>,
    /// Data sources there, whose rows a report can show.
    pub sources: Vec<ReportSubject>,
    /// What parts may go through there, by name.
    pub connections: Vec<LiveRow>,
    /// Services whose connection a form's push may leave out (R5).
    pub services: Vec<TaskService>,
    /// The acting member may keep and delete workflows (R1, R2).
    pub may_manage: bool,
}

/// Something whose rows a report shows.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReportSubject {
    /// Its identifier.
    pub id: ItemId,
    /// What it is called.
    pub name: String,
    /// Whether it is a form; else a data source.
    pub form: bool,
}

/// A workflow in the list.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowRow {
    /// Its identifier.
    pub id: ItemId,
    /// What it is called.
    pub name: String,
    /// Whether it is a form; else a report.
    pub form: bool,
    /// Of a report: what it shows the rows of; `None` where that is gone.
    pub subject: Option<ReportSubject>,
    /// How many rules it has.
    pub rules: u32,
    /// How many records a form has.
    pub records: u32,
    /// What it goes through, in order.
    pub parts: Vec<WorkflowPart>,
    /// When it was stored last.
    pub changed_at: Timestamp,
    /// Why a part of it does not run now, or why it cannot be read.
    pub stopped: Option<Failure>,
    /// The latest run.
    pub last: Option<WorkflowRun>,
}

/// A part of a workflow that goes through a connection.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowPart {
    /// Its id in the workflow.
    pub id: String,
    /// What it does.
    pub does: Does,
    /// The operation's label; empty where the service cannot do it any more, or it is a call.
    pub operation: String,
    /// What it goes through; `None` where that cannot be read.
    pub connection: Option<ConnectionMark>,
    /// Why it does not run now.
    pub stopped: Option<Failure>,
}

/// What a part of a workflow goes through, as it is edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowSeat {
    /// The part's id in the workflow.
    pub part: String,
    /// The connection.
    pub connection: Option<ConnectionId>,
    /// The service, where the connection is left out: then it is the system connection (R5).
    pub service: Option<String>,
}

/// A workflow as it is edited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowDraft {
    /// Which; `None` for one that is not kept yet.
    pub id: Option<ItemId>,
    /// The version that is edited.
    pub version: Option<u64>,
    /// The application it belongs to.
    pub application: ApplicationId,
    /// In which environment.
    pub environment: Environment,
    /// What it is called; empty for one that is not kept yet.
    pub name: String,
    /// What it is.
    pub workflow: Workflow,
    /// What each part goes through.
    pub seats: Vec<WorkflowSeat>,
}

/// A form that a member may fill in.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FormMark {
    /// Its identifier.
    pub id: ItemId,
    /// What it is called.
    pub name: String,
    /// Whether it is a form; else a report.
    pub form: bool,
}

/// A form as it is filled in.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FormView {
    /// Its identifier.
    pub id: ItemId,
    /// What it is called.
    pub name: String,
    /// The application.
    pub application: ApplicationMark,
    /// In which environment.
    pub environment: Environment,
    /// Its fields, in order.
    pub fields: Vec<FieldShown>,
    /// What is in it: of the record, and what was looked up when it was opened.
    #[ts(type = "Record<string, unknown>")]
    pub values: Values,
    /// The record that is edited; `None` for a new one.
    pub record: Option<RecordId>,
    /// The version of the record.
    pub version: Option<u64>,
    /// What ran when it was opened.
    pub runs: Vec<WorkflowRun>,
    /// Fields whose input something happens on.
    pub listens: Vec<String>,
    /// What a member has in the connections it goes through, so that they can authorize (R9, R15).
    pub seats: Vec<LiveRow>,
}

/// A field as it is filled in.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FieldShown {
    /// The field.
    pub field: Field,
    /// Its choices: its own, or those that a service has.
    pub choices: Vec<FieldChoice>,
    /// Whether the service has more than are shown.
    pub more: bool,
    /// Why its choices could not be fetched.
    pub failure: Option<Failure>,
}

/// One choice of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FieldChoice {
    /// What is shown.
    pub label: String,
    /// What is kept.
    pub value: String,
}

/// What came of typing into a field.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FormChange {
    /// Fields that were filled, with their values.
    #[ts(type = "Record<string, unknown>")]
    pub values: Values,
    /// What ran.
    pub runs: Vec<WorkflowRun>,
}

/// A record of a form, or a row of a report.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RecordView {
    /// Its place in the order.
    pub place: i64,
    /// Its identifier: of a record its own, of a data source's row the service's.
    pub id: String,
    /// Its version; `None` for a data source's row.
    pub version: Option<u64>,
    /// Its values.
    #[ts(type = "Record<string, unknown>")]
    pub values: Values,
    /// When it was added; `None` for a data source's row.
    pub added_at: Option<Timestamp>,
    /// When it was stored last.
    pub changed_at: Option<Timestamp>,
    /// Who added it; empty where nobody known did.
    pub who: String,
}

/// Records of a form or a report, the latest first.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RecordPage {
    /// The records.
    pub records: Vec<RecordView>,
    /// After which place the next page begins; `None`: that was the last.
    pub next: Option<i64>,
    /// How many there are.
    pub count: u32,
}

/// A report as it is looked at.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReportView {
    /// Its identifier.
    pub id: ItemId,
    /// What it is called.
    pub name: String,
    /// What it shows the rows of.
    pub subject: ReportSubject,
    /// Its columns: names with labels.
    pub columns: Vec<(String, String)>,
    /// The first page of its rows.
    pub page: RecordPage,
    /// Buttons on each row: the rule's id and what stands on it.
    pub buttons: Vec<(String, String)>,
    /// What ran when it was opened.
    pub runs: Vec<WorkflowRun>,
    /// Its rows can be edited and deleted.
    pub may_edit: bool,
}

/// What came of adding, editing or deleting a record.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RecordDone {
    /// The record as it is now; `None` where it was deleted.
    pub record: Option<RecordView>,
    /// What ran.
    pub runs: Vec<WorkflowRun>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WorkflowOutcome {
    /// It is under way.
    Going,
    /// Every action was done.
    Done,
    /// An action was not.
    Failed,
    /// Of an action nobody knows whether it was done.
    Unknown,
    /// A person stopped it.
    Stopped,
    /// The program ended before it was over; no action is in doubt.
    Interrupted,
}

/// How far an action is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ActionState {
    /// Not begun.
    Waiting,
    /// Under way.
    Begun,
    /// Done.
    Done,
    /// Some records, and others not.
    Partly,
    /// A rule of the program said no; nothing was sent.
    Refused,
    /// The service said no, or nothing could be sent.
    Failed,
    /// It may have been done: it has to be looked at there.
    Unknown,
    /// The answer was lost, and it can be repeated without being done twice.
    Repeatable,
    /// Left out: one before it was not done.
    Skipped,
}

/// A run of a rule.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowRun {
    /// Its identifier.
    pub id: ExecutionId,
    /// The form or report.
    pub item: ItemId,
    /// When it began.
    pub at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Who started it; empty for a schedule.
    pub who: String,
    /// The rule's name.
    pub rule: String,
    /// Its trigger.
    pub trigger: Trigger,
    /// The record it ran for; of a data source's row, the service's id.
    pub record: Option<String>,
    /// By what a person knows that record: what its first field that has anything said when it ran;
    /// empty where none had.
    pub about: String,
    /// How it went.
    pub outcome: WorkflowOutcome,
    /// Its actions, in order.
    pub actions: Vec<ActionRun>,
    /// It can be taken up again, by the acting member.
    pub may_retry: bool,
    /// The run that took it up again.
    pub retried_by: Option<ExecutionId>,
}

/// How an action went.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ActionRun {
    /// Its id in the workflow.
    pub id: String,
    /// What people call it; empty: what it does.
    pub name: String,
    /// What it does.
    pub does: Does,
    /// How far it is.
    pub state: ActionState,
    /// What it went through.
    pub connection: Option<ConnectionMark>,
    /// It was done in a run before, which this one took up.
    pub before: bool,
    /// Nobody heard whether it was done, and a person who looked at the service said that it was.
    pub said: bool,
    /// It has a key by which the service does it once.
    pub keyed: bool,
    /// HTTP status.
    pub status: Option<u16>,
    /// The id of what was made.
    pub made: Option<String>,
    /// What the service says of what went wrong.
    pub message: Option<String>,
    /// The host that was asked.
    pub host: Option<String>,
    /// How long it took.
    pub millis: Option<u32>,
    /// How a payment stands.
    pub payment: Option<PaymentState>,
    /// Where a person goes on; only `https`.
    pub link: Option<String>,
    /// Fields that it filled.
    pub filled: Vec<String>,
    /// Why it was not done.
    pub failure: Option<Failure>,
}

/// The values of a form as a screen sends them, by the names of its fields.
#[derive(Debug, TS)]
#[ts(type = "Record<string, unknown>")]
pub struct FormValues;
