//! Backups: a stream sealed under a passphrase, and the workspace's key behind the same one.
//!
//! The stream is an age v1 file (age-encryption.org/v1) with one scrypt recipient, so that any age
//! program opens it with the passphrase. Within it the key record of the catalog has its key
//! behind the passphrase as well ([`Vault::for_backup`]): unpacked and left lying, the parts of a
//! backup still open with nothing else.

use std::io::{self, Read, Write};
use std::iter;

use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Encryptor, scrypt, stream};
use unicode_normalization::UnicodeNormalization;

use crate::record::Method;
use crate::{Home, KeyRecord, Vault, VaultError, home, passphrase};

/// scrypt's work factor of new backups, as the reference implementation has it: 256 MiB and about
/// a second.
const WORK: u8 = 18;
/// The most a file may ask for: a forged one must not take all the memory (1 GiB).
const WORK_MAX: u8 = 20;

/// The passphrase as every keyboard writes it (NFC, RFC 8265 §4.2); wiped when dropped.
fn secret(passphrase: &str) -> SecretString {
    // The whole length at once: growing would leave copies behind.
    let mut normal = String::with_capacity(passphrase.len() * 3);
    normal.extend(passphrase.nfc());
    SecretString::from(normal)
}

/// Seals what is written to it. What has been written is a backup only once
/// [`SealingStream::finish`] has been called: until then its end is missing, and nothing opens it.
pub struct SealingStream<W: Write>(stream::StreamWriter<W>);

impl<W: Write> SealingStream<W> {
    /// Begins an age file in `target`. Takes 256 MiB and a noticeable time.
    ///
    /// # Errors
    /// Where `target` cannot be written.
    ///
    /// # Panics
    /// Where the operating system gives no random bytes.
    pub fn begin(target: W, passphrase: &str) -> io::Result<Self> {
        let mut recipient = scrypt::Recipient::new(secret(passphrase));
        recipient.set_work_factor(WORK);
        let sealing = Encryptor::with_recipients(iter::once(&recipient as _))
            .expect("one scrypt recipient is a valid set");
        Ok(Self(sealing.wrap_output(target)?))
    }

    /// Writes the end and gives the target back, which is still to be flushed.
    ///
    /// # Errors
    /// Where the target cannot be written.
    pub fn finish(self) -> io::Result<W> {
        self.0.finish()
    }
}

impl<W: Write> Write for SealingStream<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<W: Write> std::fmt::Debug for SealingStream<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingStream(redacted)")
    }
}

/// Opens what [`SealingStream`] sealed. Every 64 KiB are checked before they are given out; that
/// the end is the true one is known when reading comes to it. Bytes that were changed, cut off or
/// added show as [`io::ErrorKind::InvalidData`] or [`io::ErrorKind::UnexpectedEof`].
pub struct OpeningStream<R: Read>(stream::StreamReader<Whole<R>>);

/// A source whose first bytes were looked at before it is read.
type Whole<R> = io::Chain<io::Cursor<Vec<u8>>, R>;

/// How every backup begins: the version of the format, and that a passphrase follows.
const BEGINNING: &[u8] = b"age-encryption.org/v1\n-> scrypt ";
/// As many bytes of it may differ in a file that was one before it was damaged. The recipients of
/// other age files differ in more.
const DAMAGE_MAX: usize = 4;

