//! The first screen: language, theme, vault, workspace, the acting member.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use tsunagi_domain::{ConnectionId, KeptSignInId, MemberId, Plan, Role, Timestamp};

use super::ServiceMark;

use super::SessionMark;

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
    /// Why nothing can be created, authorized or used in this workspace, where that is so (R1).
    pub refused: Option<Failure>,
    /// Why nothing can be authorized or used, where that is so: R1, or a restored workspace that
    /// is not taken over. Screens show it where they would offer to authorize.
    pub unusable: Option<Failure>,
    /// The acting member; before the first start, the name proposed from the OS account.
    pub member: MemberView,
    /// Who sits at the keyboard, and how sure the program is of that.
    pub session: SessionMark,
    /// Whether credentials can be opened.
    pub vault: VaultView,
    /// Language in use.
    pub locale: Locale,
    /// Theme in use.
    pub theme: Theme,
    /// What went wrong while starting and is worth telling, such as a bad connector file.
    pub problems: Vec<Failure>,
    /// Damaged files that were set aside and nobody has taken note of yet; for managers.
    pub set_aside: Vec<String>,
    /// That the workspace came from a backup; until it is taken over, nothing is used or renewed.
    pub restored: Option<super::RestoredView>,
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

/// What the workspace pays for and where it is (R1).
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AvailabilityView {
    /// Plan.
    pub plan: Plan,
    /// Data center, such as `us`.
    pub data_center: String,
    /// ISO 3166-1 alpha-2 country, where known.
    pub country: Option<String>,
    /// The data centers there are to choose from.
    pub data_centers: Vec<DataCenterView>,
    /// Every country's code.
    pub countries: Vec<String>,
    /// How many connections there are: what a place that is not served stops.
    pub connections: u64,
    /// Whether the acting member may change it.
    pub may_change: bool,
}

/// A data center.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DataCenterView {
    /// Such as `us`.
    pub id: String,
    /// Whether connections are available there.
    pub served: bool,
}

/// What a super admin changes about it.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AvailabilityChange {
    /// Plan.
    pub plan: Plan,
    /// Data center.
    pub data_center: String,
    /// Country; `None`: not told.
    pub country: Option<String>,
}

/// A kept sign-in of the acting member.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeptSignInView {
    /// Identifier.
    pub id: KeptSignInId,
    /// Where one is signed in.
    pub service: ServiceMark,
    /// As whom.
    pub account: String,
    /// Since when.
    pub kept_since: Timestamp,
    /// When it last led to an authorization.
    pub last_used: Timestamp,
}
