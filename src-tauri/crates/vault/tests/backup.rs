//! Backups: sealed under a passphrase, the workspace's key with them, opened elsewhere.
#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::sync::LazyLock;

use tsunagi_vault::{
    Home, KeyHolder, KeyRecord, MasterKey, MemoryKeyHolder, OpeningStream, Reader, SealingStream,
    Vault, VaultError,
};

const CATALOG: &str = "0198c0de-0000-7000-8000-00000000000a";
const PASSPHRASE: &str = "a ladder in the orchard";

/// 200 kB, so that there are several chunks.
static PLAIN: LazyLock<Vec<u8>> = LazyLock::new(|| (0..200_000_u32).map(|n| n as u8).collect());
static SEALED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut stream = SealingStream::begin(Vec::new(), PASSPHRASE).unwrap();
    stream.write_all(&PLAIN).unwrap();
    stream.finish().unwrap()
});

fn opened(sealed: &[u8], passphrase: &str) -> Result<Vec<u8>, String> {
    let mut stream =
        OpeningStream::begin(sealed, passphrase).map_err(|error| error.code().to_owned())?;
    let mut plain = Vec::new();
    match stream.read_to_end(&mut plain) {
        Ok(_) => Ok(plain),
        Err(error) => Err(error.kind().to_string()),
    }
}

#[test]
fn what_was_sealed_opens_with_the_passphrase_alone() {
    assert!(
        SEALED.starts_with(b"age-encryption.org/v1\n-> scrypt "),
        "any age program can read it"
    );
    assert_eq!(opened(&SEALED, PASSPHRASE), Ok(PLAIN.clone()));
    assert_eq!(
        opened(&SEALED, "a ladder in the garden"),
        Err("wrong_passphrase".to_owned())
    );
}

#[test]
fn a_passphrase_is_the_same_from_every_keyboard() {
    let mut stream = SealingStream::begin(Vec::new(), "cafe\u{301} au lait").unwrap();
    stream.write_all(b"plain").unwrap();
    let sealed = stream.finish().unwrap();
    assert_eq!(
        opened(&sealed, "caf\u{e9} au lait"),
        Ok(b"plain".to_vec()),
        "composed and decomposed accents are one passphrase"
    );
}

#[test]
fn whatever_is_changed_or_missing_shows() {
    let payload = SEALED.len() - PLAIN.len();
    for at in [payload + 10, payload + 100_000, SEALED.len() - 1] {
        let mut flipped = SEALED.clone();
        flipped[at] ^= 1;
        assert!(opened(&flipped, PASSPHRASE).is_err(), "a flip at {at}");
    }
    for length in [SEALED.len() - 1, SEALED.len() - 70_000, payload + 40] {
        let cut = &SEALED[..length];
        assert!(opened(cut, PASSPHRASE).is_err(), "cut at {length}");
    }
    let longer = [SEALED.as_slice(), b"more"].concat();
    assert!(opened(&longer, PASSPHRASE).is_err(), "bytes were added");
}

#[test]
fn other_files_are_no_backups() {
    for other in [
        &b""[..],
        b"SQLite format 3\0 and so on",
        b"age-encryption.org/v1\n",
        b"age-encryption.org/v9\n-> x\n--- y\n",
        b"age-encryption.org/v1\n-> X25519 TEiF0ypqr+bpvcqXNyCVJpL7OuwPdVwPL7KQEbFDOCc\n",
    ] {
        let told = OpeningStream::begin(other, PASSPHRASE).unwrap_err();
        assert_eq!(told, VaultError::NotABackup, "{other:?}");
    }
}

/// The lines of the head, each with where it begins: version, recipient, wrapped key, MAC.
fn lines() -> Vec<(usize, usize)> {
    let mut lines = Vec::new();
    let mut from = 0;
    for _ in 0..4 {
        let end = SEALED[from..]
            .iter()
            .position(|byte| *byte == b'\n')
            .unwrap();
        lines.push((from, end));
        from += end + 1;
    }
    lines
}

#[test]
fn damage_in_the_first_lines_is_no_wrong_passphrase_where_that_can_be_told() {
    let told = |at: usize, bit: u8| {
        let mut flipped = SEALED.clone();
        flipped[at] ^= bit;
        opened(&flipped, PASSPHRASE).unwrap_err()
    };
    let [(version, long), (recipient, all), (key, _), (mac, _)] = lines()[..] else {
        panic!("four lines")
    };
    let salt = recipient + b"-> scrypt ".len();
    let factor = recipient + all - 2;
    let beginning = (version..=version + long).chain(recipient..salt);
    for at in beginning.chain([factor - 1, factor + 2, key + 43, mac, mac + 3]) {
        for bit in [1, 0x80] {
            assert_eq!(told(at, bit), "backup_damaged", "bit {bit} of byte {at}");
        }
    }
    // Letters of the key and of the MAC that are none.
    assert_eq!(told(key, 0x80), "backup_damaged");
    assert_eq!(told(mac + 4, 0x80), "backup_damaged");
    // A MAC that is one, and not of this head: age is certain only now that the key opened.
    let mut other = SEALED.clone();
    other[mac + 4] = if other[mac + 4] == b'A' { b'B' } else { b'A' };
    let told = opened(&other, PASSPHRASE).unwrap_err();
    assert_eq!(told, "backup_damaged");
}

