//! Backups, restoring them, and taking a restored workspace over.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use tsunagi_domain::Timestamp;

/// What a backup is to be sealed with. Neither passphrase is stored or shown.
#[derive(Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NewBackup {
    /// The backup's passphrase: at least twelve characters.
    pub passphrase: String,
    /// What is asked for before the key is touched: see [`super::KeyProof`].
    pub proof: Option<String>,
}

/// A backup that was written.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BackupFile {
    /// Where.
    pub path: String,
    /// How long it is.
    pub bytes: u64,
}

/// Which backup is to be restored, and how its key is kept here.
#[derive(Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Restoring {
    /// Where the backup lies.
    pub path: String,
    /// The backup's passphrase.
    pub passphrase: String,
    /// Where this computer has no keyring: what the workspace opens with from now on, at least
    /// eight characters.
    pub own_passphrase: Option<String>,
}

/// That the workspace came from a backup.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RestoredView {
    /// When the backup was made.
    pub backed_up_at: Timestamp,
    /// When it was restored here.
    pub restored_at: Timestamp,
    /// This computer has the workspace now; until then nothing is used or renewed.
    pub taken_over: bool,
    /// Connected authorizations of which nobody knows yet whether they still work.
    pub unproven: u32,
    /// The acting member may take the workspace over.
    pub may_take_over: bool,
}
