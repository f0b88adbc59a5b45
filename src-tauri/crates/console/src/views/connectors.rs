//! The Connectors screen, and the practice service on its connections' pages.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Failure, GalleryEntry, RegistrationView, ServiceMark};

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
    /// It is not finished, and the builder can go on with it.
    pub unfinished: bool,
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
