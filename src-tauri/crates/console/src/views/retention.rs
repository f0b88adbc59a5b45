//! Settings: how much of what has happened is kept.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use tsunagi_domain::Timestamp;

/// What is kept, and how much that is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RetentionView {
    /// For how many days; `None`: however old it is.
    pub days: Option<u32>,
    /// How many megabytes (of 1,000,000 bytes) at most; `None`: however much it is.
    pub megabytes: Option<u32>,
    /// The days there are to choose from.
    pub ages: Vec<AgeChoice>,
    /// The megabytes there are to choose from.
    pub sizes: Vec<SizeChoice>,
    /// Requests that are recorded.
    pub runs: u64,
    /// Runs of tasks, workflows, data sources and schedules.
    pub executions: u64,
    /// When the oldest was recorded.
    pub oldest: Option<Timestamp>,
    /// What they take, in bytes.
    pub bytes: u64,
    /// How large the file is that they are in, with pulled rows and records of forms, in bytes.
    pub file: u64,
    /// Whether the acting member may change it.
    pub may_change: bool,
}

/// An age there is to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AgeChoice {
    /// Days; `None`: however old.
    pub days: Option<u32>,
    /// Requests that are older now.
    pub runs: u64,
    /// Executions that are over and older now; some of them stay.
    pub executions: u64,
}

/// A size there is to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SizeChoice {
    /// Megabytes; `None`: however much.
    pub megabytes: Option<u32>,
    /// Whether there is more than that now.
    pub over: bool,
}

/// What is to be kept.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RetentionChange {
    /// Days; `None`: however old.
    pub days: Option<u32>,
    /// Megabytes; `None`: however much.
    pub megabytes: Option<u32>,
}
