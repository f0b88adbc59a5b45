//! Schedules: what runs with nobody present, when, and how that went.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use tsunagi_areas::call::Method;
use tsunagi_areas::schedule::{MissedPolicy, Overlap, When};
use tsunagi_domain::{ApplicationId, Environment, ExecutionId, ItemId, Timestamp};

use super::{ApplicationMark, ConnectionMark, Failure};

/// The schedules of an application in one environment.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SchedulesView {
    /// The application.
    pub application: ApplicationMark,
    /// The schedules, by name.
    pub schedules: Vec<ScheduleRow>,
    /// What a schedule may run there, by name.
    pub targets: Vec<ScheduleTarget>,
    /// The time zones there are, by their names.
    pub zones: Vec<String>,
    /// Nothing runs by itself there until somebody says so.
    pub suspended: bool,
    /// The environment can be suspended as a whole.
    pub may_suspend: bool,
    /// The acting member may make, change and run schedules (R1, R2).
    pub may_manage: bool,
}

/// A schedule in the list.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleRow {
    /// Its identifier.
    pub id: ItemId,
    /// What it is called.
    pub name: String,
    /// What it runs; `None` where that is gone or cannot be read.
    pub what: Option<ScheduleTarget>,
    /// When; `None` where the schedule cannot be read.
    pub when: Option<When>,
    /// In which time zone.
    pub zone: String,
    /// Kept from running by itself.
    pub paused: bool,
    /// The next five times; none where it is paused or suspended.
    pub next: Vec<Timestamp>,
    /// How many of its runs are under way.
    pub running: u32,
    /// How it went last.
    pub last: Option<ScheduleRun>,
    /// Why it would be refused now (R13, R14), or cannot be followed at all.
    pub stopped: Option<Failure>,
}

/// Something that a schedule may run.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleTarget {
    /// The item.
    pub id: ItemId,
    /// Its area.
    pub area: String,
    /// What it is called.
    pub name: String,
    /// Method, of a call.
    pub method: Option<Method>,
    /// What it goes through.
    pub connections: Vec<ConnectionMark>,
    /// Why no schedule may be made on it (R14).
    pub refused: Option<Failure>,
}

/// A schedule as it is edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleDraft {
    /// Which schedule; `None` for a new one.
    pub id: Option<ItemId>,
    /// The version that is edited.
    pub version: Option<u64>,
    /// The application it belongs to.
    pub application: ApplicationId,
    /// In which environment.
    pub environment: Environment,
    /// What it is called.
    pub name: String,
    /// What it runs.
    pub what: Option<ItemId>,
    /// When.
    pub when: When,
    /// In which time zone.
    pub zone: String,
    /// What becomes of times that passed unseen.
    pub missed: MissedPolicy,
    /// What becomes of times that come too early.
    pub overlap: Overlap,
}

/// How a run of a schedule ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleOutcome {
    /// It did its work.
    Done,
    /// The service said no, or did not answer.
    Failed,
    /// The gate said no: nothing was sent.
    Refused,
    /// Nothing ran: the time passed while nobody looked.
    Missed,
    /// Nothing ran: the run before was not over.
    Busy,
    /// The program was stopped. What it asked for changes nothing at the service.
    Interrupted,
    /// Whether the service has done it nobody can tell from here.
    Unknown,
}

/// One time a schedule ran, or did not.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleRun {
    /// Its identifier.
    pub id: ExecutionId,
    /// When it was due; `None` where somebody started it.
    pub due: Option<Timestamp>,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended; `None` while it is under way.
    pub ended_at: Option<Timestamp>,
    /// Who started it by hand.
    pub who: Option<String>,
    /// How it ended; `None` while it is under way.
    pub outcome: Option<ScheduleOutcome>,
    /// HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// How long the service took, in milliseconds.
    pub millis: Option<u64>,
    /// Size of the answer's body, in bytes.
    pub bytes: Option<u64>,
    /// How many rows came, where it pulled some.
    pub rows: Option<u64>,
    /// Why it did not do its work.
    pub failure: Option<Failure>,
    /// Of times that nothing ran at: the first.
    pub first: Option<Timestamp>,
    /// Of times that nothing ran at: how many.
    pub count: u32,
    /// Of times that nothing ran at: there were others before the first.
    pub more: bool,
}
