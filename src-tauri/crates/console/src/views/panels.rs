//! Page panels: what an application's page shows, and one panel as it is edited.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use tsunagi_areas::panel::{Panel, Shape, Shown, Width};
use tsunagi_domain::{ApplicationId, ConnectionId, Environment, ItemId, Timestamp};

use super::{ApplicationMark, Failure, LiveRow, TaskService};

/// The page of an application in one environment.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PanelsView {
    /// The application.
    pub application: ApplicationMark,
    /// Its panels, in their order.
    pub panels: Vec<PanelRow>,
    /// What a panel may go through there, by name; for managers.
    pub connections: Vec<LiveRow>,
    /// Services whose connection a panel may leave out (R5); for managers.
    pub services: Vec<TaskService>,
    /// Data sources that a panel may show; for managers.
    pub sources: Vec<PanelSource>,
    /// The acting member may keep, move and delete panels (R1, R2).
    pub may_manage: bool,
}

/// A panel of the page. What it shows is asked for by itself.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PanelRow {
    /// Its identifier.
    pub id: ItemId,
    /// How often it was stored: what it shows is asked for again where that has changed.
    pub version: u64,
    /// What it is called.
    pub name: String,
    /// What it is drawn as; `None` where what is stored cannot be read.
    pub shape: Option<Shape>,
    /// How wide it is.
    pub width: Width,
    /// What it goes through, as the acting member has it; `None` where it shows a data source, or
    /// that is not theirs to see (R15).
    pub seat: Option<LiveRow>,
    /// The data source that it shows.
    pub source: Option<String>,
}

/// A data source that a panel may show.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PanelSource {
    /// Its identifier.
    pub id: ItemId,
    /// What it is called.
    pub name: String,
    /// How many rows it has.
    pub rows: u64,
}

/// A panel as it is edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PanelDraft {
    /// Which panel; `None` for one that is not kept yet.
    pub id: Option<ItemId>,
    /// The version that is edited.
    pub version: Option<u64>,
    /// The application it belongs to.
    pub application: ApplicationId,
    /// In which environment.
    pub environment: Environment,
    /// What it is called; empty for one that is not kept yet.
    pub name: String,
    /// What it goes through; `None` for one that shows a data source.
    pub connection: Option<ConnectionId>,
    /// The service, where the connection is left out: then it is the system connection (R5).
    pub service: Option<String>,
    /// What it shows.
    pub panel: Panel,
}

/// What a panel shows now.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PanelShown {
    /// When its data came; `None` where none has.
    pub at: Option<Timestamp>,
    /// It; `None` where it was refused.
    pub shown: Option<Shown>,
    /// Why there is nothing to show.
    pub refused: Option<Failure>,
    /// What it goes through, as the acting member has it; `None` where that is not theirs to see
    /// (R15).
    pub seat: Option<LiveRow>,
    /// Whether that came into being for it just now (R5).
    pub made: bool,
    /// The fields that its rows have, for whoever edits it.
    pub fields: Vec<String>,
}
