//! The Connection screen: details, revoking, *Try it*.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use tsunagi_domain::{
    ApplicationId, ConnectionId, Environment, Health, KeptSignInId, MemberId, Reach,
    RegistrationId, Timestamp,
};

use super::{
    AccountView, ConnectionMark, ConnectionRow, Failure, MemberView, NeededScope, OfferView,
    ParameterView, PrimaryActs, RegistrationView, ScopeView, ServiceMark, Station,
};

/// One environment of a connection's details.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentCard {
    /// Which environments.
    pub station: Station,
    /// Whose account it shows, where each member has their own: what is done on the card is done
    /// to that one.
    pub member: Option<MemberId>,
    /// Authorized since.
    pub authorized_at: Option<Timestamp>,
    /// Who authorized.
    pub authorized_by: Option<String>,
    /// Primary since.
    pub primary_since: Option<Timestamp>,
    /// The access token is renewed by itself.
    pub renews: bool,
    /// When the access token ends.
    pub expires_at: Option<Timestamp>,
    /// When it was last renewed.
    pub last_renewed: Option<Timestamp>,
    /// When the service last answered for an access token that has no end.
    pub verified_at: Option<Timestamp>,
    /// Scopes asked for.
    pub asked: Vec<String>,
    /// Scopes granted; `None` where the provider does not say.
    pub granted: Option<Vec<String>>,
    /// Parameter values overridden here.
    pub settings: std::collections::BTreeMap<String, String>,
    /// Client registration overridden here.
    pub registration: Option<RegistrationId>,
    /// Other connections that use the same authorization.
    pub shared_with: Vec<String>,
    /// What runs here with nobody present.
    pub unattended: Vec<UseView>,
}

/// One member's authorizations of a connection.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AccountRow {
    /// The member; `None` for an admin or system connection's one account.
    pub member: Option<MemberView>,
    /// Account.
    pub account: AccountView,
    /// Where it sits, with health and whether it is primary there.
    pub places: Vec<AccountPlace>,
    /// Authorized since.
    pub authorized_at: Timestamp,
    /// Last used.
    pub last_used: Option<Timestamp>,
    /// The viewer's kept sign-in for this account.
    pub kept: Option<KeptSignInId>,
    /// Beside the health, never instead of it: only its member's passphrase opens it, and they
    /// are away. It is not renewed until they sign in.
    pub locked: bool,
    /// When a locked one lapses, where that is known.
    pub lapses_at: Option<Timestamp>,
    /// Where the provider keeps only so many authorizations of an account, and this one has nearly
    /// or really as many: the next ones end the oldest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub crowded: Option<Crowded>,
}

/// An account that can hardly be authorized again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Crowded {
    /// So many authorizations of it there are, with one client registration.
    pub held: u32,
    /// So many the provider keeps.
    pub most: u32,
    /// The next one ends the oldest.
    pub full: bool,
}

/// Where an account sits.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AccountPlace {
    /// Which environments.
    pub reach: Reach,
    /// Health there.
    pub health: Health,
    /// Primary there.
    pub primary: bool,
    /// Primary there since.
    pub primary_since: Option<Timestamp>,
    /// What is offered to its member there, or accepted beforehand.
    pub offer: Option<OfferView>,
    /// What the acting member can do about the primary account.
    pub acts: PrimaryActs,
    /// The acting member may rename and revoke it.
    pub may_revoke: bool,
}

