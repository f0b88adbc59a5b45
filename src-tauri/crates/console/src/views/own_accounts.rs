//! What the acting member has authorized.

use serde::Serialize;
use ts_rs::TS;
use tsunagi_domain::{ConnectionId, Health, MemberId, Reach, Timestamp};

use super::{AccountView, ServiceMark};

/// An account the acting member has authorized.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OwnAccount {
    /// The connection it sits in: the first one, where it sits in several.
    pub connection: ConnectionId,
    /// Its name.
    pub name: String,
    /// Service.
    pub service: ServiceMark,
    /// Where: one or more, and all of them lose it together.
    pub reaches: Vec<Reach>,
    /// Whose slot: their own, or everybody's of an admin or system connection.
    pub whose: Option<MemberId>,
    /// Account.
    pub account: AccountView,
    /// Health there.
    pub health: Health,
    /// Since when.
    pub authorized_at: Timestamp,
}

/// The accounts of the acting member, the newest first.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OwnAccounts {
    /// The newest ones.
    pub accounts: Vec<OwnAccount>,
    /// How many more there are.
    pub more: u32,
}