#[test]
fn a_damaged_salt_or_key_looks_like_a_wrong_passphrase() {
    let [_, (recipient, _), (key, _), _] = lines()[..] else {
        panic!("four lines")
    };
    for at in [recipient + b"-> scrypt ".len(), key] {
        let mut other = SEALED.clone();
        other[at] = if other[at] == b'A' { b'B' } else { b'A' };
        let told = opened(&other, PASSPHRASE).unwrap_err();
        assert_eq!(told, "wrong_passphrase", "byte {at}: the words name both");
    }
}

#[test]
fn a_file_that_asks_for_all_the_memory_is_refused() {
    // The work factor stands in clear in the first lines: 2^40.
    let text = String::from_utf8_lossy(&SEALED[..100]).into_owned();
    let line = text.lines().nth(1).unwrap();
    assert!(line.ends_with(" 18"), "{line}");
    let forged = line.replace(" 18", " 40");
    let rest = &SEALED[b"age-encryption.org/v1\n".len() + line.len()..];
    let sealed = [b"age-encryption.org/v1\n", forged.as_bytes(), rest].concat();
    assert_eq!(
        opened(&sealed, PASSPHRASE),
        Err("backup_damaged".to_owned())
    );
}

/// Whether `b` unwraps what `a` wrapped: the two vaults are of the same key.
fn same(a: &Vault, b: &Vault) -> bool {
    let wrapped = a
        .wrap(&a.new_data_key(), "credential", &Reader::Workspace)
        .unwrap();
    b.unwrap(&wrapped, "credential", &Reader::Workspace).is_ok()
}

fn backed_up() -> (MemoryKeyHolder, Vault, KeyRecord) {
    let holder = MemoryKeyHolder::new();
    let (vault, record) = Vault::create_in_keyring(CATALOG, &holder).unwrap();
    let home = Home::Keyring(&holder);
    let sealed = Vault::for_backup(CATALOG, &record, home, PASSPHRASE).unwrap();
    (holder, vault, sealed)
}

#[test]
fn the_key_opens_elsewhere_with_the_backup_s_passphrase_alone() {
    let (_, vault, record) = backed_up();
    let stored = serde_json::to_string(&record).unwrap();
    let record: KeyRecord = serde_json::from_str(&stored).unwrap();

    let new = MemoryKeyHolder::new();
    let home = Home::Keyring(&new);
    let (restored, kept) = Vault::from_backup(CATALOG, &record, PASSPHRASE, home).unwrap();
    assert!(same(&vault, &restored), "it is the same key");
    assert!(!kept.needs_passphrase(), "and lives in the keyring now");
    assert!(Vault::open_from_keyring(CATALOG, &kept, &new).is_ok());
    assert_eq!(
        vault.event_tag(&[0; 32], b"entry"),
        restored.event_tag(&[0; 32], b"entry"),
        "the log goes on"
    );

    let home = Home::Passphrase("this computer's own");
    let (_, kept) = Vault::from_backup(CATALOG, &record, PASSPHRASE, home).unwrap();
    let again = Vault::open_with_passphrase(CATALOG, &kept, "this computer's own").unwrap();
    assert!(same(&vault, &again), "without a keyring, a passphrase");

    let wrong = Vault::from_backup(CATALOG, &record, "another passphrase", Home::Keyring(&new));
    assert_eq!(wrong.unwrap_err(), VaultError::WrongPassphrase);
}

#[test]
fn a_keyring_that_has_the_key_keeps_it_and_a_strange_one_is_never_replaced() {
    let (holder, _, record) = backed_up();
    let home = Home::Keyring(&holder);
    assert!(
        Vault::from_backup(CATALOG, &record, PASSPHRASE, home).is_ok(),
        "restored on the computer it was made on"
    );
    let strange = MemoryKeyHolder::new();
    strange.set(CATALOG, &MasterKey::generate()).unwrap();
    let home = Home::Keyring(&strange);
    let refused = Vault::from_backup(CATALOG, &record, PASSPHRASE, home);
    assert_eq!(refused.unwrap_err(), VaultError::KeyringEntryExists);
}

#[test]
fn a_workspace_behind_a_passphrase_is_backed_up_with_it() {
    let (vault, record) = Vault::create_with_passphrase(CATALOG, "own passphrase").unwrap();
    let home = Home::Passphrase("own passphrase");
    let sealed = Vault::for_backup(CATALOG, &record, home, PASSPHRASE).unwrap();
    let opened = Vault::open_with_passphrase(CATALOG, &sealed, PASSPHRASE).unwrap();
    assert!(same(&vault, &opened));
    let home = Home::Passphrase("not the own one");
    let refused = Vault::for_backup(CATALOG, &record, home, PASSPHRASE);
    assert_eq!(refused.unwrap_err(), VaultError::WrongPassphrase);
}
