//! What crosses IPC: the shapes screens read. Nothing here can hold a secret; the only secrets
//! that ever cross come *from* the screens (a client secret, a passphrase) as arguments.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use tsunagi_domain::{
    ConnectionId, Environment, FlowId, Health, Kind, MemberId, Mode, Plan, Reach, RegistrationId,
    Role, Timestamp,
};

/// A refusal or an error, in the acting member's language. Screens match on `code` only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Stable word, such as `not_connected`.
    pub code: String,
    /// What happened and why.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// The language of screens, tray and errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Locale {
    /// English.
    En,
    /// Japanese.
    Ja,
}

/// Colors of the screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the desktop says.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Whether credentials can be opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum VaultView {
    /// No workspace yet, so no key.
    None,
    /// Open; the key came from here.
    Open {
        /// The OS keyring, else a passphrase.
        keyring: bool,
    },
    /// The keyring has been asked and has not answered: there may be a prompt on the screen.
    Waiting,
    /// The key could not be read.
    Locked {
        /// Why, and what to do.
        failure: Failure,
    },
    /// The workspace's key is behind a passphrase.
    NeedsPassphrase,
}

/// What the program says first.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Start {
    /// `None` until the first start is finished.
    pub workspace: Option<WorkspaceView>,
    /// The acting member; before the first start, the name proposed from the OS account.
    pub member: MemberView,
    /// Whether credentials can be opened.
    pub vault: VaultView,
    /// Language in use.
    pub locale: Locale,
    /// Theme in use.
    pub theme: Theme,
    /// What went wrong while starting and is worth telling, such as a bad connector file.
    pub problems: Vec<Failure>,
    /// Whether a keyring is there at all; where not, the welcome asks for a passphrase.
    pub keyring: bool,
    /// Slots that need a person, for the sidebar.
    pub needing: u32,
    /// Program version.
    pub version: String,
    /// Folder of the data.
    pub home: String,
}

/// The workspace.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WorkspaceView {
    /// Display name.
    pub name: String,
    /// Plan.
    pub plan: Plan,
    /// `us`, `eu`, `in`, `au` or another.
    pub data_center: String,
}

/// A member.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MemberView {
    /// `None` before the first start.
    pub id: Option<MemberId>,
    /// Display name.
    pub name: String,
    /// Role.
    pub role: Role,
}

/// The first start's choice.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Founding {
    /// Workspace name.
    pub workspace: String,
    /// The super admin's name.
    pub member: String,
    /// Make a connection to the practice service at once.
    pub practice: bool,
    /// Where there is no keyring: at least eight characters.
    pub passphrase: Option<String>,
}

/// What the first start made.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Founded {
    /// As after any start.
    pub start: Start,
    /// The practice connection, where one was asked for.
    pub connection: Option<ConnectionId>,
}

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
}

/// One bar of the environment matrix: `all`, or one environment.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Station {
    /// Which environments it serves.
    pub reach: Reach,
    /// Connected, or not and why.
    pub health: Health,
    /// Beside health, never instead of it.
    pub unreachable: Option<UnreachableView>,
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

/// A card of the gallery.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct GalleryEntry {
    /// Service.
    pub service: ServiceMark,
    /// One line about it.
    pub about: String,
    /// Category id, such as `practice` or `crm`; its name is `category.<id>`.
    pub category: String,
    /// Kinds offered.
    pub kinds: Vec<Kind>,
    /// Tried against the live service.
    pub verified: bool,
    /// From a file of this workspace.
    pub custom: bool,
    /// Why it is not offered to this workspace.
    pub refused: Option<Failure>,
}

/// One scope.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ScopeView {
    /// As sent to the provider.
    pub name: String,
    /// What it allows, in words.
    pub about: String,
    /// Chosen at first.
    pub default: bool,
}

/// A named choice of scopes.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PresetView {
    /// Identifier.
    pub id: String,
    /// Name.
    pub name: String,
    /// Its scopes.
    pub scopes: Vec<String>,
}

/// A parameter of the service, such as a subdomain.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ParameterView {
    /// Name in settings.
    pub name: String,
    /// Label.
    pub label: String,
    /// Regular expression a value must match as a whole.
    pub pattern: String,
    /// Value at first.
    pub default: Option<String>,
}

/// How a redirect address is formed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "form")]
pub enum RedirectForm {
    /// `http://127.0.0.1/callback/<id>`, any port at sign-in (RFC 8252 §7.3).
    LoopbackAnyPort,
    /// `http://127.0.0.1:<port>/callback/<id>`.
    LoopbackPort {
        /// The port.
        port: u16,
    },
    /// `<base>/callback/<id>` on an https host, intercepted in the sign-in window.
    Intercepted {
        /// Such as `https://tsunagi.example`.
        base: String,
    },
}

