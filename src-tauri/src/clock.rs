//! The clock that the console reads: the computer's own.
//!
//! Debug builds can be told that more time has passed, so that a journey of the real app sees a
//! seat lock itself without waiting for minutes: `TSUNAGI_CLOCK` names a file with the seconds to
//! add, which may change while the program runs. Release builds know nothing of it.

use std::sync::Arc;

use tsunagi_console::{Clock, SystemClock};

/// The clock of this program.
#[cfg(not(debug_assertions))]
pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

/// The clock of this program, set forward where `TSUNAGI_CLOCK` says so.
#[cfg(debug_assertions)]
pub(crate) fn clock() -> Arc<dyn Clock> {
    match std::env::var_os("TSUNAGI_CLOCK") {
        Some(file) if !file.is_empty() => Arc::new(forward::Forward(file.into())),
        _ => Arc::new(SystemClock),
    }
}

#[cfg(debug_assertions)]
mod forward {
    use std::path::PathBuf;

    use tsunagi_console::{Clock, SystemClock, Timestamp};

    /// The computer's clock plus as many seconds as a file says. A file that is missing or holds
    /// anything else adds nothing.
    pub(super) struct Forward(pub(super) PathBuf);

    impl Forward {
        fn seconds(&self) -> i64 {
            let told = std::fs::read_to_string(&self.0).ok();
            let seconds = told.and_then(|told| told.trim().parse().ok());
            seconds.unwrap_or(0)
        }
    }

    impl Clock for Forward {
        fn now(&self) -> Timestamp {
            SystemClock.now().plus_seconds(self.seconds())
        }
    }

    #[cfg(test)]
    mod tests {
        #![allow(clippy::unwrap_used)]
        use super::*;

        #[test]
        fn it_follows_the_file_while_the_program_runs() {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("ahead");
            let clock = Forward(file.clone());
            assert_eq!(clock.seconds(), 0, "without the file nothing is added");
            std::fs::write(&file, "3600\n").unwrap();
            assert_eq!(clock.seconds(), 3600, "an hour later");
            std::fs::write(&file, "soon").unwrap();
            assert_eq!(clock.seconds(), 0, "what is no number adds nothing");
        }
    }
}
