//! The practice service, as its connections' pages show it.

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::log::Action;
use crate::views::{PracticeFaults, PracticeView};

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
        let on = in_words(&faults);
        let before = in_words(&self.inner.practice.faults());
        if on != before {
            let args = [("faults", on.as_str())];
            self.log(session, Action::PracticeFaultsSet, "practice", &args)?;
        }
        self.inner.practice.set_faults(faults);
        self.practice(session)
    }

    /// Lets the practice service forget every consent, as a person might at a provider.
    ///
    /// # Errors
    /// R1, R2.
    pub fn revoke_practice(&self, session: Session) -> Result<PracticeView, ConsoleError> {
        self.manager(session)?;
        self.log(session, Action::PracticeRevoked, "practice", &[])?;
        self.inner.practice.revoke_all();
        self.practice(session)
    }

    pub(crate) fn stop_unused_practice(&self) {
        if self.uses_practice().is_ok_and(|used| !used) {
            self.inner.practice.stop();
        }
    }
}

/// Faults as the log tells them, in the words of the service itself; a dash where there is none.
fn in_words(faults: &PracticeFaults) -> String {
    let PracticeFaults {
        access_seconds,
        token,
        api,
        slow_millis,
    } = faults;
    let told = [
        access_seconds.map(|seconds| format!("access {seconds} s")),
        token.as_ref().map(|fault| format!("token {fault}")),
        api.as_ref().map(|fault| format!("API {fault}")),
        slow_millis.map(|millis| format!("{millis} ms")),
    ];
    let told: Vec<String> = told.into_iter().flatten().collect();
    if told.is_empty() {
        "-".to_owned()
    } else {
        told.join(", ")
    }
}
