//! What managing shows before and after it is done: impacts, edits, switches, replacements,
//! results of doing something to many connections.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use tsunagi_domain::{
    ApplicationId, ConnectionId, Environment, Health, Kind, MemberId, Mode, Reach, RegistrationId,
    UseId,
};

use super::{AccountView, ConnectionView, Failure, RedirectForm, ServiceMark, UseView};

/// What a change does to a use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It runs now, and would not.
    Stops,
    /// It runs now, and would go on.
    GoesOn,
    /// It does not run now, and would.
    Starts,
    /// It does not run now, nor would it.
    StaysStopped,
}

/// A use and what a change does to it.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AffectedUse {
    /// The use.
    #[serde(rename = "use")]
    pub used: UseView,
    /// What happens to it.
    pub fate: Fate,
}

/// One way in which environments differ, or how one of them falls short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DriftView {
    /// What differs.
    pub kind: DriftKind,
    /// Where it is to be mended.
    pub environment: Environment,
    /// Scopes that are missing, for `fewer_scopes`.
    pub scopes: Vec<String>,
}

/// The kinds of drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DriftKind {
    /// Production lacks scopes that Development has.
    FewerScopes,
    /// It runs as the account that Production runs as.
    SameAccount,
    /// People have authorized, and nobody is primary.
    NoPrimary,
    /// It works in an earlier environment and not here.
    NotReady,
}

/// A scope that uses need.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NeededScope {
    /// The scope.
    pub scope: String,
    /// The uses that need it, by name.
    pub uses: Vec<String>,
    /// Whether the connection asks for it.
    pub asked: bool,
}

/// What is done to one connection or to many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BulkAction {
    /// Disable.
    Disable,
    /// Enable.
    Enable,
    /// Revoke every authorization of it that the acting member may revoke.
    Revoke,
    /// Delete.
    Delete,
}

/// R18: what an action would do to one connection.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BulkPart {
    /// Connection.
    pub connection: ConnectionId,
    /// Its name.
    pub name: String,
    /// Its service.
    pub service: ServiceMark,
    /// Why it cannot be done to this one; the others are done all the same.
    pub refused: Option<Failure>,
    /// There is nothing to do: it is so already.
    pub nothing: bool,
    /// Its uses, with what happens to each.
    pub uses: Vec<AffectedUse>,
    /// Authorizations that are revoked or removed.
    pub authorizations: u32,
    /// Other connections that lose them too (R21), chosen or not.
    pub also_lost: Vec<AlsoLost>,
}

/// A connection that loses an authorization which it shares.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AlsoLost {
    /// Connection.
    pub connection: ConnectionId,
    /// Its name.
    pub name: String,
    /// Its uses, with what happens to each.
    pub uses: Vec<AffectedUse>,
}

/// What an action did to one connection.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BulkResult {
    /// Connection.
    pub connection: ConnectionId,
    /// Its name.
    pub name: String,
    /// Something was changed.
    pub changed: bool,
    /// Why nothing was.
    pub failure: Option<Failure>,
    /// Done, with something to know about it: the provider was not told.
    pub note: Option<Failure>,
}

/// What a test of one slot showed.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TestResult {
    /// Which environments.
    pub reach: Reach,
    /// The service answered with success.
    pub ok: bool,
    /// The account that was used.
    pub account: Option<String>,
    /// How long the answer took.
    pub millis: Option<u32>,
    /// Why not.
    pub failure: Option<Failure>,
}

/// A connection as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionEdit {
    /// Name (R19).
    pub name: String,
    /// Scopes to ask for.
    pub scopes: Vec<String>,
    /// Environment mode.
    pub mode: Mode,
    /// Client registration, where the connector needs one.
    pub registration: Option<RegistrationId>,
    /// Parameter values.
    pub settings: std::collections::BTreeMap<String, String>,
}

/// What one environment has of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OwnSettings {
    /// Which.
    pub reach: Reach,
    /// Parameter values that override the connection's.
    pub settings: std::collections::BTreeMap<String, String>,
    /// Client registration that overrides the connection's.
    pub registration: Option<RegistrationId>,
}

/// What takes an edit back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EditUndo {
    /// The connection as it was.
    pub before: ConnectionEdit,
    /// What the environment had that was edited; `None` where it was the connection.
    pub own: Option<OwnSettings>,
    /// The edit's entry in the log: what comes after it came between.
    pub entry: u64,
}

