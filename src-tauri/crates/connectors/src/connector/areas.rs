//! Where a service can be used.

use serde::{Deserialize, Serialize};

/// One place of an application that uses connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Area {
    /// Data sources.
    DataSource,
    /// SMS actions.
    Sms,
    /// Payments.
    Payment,
    /// Form workflows with integration fields.
    FormWorkflow,
    /// Report workflows.
    ReportWorkflow,
    /// Integration tasks.
    IntegrationTask,
    /// Invoke URL.
    InvokeUrl,
    /// Page panels.
    PagePanel,
    /// Schedules.
    Schedule,
}

impl Area {
    /// What any API can be used in: all but the areas that ask for a kind of service.
    pub(crate) const GENERAL: [Self; 7] = [
        Self::DataSource,
        Self::FormWorkflow,
        Self::ReportWorkflow,
        Self::IntegrationTask,
        Self::InvokeUrl,
        Self::PagePanel,
        Self::Schedule,
    ];

    /// The word of it, as in `area.<word>`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DataSource => "data_source",
            Self::Sms => "sms",
            Self::Payment => "payment",
            Self::FormWorkflow => "form_workflow",
            Self::ReportWorkflow => "report_workflow",
            Self::IntegrationTask => "integration_task",
            Self::InvokeUrl => "invoke_url",
            Self::PagePanel => "page_panel",
            Self::Schedule => "schedule",
        }
    }
}
