//! Flows: the flow window and the Timeline.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use tsunagi_domain::{ConnectionId, FlowId, Reach, Timestamp};

use super::{AccountView, Failure, ServiceMark};

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
    /// A code that is entered on any device (RFC 8628).
    Device,
    /// A form of the program, that a key is typed into.
    Form,
    /// Nobody: the client authorizes itself (RFC 6749 §4.4).
    Client,
}

impl AgentKind {
    /// Whether nobody is taken to a page of the service.
    #[must_use]
    pub const fn has_no_page(self) -> bool {
        matches!(self, Self::Form | Self::Client)
    }
}

/// A form that a key is typed into.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeyForm {
    /// Its fields, in order.
    pub fields: Vec<KeyFieldView>,
    /// How a key is come by at the service, step by step.
    pub steps: Vec<String>,
    /// Where.
    pub setup: Option<String>,
    /// What was wrong with what was typed last.
    pub problem: Option<FormProblem>,
}

/// One field of it.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeyFieldView {
    /// Its name in [`TypedKeys`].
    pub name: String,
    /// Label.
    pub label: String,
    /// Where the person finds it.
    pub help: Option<String>,
    /// Whether it is a secret.
    pub secret: bool,
    /// An example, of what is no secret.
    pub example: Option<String>,
}

/// Why what was typed was not taken.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FormProblem {
    /// The field it is about; `None`: all of them.
    pub field: Option<String>,
    /// What is wrong.
    pub failure: Failure,
}

/// What a person typed into a form. Sealed once the service takes it, never sent back.
#[derive(Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TypedKeys {
    /// Values by field.
    pub fields: BTreeMap<String, String>,
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
    /// The service tells nothing about whose account it is: asks whether it is the same.
    AskWhose,
    /// Connected.
    Done,
    /// Refused or failed; nothing was stored.
    Failed,
}

/// Whether the service's page stays signed in on this computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Stay {
    /// No: the page remembers nothing.
    Off,
    /// Yes, for the account that signs in.
    On,
    /// It cannot: the service does not tell whose account it is.
    NoAccount,
    /// It cannot on this computer.
    NotHere,
}

/// A code to be entered at a provider's address, on any device.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CodeView {
    /// What a person types.
    pub user_code: String,
    /// Where, as a person types it.
    pub address: String,
    /// The same for a camera, with the code in it where the provider offers that.
    pub qr: Option<QrView>,
}

/// A QR code, to be drawn dark on light, whatever the theme.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct QrView {
    /// Width and height in modules, with the light margin that cameras need.
    pub size: u32,
    /// The dark modules, as the `d` of an SVG path in units of modules.
    pub path: String,
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
    /// The service can also be signed in to by entering a code on another device.
    pub code_offered: bool,
    /// That code, once it was asked for.
    pub code: Option<CodeView>,
    /// The form, where a key is typed in.
    pub form: Option<KeyForm>,
    /// When the flow ends by itself.
    pub deadline: Timestamp,
    /// Now, by the same clock.
    pub now: Timestamp,
    /// Seconds the flow had from the beginning, extensions included.
    pub seconds: u32,
    /// Stage.
    pub stage: Stage,
    /// Who has signed in, from `AskReplace` or `AskWhose` on.
    pub account: Option<AccountView>,
    /// Who was there before.
    pub previous: Option<AccountView>,
    /// Uses that would run as the new account.
    pub uses: u32,
    /// The account became primary.
    pub primary: bool,
    /// The authorizing account may become primary and run unattended: ask (R11).
    pub may_become_primary: bool,
    /// The member has a passphrase: as a primary account it can then be opened without it.
    pub passphrase: bool,
    /// The answer so far; `flow_primary` changes it.
    pub primary_wanted: bool,
    /// Whether the page stays signed in; `flow_stay` changes it while the page is open.
    pub stay: Stay,
    /// What went wrong.
    pub failure: Option<Failure>,
}
