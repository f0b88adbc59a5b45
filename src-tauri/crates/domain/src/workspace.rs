//! The workspace: one catalog, its plan, data center and country (R1).

use serde::{Deserialize, Serialize};

use crate::{Timestamp, WorkspaceId};

/// What the workspace pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Plan {
    /// Shows everything, and creates, authorizes and uses nothing.
    Free,
    /// Everything.
    Paid,
}

/// Where the workspace's data lives. Four are served today; others are data and are refused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DataCenter(pub String);

impl DataCenter {
    /// The data centers where connections are available (R1): US, EU, IN, AU.
    pub const SERVED: [&'static str; 4] = ["us", "eu", "in", "au"];

    /// The data centers a workspace can be in, those that are served first.
    pub const KNOWN: [&'static str; 9] = ["us", "eu", "in", "au", "jp", "ca", "sa", "cn", "ae"];

    /// Whether a workspace can be here at all.
    #[must_use]
    pub fn is_known(&self) -> bool {
        Self::KNOWN.contains(&self.0.as_str())
    }

    /// Whether connections are available here.
    #[must_use]
    pub fn is_served(&self) -> bool {
        Self::SERVED.contains(&self.0.as_str())
    }
}

/// One catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workspace {
    /// Identifier; also names the catalog's key in the keyring.
    pub id: WorkspaceId,
    /// Display name.
    pub name: String,
    /// Plan; paid at the first start.
    pub plan: Plan,
    /// Data center; `us` at the first start.
    pub data_center: DataCenter,
    /// ISO 3166-1 alpha-2 country, where known.
    pub country: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Whether this is the code of a country (ISO 3166-1 alpha-2), in capitals.
#[must_use]
pub fn is_country(code: &str) -> bool {
    countries().any(|known| known == code)
}

/// The codes of all countries (ISO 3166-1 alpha-2), each once.
pub fn countries() -> impl Iterator<Item = &'static str> {
    let codes: std::collections::BTreeSet<_> = celes::Country::get_countries()
        .iter()
        .map(|country| country.alpha2)
        .collect();
    codes.into_iter()
}
