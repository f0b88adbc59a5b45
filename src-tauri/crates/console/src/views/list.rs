//! The Connections list, Home, and what both show of a connection.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use tsunagi_domain::{ApplicationId, ConnectionId, Health, Kind, Mode, Reach, Seen, Timestamp};

use super::{Crowded, DriftView, FlowRecord, OfferedToYou};

/// How a service is drawn: a monogram in its hue, never a logo.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ServiceMark {
    /// Connector id.
    pub id: String,
    /// Service name.
    pub name: String,
    /// Two letters.
    pub monogram: String,
    /// 0 to 359.
    pub hue: u16,
    /// The practice service.
    pub practice: bool,
}

/// An account as a row shows it.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AccountView {
    /// What to call it: the member's own label, else e-mail, else name, else "Service Account n".
    pub label: String,
    /// Display name at the provider.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
}

/// The network or the provider does not answer; says nothing about health.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UnreachableView {
    /// Since when.
    pub since: Timestamp,
    /// What happened last.
    pub code: String,
    /// For so long, and so often, that a person should look.
    pub long: bool,
}

/// What mends a station.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Mend {
    /// Sign in.
    Authorize,
    /// Choose a primary account.
    ChoosePrimary,
    /// Enable the connection.
    Enable,
    /// Move what uses an ended service to the one that followed it (R16): of the whole connection.
    Migrate,
    /// Accept the primary account that is offered, or decline it. Of the tray only: in lists it
    /// stands beside what a station needs.
    AcceptPrimary,
}

/// One bar of the environment matrix: `all`, or one environment.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Station {
    /// Which environments it serves.
    pub reach: Reach,
    /// Connected, or not and why.
    pub health: Health,
    /// Since when the service is no longer served, as `2024-09-26` (R16); `None` where it is.
    pub retired: Option<String>,
    /// Beside health, never instead of it.
    pub unreachable: Option<UnreachableView>,
    /// Restored from a backup, and not seen to work since; beside health, never instead of it.
    pub unproven: bool,
    /// Who is authorized: of a logged-in-user connection the primary, else the acting member's.
    pub account: Option<AccountView>,
    /// The account shown is the primary account.
    pub primary: bool,
    /// A logged-in-user connection whose primary account went: nobody is primary.
    pub no_primary: bool,
    /// Other accounts in this slot.
    pub others: u32,
    /// When the authorization lapses for good, where that is known.
    pub lapses_at: Option<Timestamp>,
    /// Scopes that are asked for and not granted.
    pub missing_scopes: u32,
    /// What the acting member can do about it; `None` where nothing is to be done.
    pub mend: Option<Mend>,
}

/// A row of the connections list.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionRow {
    /// Identifier.
    pub id: ConnectionId,
    /// Name.
    pub name: String,
    /// Link name.
    pub link_name: String,
    /// Service.
    pub service: ServiceMark,
    /// Kind.
    pub kind: Kind,
    /// Same authorization for all, or one per environment.
    pub mode: Mode,
    /// Enabled.
    pub enabled: bool,
    /// One station (`all`) or three (Development, Stage, Production).
    pub stations: Vec<Station>,
    /// Places that use it.
    pub uses: u32,
    /// When a request last went through it.
    pub last_used: Option<Timestamp>,
    /// Some station needs a person.
    pub needs_person: bool,
    /// How the environments differ from what one would expect of them.
    pub drift: Vec<DriftView>,
}

/// What the list shows.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct ListQuery {
    /// Part of a name, link name, service or account.
    pub search: String,
    /// Only these kinds; empty for all.
    pub kinds: Vec<Kind>,
    /// Only these connectors; empty for all.
    pub services: Vec<String>,
    /// Only those that one of these applications may use; empty for all.
    pub applications: Vec<ApplicationId>,
    /// Only those with a station in one of these states, as the acting member sees it; empty for
    /// all.
    pub health: Vec<Seen>,
    /// Only those that need a person (`true`), or only the others (`false`).
    pub needs_person: Option<bool>,
    /// Order.
    pub sort: SortBy,
    /// Where the previous page ended.
    pub after: Option<String>,
    /// Rows wanted, at most 200.
    pub limit: u32,
}

/// Order of the list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SortBy {
    /// By name.
    #[default]
    Name,
    /// Last used first.
    LastUsed,
}

/// A page of the list.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionPage {
    /// Rows.
    pub rows: Vec<ConnectionRow>,
    /// Rows that match.
    pub total: u32,
    /// Rows there are.
    pub all: u32,
    /// Rows that match and need a person.
    pub needing: u32,
    /// Pass as `after` for the next page.
    pub next: Option<String>,
}

/// A slot that needs a person.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Need {
    /// Connection.
    pub connection: ConnectionId,
    /// Its name.
    pub name: String,
    /// Service.
    pub service: ServiceMark,
    /// Station.
    pub station: Station,
}

/// The Home screen.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HomeView {
    /// What needs a person.
    pub needs: Vec<Need>,
    /// Primary accounts that wait for the acting member's answer.
    pub offers: Vec<OfferedToYou>,
    /// Authorizations that lapse within 14 days.
    pub lapsing: Vec<Need>,
    /// Accounts that can hardly be authorized again.
    pub crowded: Vec<CrowdedAccount>,
    /// Attempts that failed lately, with their connection's name.
    pub failures: Vec<NamedFlow>,
    /// Rows of the catalog that cannot be read.
    pub unreadable: Vec<Unreadable>,
    /// Connections there are.
    pub connections: u32,
}

/// An account of which its provider keeps only so many authorizations, and has nearly or really as
/// many.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CrowdedAccount {
    /// The service whose authorization ends first.
    pub service: ServiceMark,
    /// What a person recognizes the account by.
    pub account: String,
    /// How many there are, and how many fit.
    pub crowded: Crowded,
    /// Since when the oldest is there.
    pub since: Timestamp,
    /// The connection it sits in; `None` where it cannot be told.
    pub connection: Option<ConnectionId>,
    /// That connection's name.
    pub name: String,
}

/// A row of the catalog that cannot be read. The others work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Unreadable {
    /// The kind of thing it is: one of the catalog's words for what it looks through.
    #[ts(
        type = "\"connection\" | \"authorization\" | \"slot\" | \"slot_settings\" | \"registration\" | \"member\" | \"application\" | \"application_member\" | \"application_connection\" | \"use\" | \"item\" | \"primary_account\" | \"primary_offer\" | \"connector\" | \"kept_sign_in\" | \"flow\""
    )]
    pub what: String,
    /// Its id, or its number in the table.
    pub id: String,
    /// What a person knows it by: its own name or that of the connection or application it belongs
    /// to; empty where that cannot be told.
    pub name: String,
    /// What is wrong with it.
    pub why: String,
    /// When it was met first.
    pub since: Timestamp,
}

/// A flow with its connection.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NamedFlow {
    /// Connection.
    pub connection: ConnectionId,
    /// Its name.
    pub name: String,
    /// The attempt.
    pub flow: FlowRecord,
}
