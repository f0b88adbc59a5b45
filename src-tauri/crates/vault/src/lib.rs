//! Bytes in, sealed bytes out.
//!
//! This room makes and holds keys: the master key of a catalog (kept in the operating system's
//! keyring, or behind a passphrase, and besides under a recovery code), a member's own key (behind
//! that member's passphrase alone), the data keys they wrap, and the subkey that chains the audit
//! log. It seals backups, with the catalog's key behind the backup's passphrase, and replaces a
//! catalog's key by a new one, in steps that may be interrupted. It may touch the keyring and the
//! system's randomness, and nothing else: no file, no network, no other crate of this workspace.
//! It is the only room that sees a key; it never stores what it seals, never prints or logs a key
//! or what was sealed, and never makes a new key over existing data because the keyring came back
//! empty.
//!
//! Everything sealed is XChaCha20-Poly1305 under a header of magic, version, purpose and key id,
//! bound to what it belongs to ([`Aad`]), so that a sealed value moved to another row, field,
//! version or reader does not open. No key is used as it is: each use has its own subkey
//! (HKDF-SHA-256, RFC 5869), and those of a catalog are salted with the catalog's name.

mod aad;
mod backup;
mod error;
mod home;
mod key;
mod keyring;
mod member;
mod passphrase;
mod platform;
mod record;
mod recovery;
mod rotation;
mod sealed;
mod vault;

pub use aad::{Aad, Reader, UnknownReader};
pub use backup::{OpeningStream, SealingStream};
pub use error::VaultError;
pub use home::Home;
pub use key::{DataKey, MasterKey};
pub use keyring::{KeyHolder, KeyringError, MemoryKeyHolder};
pub use member::MemberVault;
pub use platform::platform_keyring;
pub use record::KeyRecord;
pub use recovery::RecoveryCode;
pub use vault::Vault;