/// What an edit came to.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EditOutcome {
    /// The connection as it is now.
    pub view: ConnectionView,
    /// What takes it back; `None` where nothing changed.
    pub undo: Option<EditUndo>,
}

/// What a replacement moved, so that it can be taken back.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Replaced {
    /// The places that use another connection now.
    pub uses: Vec<UseId>,
    /// Applications that were let in for them.
    pub granted: Vec<ApplicationId>,
}

/// What a replacement came to.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReplaceOutcome {
    /// How many uses there were.
    pub moved: u32,
    /// What takes it back; `None` where nothing may go back.
    pub undo: Option<Replaced>,
}

/// What becomes of a slot.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PlacedAccount {
    /// Where, afterwards.
    pub reach: Reach,
    /// Whose, of a logged-in-user connection.
    pub member: Option<String>,
    /// The account.
    pub account: AccountView,
    /// How it fares there afterwards.
    pub health: Health,
    /// It is primary there afterwards.
    pub primary: bool,
}

/// R18, R20: what an edit does, before it is made.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EditImpact {
    /// Anything changes at all.
    pub changes: bool,
    /// Scopes asked for from now on.
    pub scopes_added: Vec<String>,
    /// Scopes asked for no longer.
    pub scopes_removed: Vec<String>,
    /// The environment mode changes: `seats` says what sits where afterwards.
    pub mode_changes: bool,
    /// What sits where afterwards.
    pub seats: Vec<PlacedAccount>,
    /// Authorizations that work now and need a new sign-in afterwards.
    pub asks_again: Vec<PlacedAccount>,
    /// Accounts that serve no environment afterwards: kept for when the mode is changed back, not
    /// renewed, and to be revoked by who does not want that.
    pub set_aside: Vec<PlacedAccount>,
    /// Uses, with what happens to each.
    pub uses: Vec<AffectedUse>,
}

/// R18, R21: an authorization that may take a slot's place.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SwitchOffer {
    /// The connection it sits in.
    pub from: ConnectionId,
    /// Its name.
    pub from_name: String,
    /// The account.
    pub account: AccountView,
    /// How it would fare here.
    pub health: Health,
}

/// What switching to one of them does.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SwitchImpact {
    /// Who is there now.
    pub now: Option<AccountView>,
    /// Who will be.
    pub next: AccountView,
    /// The present authorization sits elsewhere too, so that one can switch back; the connection
    /// it then comes from.
    pub undo: Option<ConnectionId>,
    /// Uses, with what happens to each.
    pub uses: Vec<AffectedUse>,
}

/// A connection that may take another's place.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Replacement {
    /// Connection.
    pub connection: ConnectionId,
    /// Its name.
    pub name: String,
    /// Its link name.
    pub link_name: String,
    /// Its service.
    pub service: ServiceMark,
    /// Its kind.
    pub kind: Kind,
    /// Why it may not (R10, R14, R18).
    pub refused: Option<Failure>,
    /// The applications that could not use it so far and may then, by name.
    pub lets_in: Vec<String>,
    /// The uses, with what happens to each.
    pub uses: Vec<AffectedUse>,
}

/// What may take a connection's place.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Replacements {
    /// Its connector is retired: replacing is migrating (R16).
    pub retired: bool,
    /// What may take its place, and what may not and why.
    pub candidates: Vec<Replacement>,
}

/// A change of a client registration.
#[derive(Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RegistrationChange {
    /// Which.
    pub id: RegistrationId,
    /// Name.
    pub name: String,
    /// Client ID.
    pub client_id: String,
    /// A new client secret; `None` keeps the one there is, the empty string removes it.
    pub client_secret: Option<String>,
    /// Another form of the redirect address; `None` keeps it.
    pub redirect: Option<RedirectForm>,
}

impl std::fmt::Debug for RegistrationChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RegistrationChange")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// A connection that a client registration serves.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Touched {
    /// Connection.
    pub connection: ConnectionId,
    /// Its name.
    pub name: String,
    /// Its service.
    pub service: ServiceMark,
    /// The environments that use the registration.
    pub reaches: Vec<Reach>,
    /// Authorizations made with it.
    pub authorizations: u32,
    /// Uses.
    pub uses: u32,
}

/// Whose slot is meant: the member's of a logged-in-user connection, `None` for the acting
/// member's own, or the connection's only one.
pub type Whose = Option<MemberId>;