impl<R: Read> OpeningStream<R> {
    /// Reads the head of `source` and opens it. Takes as much memory and time as sealing did.
    ///
    /// # Errors
    /// [`VaultError::NotABackup`] for a file that is no age file, or not behind a passphrase;
    /// [`VaultError::BackupDamaged`]; [`VaultError::WrongPassphrase`], which a damaged salt or
    /// wrapped key looks like as well: what they have to be, only the passphrase could tell.
    pub fn begin(mut source: R, passphrase: &str) -> Result<Self, VaultError> {
        let mut head = Vec::new();
        (&mut source)
            .take(BEGINNING.len() as u64)
            .read_to_end(&mut head)
            .map_err(|_| VaultError::NotABackup)?;
        // What cannot be read was once a backup, or never.
        let unreadable = if begins_as_one(&head) {
            VaultError::BackupDamaged
        } else {
            VaultError::NotABackup
        };
        let whole = io::Cursor::new(head).chain(source);
        let sealed = Decryptor::new(whole).map_err(|_| unreadable.clone())?;
        if !sealed.is_scrypt() {
            return Err(unreadable);
        }
        let mut identity = scrypt::Identity::new(secret(passphrase));
        identity.set_max_work_factor(WORK_MAX);
        sealed
            .decrypt(iter::once(&identity as _))
            .map(Self)
            .map_err(told)
    }
}

impl<R: Read> Read for OpeningStream<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.0.read(bytes)
    }
}

impl<R: Read> std::fmt::Debug for OpeningStream<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpeningStream(redacted)")
    }
}

/// Whether the first bytes of a file are those of a backup, or were before a few were damaged.
fn begins_as_one(head: &[u8]) -> bool {
    let alike = BEGINNING.iter().zip(head).filter(|(a, b)| a == b).count();
    BEGINNING.len() - alike <= DAMAGE_MAX
}

/// What a passphrase that does not open a head says about it.
fn told(error: DecryptError) -> VaultError {
    match error {
        DecryptError::DecryptionFailed
        | DecryptError::KeyDecryptionFailed
        | DecryptError::NoMatchingKeys => VaultError::WrongPassphrase,
        _ => VaultError::BackupDamaged,
    }
}

impl Vault {
    /// The record of a catalog for its backup: the same key, behind the backup's passphrase
    /// alone. What the record has besides (recovery code, a rotation under way) stays. Blocks as
    /// opening does, and takes 64 MiB.
    ///
    /// # Errors
    /// As [`Self::open_from_keyring`] or [`Self::open_with_passphrase`];
    /// [`VaultError::PassphraseShort`], [`VaultError::DerivationFailed`] or
    /// [`VaultError::NoRandomness`].
    pub fn for_backup(
        catalog: &str,
        record: &KeyRecord,
        home: Home<'_>,
        passphrase: &str,
    ) -> Result<KeyRecord, VaultError> {
        let master = home::find(catalog, record, home)?;
        let vault = Self::unlocked(catalog, &master, record)?;
        Ok(vault.signed(KeyRecord {
            method: passphrase::seal(catalog, passphrase, &master)?,
            ..record.clone()
        }))
    }

    /// Opens the record of a backup and moves its key to `home`, this computer's: a keyring,
    /// or behind a passphrase. A keyring that has the same key already keeps it. The record given
    /// back is the one to store.
    ///
    /// # Errors
    /// [`VaultError::WrongPassphrase`]; [`VaultError::KeyringEntryExists`] where the keyring holds
    /// another key for this catalog; [`VaultError::KeyringNotKept`] or [`VaultError::Keyring`];
    /// [`VaultError::PassphraseShort`], [`VaultError::DerivationFailed`] or
    /// [`VaultError::NoRandomness`]; [`VaultError::RecordUnsupported`],
    /// [`VaultError::RecordDamaged`] or [`VaultError::WrongKey`].
    pub fn from_backup(
        catalog: &str,
        record: &KeyRecord,
        passphrase: &str,
        home: Home<'_>,
    ) -> Result<(Self, KeyRecord), VaultError> {
        let master = home::find(catalog, record, Home::Passphrase(passphrase))?;
        let vault = Self::unlocked(catalog, &master, record)?;
        let method = match home {
            Home::Keyring(holder) => {
                home::settle(catalog, record, holder, &master)?;
                Method::Keyring
            }
            Home::Passphrase(own) => passphrase::seal(catalog, own, &master)?,
        };
        let record = vault.signed(KeyRecord {
            method,
            ..record.clone()
        });
        Ok((vault, record))
    }
}
