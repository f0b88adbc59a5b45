//! What can go wrong with the practice service as a whole. None of these carries a secret.

use std::io;
use std::path::PathBuf;

/// Why the practice service did not start, or could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum PracticeError {
    /// Something else listens on the port this service had before. Its connections are bound to
    /// that port, so no other one is taken silently.
    #[error("port {port} on 127.0.0.1, where the practice service ran before, is taken")]
    PortTaken {
        /// The remembered port.
        port: u16,
    },
    /// No loopback port could be opened.
    #[error("the practice service could not open a port on 127.0.0.1")]
    Bind(#[source] io::Error),
    /// The state file is there but could not be read.
    #[error("{path} could not be read", path = path.display())]
    StateRead {
        /// The state file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The state file is not what this service writes. It is left as it is. Only the place is
    /// told, never the text found there, which may be part of a key.
    #[error("{path} is not a state file of the practice service (line {line}, column {column})", path = path.display())]
    StateMalformed {
        /// The state file.
        path: PathBuf,
        /// Line, from 1; 0 where the text is sound and the signing key in it is not.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// The state file was written by a later version of this program. It is left as it is.
    #[error("{path} was written by a later version (format {format})", path = path.display())]
    StateNewer {
        /// The state file.
        path: PathBuf,
        /// The format found.
        format: u32,
    },
    /// The state file could not be written; nothing was changed.
    #[error("{path} could not be written", path = path.display())]
    StateWrite {
        /// The state file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The signing key could not be made or used.
    #[error("the signing key of the practice service could not be {0}")]
    Key(&'static str),
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    Random,
    /// [`Config::approve`](crate::Config::approve) names an account there is not.
    #[error("the practice service has no account {0:?}")]
    UnknownAccount(String),
    /// The program is ending, and the work was not done.
    #[error("the practice service is stopping")]
    Interrupted,
}
