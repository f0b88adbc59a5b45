//! The Activity screen: the audit log.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use tsunagi_domain::{ConnectionId, MemberId, Timestamp};

use super::Failure;

/// Which entries are asked for. What is `None` or empty leaves nothing out.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct ActivityQuery {
    /// By this member.
    pub actor: Option<MemberId>,
    /// By the program itself.
    pub by_program: bool,
    /// Groups of actions, such as `connection`.
    pub groups: Vec<String>,
    /// About one connection.
    pub connection: Option<ConnectionId>,
    /// From when on.
    pub since: Option<Timestamp>,
    /// Until when, that moment left out.
    pub until: Option<Timestamp>,
    /// Continues below this number.
    pub before: Option<u64>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ActivityEntry {
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who did it; `None` for the program itself.
    pub actor: Option<String>,
    /// What was done, as a code.
    pub action: String,
    /// What was done, in a sentence.
    pub text: String,
    /// The connection it was done to, where that is still there.
    pub connection: Option<ConnectionId>,
}

/// Somebody who may have done something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ActorView {
    /// Identifier.
    pub id: MemberId,
    /// Name.
    pub name: String,
}

/// A page of the log.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ActivityPage {
    /// Entries, the latest first.
    pub entries: Vec<ActivityEntry>,
    /// Where the next page begins; `None` after the last.
    pub next: Option<u64>,
    /// Every member there is or was.
    pub actors: Vec<ActorView>,
    /// Every group of actions.
    pub groups: Vec<String>,
}

/// What going through the whole log showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct VerificationView {
    /// How many entries are as they were written, from the first one on.
    pub whole: u64,
    /// What is wrong with the one after them, and what to do; `None` where nothing is.
    pub failure: Option<Failure>,
}

/// How the inventory is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum InventoryForm {
    /// A sheet: one row per slot.
    Csv,
    /// A page to read and print.
    Html,
}

/// A file that was written for the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WrittenFile {
    /// Its whole path.
    pub path: String,
    /// How many entries it holds.
    pub entries: u64,
    /// How many connections it leaves out because they cannot be read.
    pub left_out: u32,
}