/// A redirect address to register at the provider before the client ID is known.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RegistrationDraft {
    /// The registration's identifier, already part of the address.
    pub id: RegistrationId,
    /// The address to register.
    pub redirect_address: String,
}

/// A client registration.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RegistrationView {
    /// Identifier.
    pub id: RegistrationId,
    /// Connector id.
    pub connector: String,
    /// Name.
    pub name: String,
    /// Client ID (not a secret).
    pub client_id: String,
    /// A client secret is stored.
    pub has_secret: bool,
    /// The address registered at the provider.
    pub redirect_address: String,
    /// Connections that use it.
    pub connections: u32,
}

/// A new client registration.
#[derive(Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NewRegistration {
    /// From the draft.
    pub id: RegistrationId,
    /// Connector id.
    pub connector: String,
    /// Name.
    pub name: String,
    /// Client ID.
    pub client_id: String,
    /// Client secret, where the provider gave one. Sealed at once, never sent back.
    pub client_secret: Option<String>,
    /// Form of the redirect address, as in the draft.
    pub redirect: RedirectForm,
}

/// A connector as *New connection* shows it.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorView {
    /// Service.
    pub service: ServiceMark,
    /// One line about it.
    pub about: String,
    /// Kinds offered.
    pub kinds: Vec<Kind>,
    /// Scopes.
    pub scopes: Vec<ScopeView>,
    /// Presets of scopes.
    pub presets: Vec<PresetView>,
    /// Parameters a person fills in.
    pub parameters: Vec<ParameterView>,
    /// Host of the sign-in page.
    pub host: String,
    /// Hosts the credential may go to.
    pub hosts: Vec<String>,
    /// A client registration must be brought.
    pub needs_registration: bool,
    /// Registrations there are.
    pub registrations: Vec<RegistrationView>,
    /// Why the sign-in page opens in the system browser; `None` where the window is used.
    pub browser_because: Option<String>,
    /// Tried against the live service.
    pub verified: bool,
    /// From a file of this workspace.
    pub custom: bool,
    /// Name proposed for the connection.
    pub suggested_name: String,
}

/// A suggestion while a name is typed.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NameCheck {
    /// Link name that would be given.
    pub link_name: String,
    /// What is wrong with the name.
    pub problem: Option<Failure>,
    /// What is wrong with the link name typed by hand.
    pub link_problem: Option<Failure>,
}

/// R21: an authorization that a new connection could use.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReuseOffer {
    /// The connection that has it.
    pub connection: ConnectionId,
    /// Its name.
    pub connection_name: String,
    /// Where it sits.
    pub reach: Reach,
    /// Who is authorized.
    pub account: AccountView,
}

/// A new connection.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NewConnection {
    /// Name (R19).
    pub name: String,
    /// Link name (R19); `None` takes the suggestion.
    pub link_name: Option<String>,
    /// Connector id.
    pub connector: String,
    /// Admin or logged-in user.
    pub kind: Kind,
    /// Same authorization for all environments, or one per environment.
    pub mode: Mode,
    /// Scopes to ask for.
    pub scopes: Vec<String>,
    /// Client registration, where the connector needs one.
    pub registration: Option<RegistrationId>,
    /// Parameter values.
    pub settings: std::collections::BTreeMap<String, String>,
    /// R21: take this connection's authorization instead of signing in.
    pub reuse: Option<ConnectionId>,
}

/// One environment of a connection's details.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentCard {
    /// Which environments.
    pub station: Station,
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
    /// The acting member manages connections.
    pub may_manage: bool,
    /// What is wrong with the connector, such as a withdrawn file.
    pub problem: Option<Failure>,
}

/// One attempt to authorize, as the Timeline tells it.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FlowRecord {
    /// Identifier.
    pub id: FlowId,
    /// Where.
    pub reach: Reach,
    /// Begun when.
    pub started_at: Timestamp,
    /// `webview`, `browser` or `renewal`.
    pub agent: String,
    /// Outcome code; `None` while it runs.
    pub outcome: Option<String>,
    /// Outcome in a sentence.
    pub summary: String,
    /// Whether it ended well.
    pub ok: bool,
    /// Steps.
    pub steps: Vec<StepView>,
}

/// One step.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StepView {
    /// When.
    pub at: Timestamp,
    /// Went well.
    pub ok: bool,
    /// In a sentence.
    pub text: String,
    /// What to do, for a failed step.
    pub help: Option<String>,
    /// Redacted wire lines.
    pub wire: Vec<String>,
    /// Duration in milliseconds.
    pub millis: Option<u32>,
}

/// How a person is taken to the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AgentKind {
    /// A window of the program.
    Webview,
    /// The system browser, answered on loopback.
    Browser,
}

