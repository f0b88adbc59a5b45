//! The workspace's key: its recovery code, and replacing it.

use serde::Serialize;
use ts_rs::TS;

use super::Failure;

/// What has to be given before the key is touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyProof {
    /// Nothing: the keyring gives the key out, and the acting member has no passphrase.
    None,
    /// The acting member's own passphrase.
    Own,
    /// The workspace's passphrase, which the key is behind.
    Workspace,
}

/// The workspace's key, as Settings shows it to a super admin.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeysView {
    /// In the keyring; else behind a passphrase.
    pub keyring: bool,
    /// A recovery code was made for the key there is now.
    pub recovery_code: bool,
    /// What has to be given before it is touched.
    pub asks: KeyProof,
    /// The key is being replaced.
    pub rotation: Option<RotationView>,
}

/// How far replacing the key has come.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RotationView {
    /// What is sealed under the new key, of what was found under the old one since the program
    /// started or the replacing began.
    pub done: u32,
    /// All of that.
    pub total: u32,
    /// Somebody paused it, until the next start or until they go on.
    pub paused: bool,
    /// Why it stopped; it goes on at the next start, or when somebody goes on.
    pub failure: Option<Failure>,
}

/// A recovery code that was just made, to be written down. The one secret that is shown: once,
/// to the super admin who asked for it, and never again.
#[derive(Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryCodeView {
    /// Its groups of five symbols, in order.
    pub groups: Vec<String>,
    /// Confirming it makes a former code useless.
    pub replaces: bool,
}

impl std::fmt::Debug for RecoveryCodeView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCodeView(redacted)")
    }
}
