//! What can go wrong in a verb, as sentences for the person at the terminal.

use std::path::PathBuf;

/// Why a verb stopped. The text is complete: what happened, and what to do where that is known.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program could not be started at all.
    #[error("`{program}` could not be started: {source}")]
    Start {
        /// The program, as typed.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A program ran and failed.
    #[error("`{line}` failed ({status})")]
    Failed {
        /// The whole line, as typed.
        line: String,
        /// Exit code or signal.
        status: String,
    },
    /// A file or folder could not be read or written.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// `cargo metadata` answered something else than expected.
    #[error("cargo metadata: {0}")]
    Metadata(String),
    /// The machine lacks something, or the person said no; the sentence says what to do.
    #[error("{0}")]
    Need(String),
}

impl Error {
    /// For `map_err` on file operations.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
