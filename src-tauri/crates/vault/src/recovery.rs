//! The recovery code: the workspace's key once more, on paper.
//!
//! ```text
//! 29 symbols  145 random bits, Crockford's base32 (crockford.com/base32.html)
//!  1 symbol   check: those as a number, modulo 37
//! ```
//!
//! Written as six groups of five. The check tells every single wrong symbol and every two
//! neighbors that were swapped. Its values 32 to 36 would need symbols that are hard to read out
//! (`*~$=U`): no code that has one is ever made.
//!
//! The code holds enough randomness to be a key by itself, without Argon2id: its symbols seal the
//! master key by way of HKDF-SHA-256 (RFC 5869).

use std::str::FromStr;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::key::blank;
use crate::record::{Blob, Method};
use crate::sealed::{Purpose, SealingKey};
use crate::{Aad, Home, KeyRecord, MasterKey, Vault, VaultError, home, passphrase};

/// Crockford's: no I, L, O or U. The position of a symbol is its value.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Symbols that are random.
const RANDOM: usize = 29;
/// All symbols.
const SYMBOLS: usize = RANDOM + 1;
/// Symbols between two hyphens.
const GROUP: usize = 5;
const LEN: usize = SYMBOLS + SYMBOLS / GROUP - 1;

/// A recovery code. Shown to a person once and stored nowhere; wiped when dropped.
pub struct RecoveryCode(Zeroizing<String>);

impl RecoveryCode {
    fn generate() -> Result<Self, VaultError> {
        let mut values = Zeroizing::new([0; RANDOM]);
        loop {
            getrandom::fill(values.as_mut_slice()).map_err(|_| VaultError::NoRandomness)?;
            for value in values.iter_mut() {
                *value %= 32;
            }
            let check = check(&values);
            if usize::from(check) < ALPHABET.len() {
                return Ok(Self::of(&values, check));
            }
        }
    }

    fn of(values: &[u8; RANDOM], check: u8) -> Self {
        // The whole length at once: growing would leave copies behind.
        let mut text = Zeroizing::new(String::with_capacity(LEN));
        for (n, value) in values.iter().chain([&check]).enumerate() {
            if n > 0 && n.is_multiple_of(GROUP) {
                text.push('-');
            }
            text.push(char::from(ALPHABET[usize::from(*value)]));
        }
        Self(text)
    }

    /// The code as a person writes it down: `XXXXX-XXXXX-XXXXX-XXXXX-XXXXX-XXXXX`.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether somebody who has written the code down typed its last group, or all of it: read as
    /// a whole code is.
    #[must_use]
    pub fn is_written_down(&self, typed: &str) -> bool {
        if let Ok(whole) = typed.parse::<Self>() {
            return *whole.0 == *self.0;
        }
        let mut read = Zeroizing::new(String::with_capacity(GROUP));
        for typed in typed.nfkc().filter(|typed| !separates(*typed)) {
            match value(typed) {
                Some(value) if read.len() < GROUP => {
                    read.push(char::from(ALPHABET[usize::from(value)]));
                }
                _ => return false,
            }
        }
        self.0.rsplit('-').next() == Some(read.as_str())
    }

    /// What the code seals with. The catalog's name salts it, as every key of a catalog.
    fn key(&self, catalog: &str) -> SealingKey {
        let mut secret = blank();
        let symbols = self.0.bytes().filter(|byte| *byte != b'-').take(RANDOM);
        for (place, symbol) in secret.iter_mut().zip(symbols) {
            *place = symbol;
        }
        SealingKey::derive(&secret, catalog.as_bytes(), b"tsunagi/1/recovery")
    }
}

impl FromStr for RecoveryCode {
    type Err = VaultError;

    /// Reads what a person typed: in either case and width, with any spaces and hyphens, `O` for
    /// `0` and `I` or `L` for `1`. [`VaultError::RecoveryCodeMistyped`] is the only error.
    fn from_str(text: &str) -> Result<Self, VaultError> {
        let mut values = Zeroizing::new([0; SYMBOLS]);
        let mut places = values.iter_mut();
        // Compatibility forms (NFKC): a Japanese keyboard may write full-width letters.
        for typed in text.nfkc().filter(|typed| !separates(*typed)) {
            let value = value(typed).ok_or(VaultError::RecoveryCodeMistyped)?;
            *places.next().ok_or(VaultError::RecoveryCodeMistyped)? = value;
        }
        if places.next().is_some() {
            return Err(VaultError::RecoveryCodeMistyped);
        }
        match values.split_first_chunk::<RANDOM>() {
            Some((random, [last])) if check(random) == *last => Ok(Self::of(random, *last)),
            _ => Err(VaultError::RecoveryCodeMistyped),
        }
    }
}

