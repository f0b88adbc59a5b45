//! The practice service, as its connections' pages show it.

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::views::{PracticeFaults, PracticeView};
use crate::welcome::PRACTICE;

impl Console {
    /// Whether it runs, where, and with which faults.
    ///
    /// # Errors
    /// `no_workspace`.
    pub fn practice(&self, session: Session) -> Result<PracticeView, ConsoleError> {
        self.reader(session)?;
        let port = self.inner.practice.port();
        let failure = self
            .inner
            .practice_failure
            .lock()
            .ok()
            .and_then(|failure| failure.as_ref().map(|error| self.failure(error)));
        Ok(PracticeView {
            running: port.is_some(),
            address: port
                .map(|port| format!("http://127.0.0.1:{port}"))
                .unwrap_or_default(),
            failure,
            faults: self.inner.practice.faults(),
        })
    }

    /// Injects faults, to see what happens.
    ///
    /// # Errors
    /// R1, R2.
    pub fn set_practice_faults(
        &self,
        session: Session,
        faults: PracticeFaults,
    ) -> Result<PracticeView, ConsoleError> {
        self.manager(session)?;
        self.inner.practice.set_faults(faults);
        self.practice(session)
    }

    /// Lets the practice service forget every consent, as a person might at a provider.
    ///
    /// # Errors
    /// R1, R2.
    pub fn revoke_practice(&self, session: Session) -> Result<PracticeView, ConsoleError> {
        self.manager(session)?;
        self.inner.practice.revoke_all();
        self.practice(session)
    }

    pub(crate) fn stop_unused_practice(&self) {
        let used = self.inner.catalog.first_of_connector(PRACTICE);
        if used.is_ok_and(|first| first.is_none()) {
            self.inner.practice.stop();
        }
    }
}
