//! The operating system's keyring: Secret Service, Keychain or Credential Manager. Never kernel
//! keyutils, whose keys are gone after a reboot.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use keyring_core::{CredentialStore, Entry, Error};
use zeroize::Zeroizing;

use crate::{KeyHolder, KeyringError, MasterKey};

/// The service all of this program's entries are filed under; the user is the catalog's UUID.
const SERVICE: &str = "tsunagi";

/// The keyring of this session. The call, and those on what it returns, **may block** on a prompt
/// that the person has to answer: keep them off the main thread.
///
/// # Errors
/// [`KeyringError::Missing`] where the session has none.
pub fn platform_keyring() -> Result<Box<dyn KeyHolder>, KeyringError> {
    connect()?;
    Ok(Box::new(PlatformKeyring))
}

/// Connects anew for every call: a daemon that was restarted or unlocked meanwhile is found, and
/// calls are few (once per start).
struct PlatformKeyring;

impl KeyHolder for PlatformKeyring {
    fn get(&self, catalog: &str) -> Result<Option<MasterKey>, KeyringError> {
        let secret = match entry(catalog)?.get_secret() {
            Ok(secret) => Zeroizing::new(secret),
            Err(Error::NoEntry) => return Ok(None),
            Err(error) => return Err(translate(&error)),
        };
        let damaged = || KeyringError::Other("the entry for this catalog holds no key".to_owned());
        let bytes = STANDARD
            .decode(&*secret)
            .map(Zeroizing::new)
            .map_err(|_| damaged())?;
        MasterKey::from_slice(&bytes).map(Some).ok_or_else(damaged)
    }

    fn set(&self, catalog: &str, key: &MasterKey) -> Result<(), KeyringError> {
        // As text: several keyrings hold and show nothing else well.
        let text = Zeroizing::new(STANDARD.encode(key.bytes()));
        entry(catalog)?
            .set_secret(text.as_bytes())
            .map_err(|error| translate(&error))
    }

    fn remove(&self, catalog: &str) -> Result<(), KeyringError> {
        match entry(catalog)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(translate(&error)),
        }
    }
}

fn entry(catalog: &str) -> Result<Entry, KeyringError> {
    let store = connect()?;
    // Only the Secret Service shows a label of ours; the other stores refuse the modifier.
    let label = format!("Tsunagi catalog {catalog}");
    let modifiers = HashMap::from([("label", label.as_str())]);
    let modifiers = cfg!(target_os = "linux").then_some(&modifiers);
    store
        .build(SERVICE, catalog, modifiers)
        .map_err(|error| translate(&error))
}

/// Connects to the store itself instead of a process-wide default, so that nothing else in the
/// program can put another store in its place.
fn connect() -> Result<Arc<CredentialStore>, KeyringError> {
    store().map_err(|error| {
        tracing::warn!(%error, "no keyring in this session");
        KeyringError::Missing
    })
}

#[cfg(target_os = "linux")]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(target_os = "windows")]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "windows")))]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Err(Error::NoDefaultStore)
}

/// The platform's own words vary with its language, so that only the kind of error counts.
fn translate(error: &Error) -> KeyringError {
    match error {
        Error::NoStorageAccess(_) => KeyringError::Locked,
        Error::NoDefaultStore => KeyringError::Missing,
        Error::Ambiguous(_) => {
            KeyringError::Other("several entries are filed for this catalog".to_owned())
        }
        other => KeyringError::Other(other.to_string()),
    }
}
