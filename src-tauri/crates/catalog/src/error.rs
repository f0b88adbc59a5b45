//! Why the catalog could not do it.

use rusqlite::ErrorCode;

/// Why the catalog could not do it. No message holds a value that was to be stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// The file was written by a later version of the program. It was left untouched.
    #[error("{file} has version {found}, and this program knows versions up to {known}")]
    TooNew {
        /// File name.
        file: String,
        /// Version of the file.
        found: u32,
        /// Latest version this program knows.
        known: u32,
    },
    /// The file is no catalog, or parts of it cannot be read.
    #[error("{file} is damaged or not a catalog: {detail}")]
    Damaged {
        /// File name; empty where it is not known.
        file: String,
        /// What SQLite says.
        detail: String,
    },
    /// The disk is full; nothing was stored.
    #[error("the disk is full")]
    DiskFull,
    /// The files could not be read or written.
    #[error("input or output error: {0}")]
    Io(String),
    /// Another process kept the file locked for more than five seconds.
    #[error("the catalog is in use by another process")]
    Busy,
    /// A row holds something this program cannot read; see [`crate::Catalog::quarantined`].
    #[error("a row cannot be read: {0}")]
    Unreadable(String),
    /// The workspace has been founded already.
    #[error("the workspace exists")]
    Founded,
    /// R19: another connection has this link name.
    #[error("the link name is taken")]
    LinkNameTaken,
    /// Another application has this name.
    #[error("the name is taken")]
    NameTaken,
    /// What is named does not exist.
    #[error("no such {0}")]
    Missing(&'static str),
    /// The connection has no such slot: its kind asks for a member or for none, or its
    /// environment mode has no such reach.
    #[error("the connection has no such slot")]
    NoSuchSlot,
    /// A part of a connection that never changes was to be changed.
    #[error("the {0} of a connection never changes")]
    Fixed(&'static str),
    /// R18: something still refers to it.
    #[error("it is still used")]
    StillUsed,
    /// Schedules run the item.
    #[error("it runs on schedule: {0}")]
    Scheduled(String),
    /// The flow has ended already, so nothing was stored.
    #[error("the flow has ended")]
    FlowEnded,
    /// A newer version of this credential is stored.
    #[error("a newer version is stored")]
    Stale,
    /// The workspace's key was replaced meanwhile, here or in another process: what was wrapped
    /// under the former one is not stored.
    #[error("the workspace's key was replaced meanwhile")]
    KeyReplaced,
    /// The cursor is none that [`crate::Catalog::list`] gave out for this order.
    #[error("the cursor is not valid")]
    Cursor,
    /// Whoever asked for it stopped it; nothing was stored.
    #[error("stopped")]
    Stopped,
    /// A fault of the program itself.
    #[error("internal error: {0}")]
    Internal(String),
}

impl CatalogError {
    /// Every code, so that a test can ask for each one's sentence.
    pub const CODES: &'static [&'static str] = &[
        "catalog_too_new",
        "catalog_damaged",
        "disk_full",
        "catalog_io",
        "catalog_busy",
        "row_unreadable",
        "already_founded",
        "link_name_taken",
        "name_taken",
        "missing",
        "no_such_slot",
        "fixed",
        "still_used",
        "item_scheduled",
        "flow_over",
        "stale",
        "key_replaced",
        "cursor",
        "work_stopped",
        "internal",
    ];

    /// Stable word for the screens.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooNew { .. } => "catalog_too_new",
            Self::Damaged { .. } => "catalog_damaged",
            Self::DiskFull => "disk_full",
            Self::Io(_) => "catalog_io",
            Self::Busy => "catalog_busy",
            Self::Unreadable(_) => "row_unreadable",
            Self::Founded => "already_founded",
            Self::LinkNameTaken => "link_name_taken",
            Self::NameTaken => "name_taken",
            Self::Missing(_) => "missing",
            Self::NoSuchSlot => "no_such_slot",
            Self::Fixed(_) => "fixed",
            Self::StillUsed => "still_used",
            Self::Scheduled(_) => "item_scheduled",
            Self::FlowEnded => "flow_over",
            Self::Stale => "stale",
            Self::KeyReplaced => "key_replaced",
            Self::Cursor => "cursor",
            Self::Stopped => "work_stopped",
            Self::Internal(_) => "internal",
        }
    }

    /// Names the file a damage was found in.
    pub(crate) fn in_file(self, name: &str) -> Self {
        match self {
            Self::Damaged { detail, .. } => Self::Damaged {
                file: name.to_owned(),
                detail,
            },
            other => other,
        }
    }
}

impl From<rusqlite::Error> for CatalogError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error as E;
        let code = match &error {
            E::SqliteFailure(failure, _) | E::SqlInputError { error: failure, .. } => *failure,
            E::FromSqlConversionFailure(_, _, what) => return Self::Unreadable(what.to_string()),
            E::InvalidColumnType(_, name, found) => {
                return Self::Unreadable(format!("column {name} holds {found}"));
            }
            E::IntegralValueOutOfRange(..) | E::Utf8Error(..) => {
                return Self::Unreadable(error.to_string());
            }
            _ => return Self::Internal(error.to_string()),
        };
        match code.code {
            ErrorCode::DiskFull => Self::DiskFull,
            ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt => Self::Damaged {
                file: String::new(),
                detail: error.to_string(),
            },
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
            ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::NoLargeFileSupport => Self::Io(error.to_string()),
            ErrorCode::ConstraintViolation
                if code.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY =>
            {
                Self::Missing("member, connection, registration or authorization")
            }
            _ => Self::Internal(error.to_string()),
        }
    }
}

impl From<std::io::Error> for CatalogError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Io(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests;
