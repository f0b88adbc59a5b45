//! What a catalog keeps about its key: which one it is and how to get it, never the key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::VaultError;

/// The version this program writes.
pub(crate) const VERSION: u8 = 1;

/// Names a catalog's key and says how to get it. Stored, as JSON, beside what the key seals;
/// holds nothing that opens anything by itself.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct KeyRecord {
    /// Version of this record.
    pub(crate) version: u8,
    /// Id of the key that wraps, 32 hexadecimal digits.
    pub(crate) key_id: String,
    /// Where the master key is.
    pub(crate) method: Method,
    /// Key-check value: HMAC-SHA-256 of all other fields under a subkey of the master key.
    pub(crate) check: Blob,
    /// The master key again, sealed under the recovery code; absent where none was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) recovery: Option<Blob>,
    /// The subkey that chains the audit log, sealed under the master key; absent where it is the
    /// master key's own, as it is until the first rotation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) events: Option<Blob>,
    /// The key that is being replaced; absent where no rotation is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) old: Option<Old>,
}

/// The key that a rotation replaces, for as long as data keys are still wrapped under it.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct Old {
    /// Its id, 32 hexadecimal digits.
    pub(crate) key_id: String,
    /// The master key it was, sealed under the new one: whoever finds the new key has both, and
    /// no step of a rotation can lose the old one.
    pub(crate) sealed_key: Blob,
}

impl KeyRecord {
    /// Whether a passphrase opens the catalog (else the keyring does).
    #[must_use]
    pub const fn needs_passphrase(&self) -> bool {
        matches!(self.method, Method::Passphrase { .. })
    }

    /// Id of the key that wraps, 32 hexadecimal digits.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Whether a recovery code was made for the key there is now.
    #[must_use]
    pub const fn has_recovery_code(&self) -> bool {
        self.recovery.is_some()
    }

    /// Whether a rotation has begun and is not finished.
    #[must_use]
    pub const fn is_rotating(&self) -> bool {
        self.old.is_some()
    }

    /// Whether the key with this id is the one being replaced.
    pub(crate) fn replaces(&self, key_id: &str) -> bool {
        self.old.as_ref().is_some_and(|old| old.key_id == key_id)
    }

    pub(crate) fn supported(&self) -> Result<(), VaultError> {
        if self.version == VERSION {
            Ok(())
        } else {
            Err(VaultError::RecordUnsupported(self.version))
        }
    }

    /// What the key-check value is about. A record without the later fields reads as it did
    /// before there were any.
    pub(crate) fn checked(&self) -> String {
        let Self {
            version,
            key_id,
            method,
            check: _,
            recovery,
            events,
            old,
        } = self;
        let mut text = match method {
            Method::Keyring => format!("{version}/{key_id}/keyring"),
            Method::Passphrase {
                salt,
                memory_kib,
                passes,
                lanes,
                // Sealed with the key that is checked.
                sealed_key: _,
            } => {
                let salt = STANDARD.encode(&salt.0);
                format!("{version}/{key_id}/passphrase/{memory_kib}/{passes}/{lanes}/{salt}")
            }
        };
        // A line each: base64 has slashes, but neither line ends nor colons.
        for (name, blob) in [("recovery", recovery), ("events", events)] {
            if let Some(blob) = blob {
                text += &format!("\n{name}:{}", STANDARD.encode(&blob.0));
            }
        }
        if let Some(Old { key_id, sealed_key }) = old {
            text += &format!("\nold:{key_id}:{}", STANDARD.encode(&sealed_key.0));
        }
        text
    }
}

/// Where the master key is.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Method {
    /// In the keyring.
    Keyring,
    /// In this record, sealed under a key that Argon2id (RFC 9106) makes of a passphrase.
    Passphrase {
        /// Random, 16 bytes.
        salt: Blob,
        /// Memory, in KiB.
        memory_kib: u32,
        /// Passes over it.
        passes: u32,
        /// Lanes.
        lanes: u32,
        /// The sealed master key. The passphrase seals it rather than being it, so that a
        /// passphrase can change without wrapping every data key again.
        sealed_key: Blob,
    },
}

/// Bytes, written as base64; Debug tells only how many.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Blob(pub(crate) Vec<u8>);

impl std::fmt::Debug for Blob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD
            .decode(text)
            .map(Self)
            .map_err(|_| serde::de::Error::custom("not base64"))
    }
}
