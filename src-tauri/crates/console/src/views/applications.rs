//! Applications, what they may use and what uses it; live mode and edit mode.

use serde::Serialize;
use ts_rs::TS;
use tsunagi_domain::application::Component;
use tsunagi_domain::{
    ApplicationId, ConnectionId, Edition, Environment, Health, ItemId, Kind, Reach, Timestamp,
    UseId,
};

use super::{AccountView, Failure, MemberView, ServiceMark, UnreachableView};

/// An application as it is named everywhere.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationMark {
    /// Identifier.
    pub id: ApplicationId,
    /// Name.
    pub name: String,
    /// Edition.
    pub edition: Edition,
}

/// A row of the Applications screen.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationRow {
    /// The application.
    pub application: ApplicationMark,
    /// Members it is shared with.
    pub members: u32,
    /// Connections it may use.
    pub connections: u32,
    /// Places in it that use a connection.
    pub uses: u32,
}

/// A connection as it is named beside an application.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionMark {
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
    /// Enabled.
    pub enabled: bool,
}

/// A member, and whether an application is shared with them.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Sharing {
    /// The member.
    pub member: MemberView,
    /// May sign in.
    pub active: bool,
    /// Manages connections, and so sees the application in any case.
    pub manager: bool,
    /// It is shared with them.
    pub shared: bool,
}

/// A connection an application may use.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct GrantedConnection {
    /// The connection.
    pub connection: ConnectionMark,
    /// Places of the application that use it.
    pub uses: u32,
}

/// A connection an application could be given access to.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Grantable {
    /// The connection.
    pub connection: ConnectionMark,
    /// Why it cannot be given (R10).
    pub refused: Option<Failure>,
}

/// A scope a use needs.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ScopeNeed {
    /// As sent to the provider.
    pub name: String,
    /// The connection asks for it.
    pub asked: bool,
}

/// A place that uses a connection, with whether it runs.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UsePlace {
    /// Identifier.
    pub id: UseId,
    /// The connection.
    pub connection: ConnectionMark,
    /// The application.
    pub application: ApplicationMark,
    /// In which environment.
    pub environment: Environment,
    /// Area id.
    pub area: String,
    /// The item of that area it belongs to, where one is kept.
    pub item: Option<ItemId>,
    /// What the place is called there.
    pub name: String,
    /// Scopes it needs.
    pub scopes: Vec<ScopeNeed>,
    /// Runs with nobody present.
    pub unattended: bool,
    /// When it runs next, where that is known.
    pub next_run: Option<Timestamp>,
    /// Why it stops at the gate as things stand; `None` where it runs.
    pub stopped: Option<Failure>,
}

/// An application's details.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationView {
    /// The application.
    pub application: ApplicationMark,
    /// When it was made here.
    pub created_at: Timestamp,
    /// Kinds of connections it may use (R10).
    pub kinds: Vec<Kind>,
    /// Every member, and whether it is shared with them.
    pub members: Vec<Sharing>,
    /// Connections it may use, by name.
    pub connections: Vec<GrantedConnection>,
    /// Its places, by environment.
    pub uses: Vec<UsePlace>,
    /// The acting member manages applications (R2).
    pub may_manage: bool,
    /// They may give it more: connections and members (R1, R2).
    pub may_grant: bool,
}

/// R18: what taking a connection from an application stops.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AccessImpact {
    /// The application.
    pub application: ApplicationMark,
    /// The connection.
    pub connection: ConnectionMark,
    /// Uses that run and would stop at the gate.
    pub stops: Vec<UsePlace>,
    /// Uses that have stopped already.
    pub stopped: u32,
    /// Members who authorize the connection through this application only, and could not then.
    pub members: Vec<String>,
}

/// An application that may use a connection.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationAccess {
    /// The application.
    pub application: ApplicationMark,
    /// Places of it that use the connection.
    pub uses: u32,
}

/// An application that could be given access to a connection.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct GrantableApplication {
    /// The application.
    pub application: ApplicationMark,
    /// Why it cannot be given access (R10).
    pub refused: Option<Failure>,
}

/// Where a connection is used, and who may use it.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UsedIn {
    /// Applications that may use it.
    pub applications: Vec<ApplicationAccess>,
    /// All others.
    pub others: Vec<GrantableApplication>,
    /// Places that use it.
    pub uses: Vec<UsePlace>,
    /// The acting member may take it from who may use it (R2).
    pub may_manage: bool,
    /// They may let others use it (R1, R2).
    pub may_grant: bool,
}

/// A connection in an application's live mode or edit mode: what the acting member has there.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LiveRow {
    /// The connection.
    pub connection: ConnectionMark,
    /// The reach that serves the environment.
    pub reach: Reach,
    /// Health of the acting member's own authorization, or of the connection's only one.
    pub health: Health,
    /// Beside health, never instead of it.
    pub unreachable: Option<UnreachableView>,
    /// Restored from a backup, and not seen to work since; beside health, never instead of it.
    pub unproven: bool,
    /// That authorization's account.
    pub account: Option<AccountView>,
    /// When it lapses for good, where that is near.
    pub lapses_at: Option<Timestamp>,
    /// It is the primary account.
    pub primary: bool,
    /// The acting member may authorize (R3).
    pub may_authorize: bool,
    /// There is something to revoke, and the acting member may (R2).
    pub may_revoke: bool,
}

/// An application in live mode.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LiveView {
    /// The application.
    pub application: ApplicationMark,
    /// In which environment.
    pub environment: Environment,
    /// Connections the acting member sees there.
    pub rows: Vec<LiveRow>,
    /// The acting member may open edit mode.
    pub may_edit: bool,
}

/// A component of an application that is edited.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ComponentRow {
    /// The component.
    pub component: Component,
    /// Connections it uses.
    pub connections: u32,
}

/// A connection in edit mode.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EditRow {
    /// What the acting member has there.
    pub row: LiveRow,
    /// The places of the component that use it.
    pub uses: Vec<UsePlace>,
}

/// An application in edit mode.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EditView {
    /// The application.
    pub application: ApplicationMark,
    /// In which environment.
    pub environment: Environment,
    /// Components that use a connection there.
    pub components: Vec<ComponentRow>,
    /// The one being edited; `None` where there is none.
    pub component: Option<Component>,
    /// The connections it uses, and no others.
    pub rows: Vec<EditRow>,
}
