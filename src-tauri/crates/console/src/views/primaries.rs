//! The Primary accounts screen: per environment who is primary of what, and what is offered.

use serde::Serialize;
use ts_rs::TS;
use tsunagi_domain::{ConnectionId, Health, Reach, Timestamp};

use super::{AccountView, MemberView, ServiceMark, UseView};

/// An offer of a primary account, or an acceptance beforehand.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OfferView {
    /// To whom.
    pub member: MemberView,
    /// Who offered it; `None` where the member accepted beforehand.
    pub offered_by: Option<String>,
    /// When it was offered.
    pub offered_at: Option<Timestamp>,
    /// When it was accepted beforehand.
    pub accepted_at: Option<Timestamp>,
    /// It is offered to the acting member: they may accept or decline.
    pub mine: bool,
    /// The acting member may take it back.
    pub may_withdraw: bool,
}

/// What the acting member can do about the primary account, for one member's account in one
/// place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PrimaryActs {
    /// *Make primary*: it is theirs, and nobody is.
    pub take: bool,
    /// *Offer*: to its member.
    pub offer: bool,
    /// *Accept* what is offered to them.
    pub accept: bool,
    /// *Accept beforehand*: it is theirs, another is primary, and nobody has offered it yet.
    pub accept_beforehand: bool,
    /// *Decline*, or take an acceptance back.
    pub decline: bool,
    /// *Withdraw* an offer to its member.
    pub withdraw: bool,
}

/// A member who is primary.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PrimaryHolder {
    /// Who.
    pub member: MemberView,
    /// Their account.
    pub account: Option<AccountView>,
    /// Its health there.
    pub health: Health,
    /// Since when.
    pub since: Timestamp,
    /// It is the acting member's own.
    pub own: bool,
}

/// A logged-in-user connection in one place.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PrimaryRow {
    /// Connection.
    pub connection: ConnectionId,
    /// Its name.
    pub name: String,
    /// Its service.
    pub service: ServiceMark,
    /// Which environments.
    pub reach: Reach,
    /// Who is primary.
    pub primary: Option<PrimaryHolder>,
    /// Accounts that are authorized there.
    pub accounts: u32,
    /// What runs there with nobody present, and when next: in each of the environments of the
    /// reach.
    pub unattended: Vec<UseView>,
    /// Offers and acceptances there.
    pub offers: Vec<OfferView>,
    /// The acting member's own account could become primary now: nobody is.
    pub may_take: bool,
}

/// A page of the Primary accounts screen.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PrimaryPage {
    /// Rows: one or three for each connection.
    pub rows: Vec<PrimaryRow>,
    /// Connections of this page.
    pub connections: u32,
    /// Logged-in-user connections there are.
    pub all: u32,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// A primary account that is offered to the acting member.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OfferedToYou {
    /// Connection.
    pub connection: ConnectionId,
    /// Its name.
    pub name: String,
    /// Its service.
    pub service: ServiceMark,
    /// Which environments.
    pub reach: Reach,
    /// Who offered it.
    pub from: String,
    /// When.
    pub at: Timestamp,
}
