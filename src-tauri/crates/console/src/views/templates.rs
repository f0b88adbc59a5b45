//! Templates: forms with their rules that one can start from.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use tsunagi_domain::{ApplicationId, ConnectionId, Environment, ItemId, Kind, Reach};

use super::{ConnectionMark, Failure, ServiceMark};

/// A template.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TemplateView {
    /// Its identifier.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it does.
    pub about: String,
    /// What to do to see it work.
    pub try_it: String,
    /// The kind of connection it goes through.
    pub kind: Kind,
    /// What it runs against: the practice service first.
    pub services: Vec<TemplateService>,
}

/// A service that a template runs against.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TemplateService {
    /// The service.
    pub service: ServiceMark,
    /// Connections there are that would do, by name.
    pub connections: Vec<ConnectionMark>,
    /// Why no new connection comes into being for it; `None`: one does.
    pub refused: Option<Failure>,
}

/// What to start from a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TemplateUse {
    /// Which template.
    pub template: String,
    /// Against which service.
    pub service: String,
    /// Through which connection; `None`: one comes into being.
    pub connection: Option<ConnectionId>,
    /// In which application; `None`: one is made.
    pub application: Option<ApplicationId>,
}

/// What was made of a template.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TemplateUsed {
    /// The form.
    pub item: ItemId,
    /// What it is called.
    pub name: String,
    /// The application it is in.
    pub application: ApplicationId,
    /// The environment it is in.
    pub environment: Environment,
    /// What it goes through.
    pub connection: ConnectionMark,
    /// What of that serves the environment.
    pub reach: Reach,
    /// Somebody has to sign in before it runs.
    pub needs_authorization: bool,
}