impl std::fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCode(redacted)")
    }
}

/// Crockford's check value, 0 to 36.
fn check(values: &[u8; RANDOM]) -> u8 {
    let sum = values
        .iter()
        .fold(0, |sum, value| (sum * 32 + u16::from(*value)) % 37);
    u8::try_from(sum).expect("a remainder of 37 is small")
}

/// Spaces, hyphens and dashes, and the long vowel mark that a kana keyboard has on their key.
fn separates(typed: char) -> bool {
    typed.is_whitespace()
        || matches!(
            typed,
            '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30FC}'
        )
}

fn value(typed: char) -> Option<u8> {
    let symbol = match u8::try_from(typed).ok()?.to_ascii_uppercase() {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        other => other,
    };
    let value = ALPHABET.iter().position(|known| *known == symbol)?;
    u8::try_from(value).ok()
}

impl Vault {
    /// Makes a recovery code for the workspace's key, which the home of the key has to give out
    /// for it. The code that was there before opens the new record no more (a copy of the old
    /// record it still does, until the key is rotated). Blocks as opening does.
    ///
    /// # Errors
    /// As [`Self::open_from_keyring`] or [`Self::open_with_passphrase`], and
    /// [`VaultError::NoRandomness`].
    pub fn new_recovery_code(
        catalog: &str,
        record: &KeyRecord,
        home: Home<'_>,
    ) -> Result<(RecoveryCode, KeyRecord), VaultError> {
        let master = home::find(catalog, record, home)?;
        let vault = Self::unlocked(catalog, &master, record)?;
        let code = RecoveryCode::generate()?;
        let sealed =
            code.key(catalog)
                .seal(Purpose::Recovery, &Aad::recovery(catalog), master.bytes())?;
        let record = vault.signed(KeyRecord {
            recovery: Some(Blob(sealed)),
            ..record.clone()
        });
        Ok((code, record))
    }

    /// Opens a catalog with its recovery code, and moves its key to `home`: a keyring, or behind
    /// a new passphrase. The code stays good. What the former home still has stays there.
    ///
    /// # Errors
    /// [`VaultError::RecoveryNotSetUp`], [`VaultError::RecoveryCodeMistyped`] or
    /// [`VaultError::RecoveryCodeWrong`]; [`VaultError::KeyringEntryExists`] where the keyring
    /// holds another key for this catalog, which may be that of another copy of it: a passphrase
    /// can be chosen then; [`VaultError::KeyringNotKept`] or [`VaultError::Keyring`];
    /// [`VaultError::PassphraseShort`], [`VaultError::DerivationFailed`] or
    /// [`VaultError::NoRandomness`]; [`VaultError::RecordUnsupported`],
    /// [`VaultError::RecordDamaged`] or [`VaultError::WrongKey`].
    pub fn recover(
        catalog: &str,
        record: &KeyRecord,
        code: &str,
        home: Home<'_>,
    ) -> Result<(Self, KeyRecord), VaultError> {
        record.supported()?;
        let sealed = record
            .recovery
            .as_ref()
            .ok_or(VaultError::RecoveryNotSetUp)?;
        let master = code
            .parse::<RecoveryCode>()?
            .key(catalog)
            .open(Purpose::Recovery, &Aad::recovery(catalog), &sealed.0)
            .map_err(|error| match error {
                // The sealed key names the code that sealed it.
                VaultError::WrongKey => VaultError::RecoveryCodeWrong,
                _ => VaultError::RecordDamaged,
            })?;
        let master = MasterKey::from_slice(&master).ok_or(VaultError::RecordDamaged)?;
        let vault = Self::unlocked(catalog, &master, record)?;
        let method = match home {
            Home::Keyring(holder) => {
                home::settle(catalog, record, holder, &master)?;
                Method::Keyring
            }
            Home::Passphrase(passphrase) => passphrase::seal(catalog, passphrase, &master)?,
        };
        let record = vault.signed(KeyRecord {
            method,
            ..record.clone()
        });
        Ok((vault, record))
    }
}

#[cfg(test)]
mod tests;