/// A connection's details.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionView {
    /// As in the list.
    pub row: ConnectionRow,
    /// Scopes asked for.
    pub scopes: Vec<ScopeView>,
    /// Client registration.
    pub registration: Option<RegistrationView>,
    /// Registrations that could be used instead.
    pub registrations: Vec<RegistrationView>,
    /// Parameters of the service.
    pub parameters: Vec<ParameterView>,
    /// Their values.
    pub settings: std::collections::BTreeMap<String, String>,
    /// Host of the sign-in page.
    pub host: String,
    /// Hosts the credential may go to.
    pub hosts: Vec<String>,
    /// Base address of the API, for *Try it*.
    pub api_base: String,
    /// A path to try.
    pub try_path: Option<String>,
    /// Made when.
    pub created_at: Timestamp,
    /// Made by whom; `None` where the program did.
    pub created_by: Option<String>,
    /// One card (`all`) or three.
    pub environments: Vec<EnvironmentCard>,
    /// Accounts.
    pub accounts: Vec<AccountRow>,
    /// Accounts that were authorized for the environment mode the connection was in before: not
    /// used and not renewed, and back with the mode.
    pub set_aside: Vec<AccountRow>,
    /// Scopes that uses need, and whether they are asked for.
    pub needed: Vec<NeededScope>,
    /// The acting member manages connections.
    pub may_manage: bool,
    /// What is wrong with the connector, such as a withdrawn file.
    pub problem: Option<Failure>,
}

/// A place that uses a connection.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UseView {
    /// Area id.
    pub area: String,
    /// Name.
    pub name: String,
    /// Application.
    pub application: String,
    /// Where.
    pub environment: Environment,
    /// Next run, for a schedule.
    pub next_run: Option<Timestamp>,
}

/// R18: what a revocation stops.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Impact {
    /// Why nothing can be revoked on this computer now.
    pub refused: Option<Failure>,
    /// Whose authorization.
    pub account: AccountView,
    /// The acting member's own.
    pub own: bool,
    /// Environments of the connection that lose it; none where it was set aside.
    pub environments: Vec<Environment>,
    /// Uses that stop.
    pub stops: Vec<UseView>,
    /// Uses that go on: members run them with their own accounts.
    pub goes_on: Vec<UseView>,
    /// Other connections that share it and lose it too (R21).
    pub shared_with: Vec<String>,
    /// It is the primary account, so unattended uses stop.
    pub primary: bool,
    /// The provider can be told (RFC 7009).
    pub at_provider: bool,
    /// Host that will be told.
    pub host: String,
}

/// What revoking did.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RevokeOutcome {
    /// The provider confirmed.
    pub at_provider: bool,
    /// Why the provider was not told; removed here all the same.
    pub failure: Option<Failure>,
}

/// A request of *Try it*.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TryRequest {
    /// Connection.
    pub connection: ConnectionId,
    /// Environment.
    pub environment: Environment,
    /// Path below the API's base, or a whole address on a listed host.
    pub path: String,
}

/// A service that an application could ask without choosing a connection.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ServiceToTry {
    /// Service.
    pub service: ServiceMark,
    /// A path to try.
    pub try_path: Option<String>,
    /// Its system connection, where there is one.
    pub connection: Option<ConnectionMark>,
    /// Why it is not offered to this workspace.
    pub refused: Option<Failure>,
}

/// A request of *Try it* that names a service and no connection.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ServiceTry {
    /// Application it is asked for.
    pub application: ApplicationId,
    /// Id of the service.
    pub service: String,
    /// Environment.
    pub environment: Environment,
    /// Path below the API's base, or a whole address on a listed host.
    pub path: String,
}

/// What came of it: an answer or a refusal, and through which system connection.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ServiceTried {
    /// The service's system connection.
    pub connection: ConnectionMark,
    /// It came into being just now.
    pub made: bool,
    /// The answer.
    pub answer: Option<TryAnswer>,
    /// Why there is none.
    pub refused: Option<Failure>,
}

/// The answer.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TryAnswer {
    /// HTTP status.
    pub status: u16,
    /// Whether it is a 2xx.
    pub ok: bool,
    /// Host and path.
    pub address: String,
    /// Headers, secrets masked.
    pub headers: Vec<(String, String)>,
    /// Media type without parameters.
    pub media_type: String,
    /// Body as text, pretty-printed where it is JSON; secrets masked.
    pub body: String,
    /// The body was longer than shown.
    pub truncated: bool,
    /// Body size in bytes.
    pub bytes: u32,
    /// Duration in milliseconds.
    pub millis: u32,
    /// The account that was used.
    pub account: String,
}
