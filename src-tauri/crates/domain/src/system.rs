//! R5: connections that come into being by themselves.

use crate::{Refusal, RefusalCode};

/// What somebody did without choosing a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// A form workflow pushes data to a service.
    FormWorkflow {
        /// Whether the service is Zoho's.
        zoho: bool,
    },
    /// A page panel shows a service's data.
    PagePanel,
    /// An integration task was written without its connection.
    IntegrationTask {
        /// Whether the task may be written so.
        optional: bool,
    },
    /// Any other place: a connection has to be chosen there.
    Elsewhere,
}

/// R5: whether a system connection of a service comes into being. Never for payments.
///
/// # Errors
/// [`RefusalCode::ConnectionNeeded`].
pub fn comes_into_being(service: &str, cause: Cause, payment: bool) -> Result<(), Refusal> {
    let by_itself = match cause {
        Cause::FormWorkflow { zoho } => zoho,
        Cause::PagePanel => true,
        Cause::IntegrationTask { optional } => optional,
        Cause::Elsewhere => false,
    };
    if by_itself && !payment {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::ConnectionNeeded).with("service", service))
}