/// Where a flow stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The provider's page is open.
    Waiting,
    /// The page has answered; tokens and account are being fetched.
    Checking,
    /// Another account than before: waits for an answer.
    AskReplace,
    /// Connected.
    Done,
    /// Refused or failed; nothing was stored.
    Failed,
}

/// What the flow window shows.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FlowView {
    /// Identifier.
    pub id: FlowId,
    /// The connection.
    pub connection: ConnectionId,
    /// Its name.
    pub connection_name: String,
    /// Where.
    pub reach: Reach,
    /// Service.
    pub service: ServiceMark,
    /// The true host of the page that is shown now.
    pub host: String,
    /// Whether it came over TLS (or from this computer).
    pub secure: bool,
    /// Where the page is.
    pub agent: AgentKind,
    /// Why it is not in a window of the program.
    pub browser_because: Option<String>,
    /// When the flow ends by itself.
    pub deadline: Timestamp,
    /// Now, by the same clock.
    pub now: Timestamp,
    /// Seconds the flow had from the beginning, extensions included.
    pub seconds: u32,
    /// Stage.
    pub stage: Stage,
    /// Who has signed in, from `AskReplace` on.
    pub account: Option<AccountView>,
    /// Who was there before.
    pub previous: Option<AccountView>,
    /// Uses that would run as the new account.
    pub uses: u32,
    /// The account became primary.
    pub primary: bool,
    /// The authorizing account may become primary and run unattended: ask (R11).
    pub may_become_primary: bool,
    /// The answer so far; `flow_primary` changes it.
    pub primary_wanted: bool,
    /// What went wrong.
    pub failure: Option<Failure>,
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
    /// Whose authorization.
    pub account: AccountView,
    /// The acting member's own.
    pub own: bool,
    /// Environments that lose it.
    pub environments: Vec<Environment>,
    /// Uses that stop.
    pub stops: Vec<UseView>,
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

/// State of a connector file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// New: not used until accepted.
    Draft,
    /// Accepted as it is.
    Accepted,
    /// Accepted before, and changed since: the accepted one is used until this is accepted.
    Changed,
    /// Cannot be read.
    Bad,
    /// Accepted before, and the file is gone: the accepted one goes on.
    Gone,
}

/// A line of a diff.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DiffRow {
    /// `same`, `added` or `removed`.
    pub change: String,
    /// Text.
    pub text: String,
}

/// A connector file of the home's `connectors` folder.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorFile {
    /// File name.
    pub file: String,
    /// SHA-256 of its bytes, hex.
    pub hash: String,
    /// State.
    pub state: FileState,
    /// Service, where it can be read.
    pub service: Option<ServiceMark>,
    /// Hosts that credentials would go to.
    pub hosts: Vec<String>,
    /// Line of the mistake.
    pub line: Option<u32>,
    /// The mistake, in a sentence.
    pub problem: Option<String>,
    /// What changed since it was accepted.
    pub diff: Vec<DiffRow>,
    /// Connections that use it.
    pub connections: u32,
}

/// The Connectors screen.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorsView {
    /// Folder that is read.
    pub folder: String,
    /// Files found.
    pub files: Vec<ConnectorFile>,
    /// Built-in services.
    pub built_in: Vec<GalleryEntry>,
    /// Client registrations.
    pub registrations: Vec<RegistrationView>,
    /// The acting member may accept files.
    pub may_manage: bool,
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
    /// Authorizations that lapse within 14 days.
    pub lapsing: Vec<Need>,
    /// Attempts that failed lately, with their connection's name.
    pub failures: Vec<NamedFlow>,
    /// Connections there are.
    pub connections: u32,
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

/// What a member may change about the program.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct SettingsChange {
    /// Language.
    pub locale: Option<Locale>,
    /// Theme.
    pub theme: Option<Theme>,
    /// The acting member's name.
    pub member: Option<String>,
    /// The workspace's name.
    pub workspace: Option<String>,
}

/// The practice service, as its connections' pages show it.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PracticeView {
    /// It is serving.
    pub running: bool,
    /// Its address.
    pub address: String,
    /// Why it is not serving.
    pub failure: Option<Failure>,
    /// Faults that are injected.
    pub faults: PracticeFaults,
}

/// Faults a person can switch on, to see what happens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct PracticeFaults {
    /// Lifetime of access tokens in seconds; `None` for an hour.
    pub access_seconds: Option<u32>,
    /// `too_many`, `server_error`, `ok_with_error`, `html`, `empty`, `malformed`, `huge` or
    /// `no_expires_in`, for the token endpoint.
    pub token: Option<String>,
    /// The same words, for the API.
    pub api: Option<String>,
    /// Delay of every answer in milliseconds.
    pub slow_millis: Option<u32>,
}
