//! A new key takes the old one's place, whatever happens on the way, and nothing is lost.
#![allow(clippy::unwrap_used)]

mod killed;
mod refused;
mod stored;

use tsunagi_vault::{Home, KeyHolder, KeyRecord, MemoryKeyHolder, Reader, Vault, VaultError};

use crate::stored::{CATALOG, NEXT, Stored, begin, id_in, rewrap, rotate, same, tag};

#[test]
fn during_a_rotation_both_keys_open_and_only_the_new_one_wraps() {
    let holder = MemoryKeyHolder::new();
    let mut stored = Stored::new(&holder);
    let before = stored.open(&holder).unwrap();
    let (vault, record) = begin(&stored, &holder).unwrap();
    stored.record = record;

    assert!(stored.record.is_rotating(), "the screen can tell");
    assert_ne!(before.key_id(), vault.key_id(), "it is a new key");
    assert_eq!(
        stored.record.key_id(),
        vault.key_id(),
        "which the record names"
    );
    assert!(stored.is_whole(&vault), "the old key's wraps still open");
    for wrap in &stored.wraps {
        assert!(before.is_current(&wrap.wrapped), "they were current once");
        assert!(!vault.is_current(&wrap.wrapped), "and have to be taken up");
    }

    stored.wrap(&vault, Reader::Workspace);
    let new = stored.wraps.last().unwrap();
    assert!(vault.is_current(&new.wrapped), "new wraps need nothing");
    assert_eq!(
        before.unwrap(&new.wrapped, &new.subject, &new.reader).err(),
        Some(VaultError::WrongKey),
        "the old key, known to somebody else perhaps, opens none of them"
    );
    assert!(stored.is_whole(&vault), "both kinds open side by side");
    assert!(
        stored.is_whole(&stored.open(&holder).unwrap()),
        "and after a restart"
    );
}

#[test]
fn a_finished_rotation_leaves_nothing_of_the_old_key() {
    let holder = MemoryKeyHolder::new();
    let mut stored = Stored::new(&holder);
    let old = stored.wraps[0].wrapped.clone();
    let old_id = id_in(&holder, CATALOG).unwrap();
    let vault = rotate(&mut stored, &holder);

    assert!(!stored.record.is_rotating(), "it is over");
    assert!(stored.is_whole(&vault), "everything opens");
    let again = stored.open(&holder).unwrap();
    assert!(stored.is_whole(&again), "after a restart too");
    for vault in [&vault, &again] {
        assert_eq!(
            vault.unwrap(&old, "0", &Reader::Workspace).err(),
            Some(VaultError::WrongKey),
            "what was left under the old key is gone"
        );
    }
    assert_eq!(
        id_in(&holder, CATALOG).as_deref(),
        Some(vault.key_id()),
        "the keyring has the new key in the old one's place"
    );
    assert_eq!(id_in(&holder, NEXT), None, "and no second entry");
    assert!(
        !serde_json::to_string(&stored.record)
            .unwrap()
            .contains(&old_id),
        "nor does the record know it"
    );
}

#[test]
fn wrapping_again_changes_only_what_has_to_change() {
    let holder = MemoryKeyHolder::new();
    let stored = Stored::new(&holder);
    let (vault, _) = begin(&stored, &holder).unwrap();
    for wrap in &stored.wraps {
        let rewrap = |wrapped: &[u8]| vault.rewrap(wrapped, &wrap.subject, &wrap.reader).unwrap();
        let once = rewrap(&wrap.wrapped);
        assert!(vault.is_current(&once), "it is under the new key");
        assert_eq!(rewrap(&once), once, "twice is once");
        let key = vault.unwrap(&once, &wrap.subject, &wrap.reader).unwrap();
        assert!(same(&wrap.key, &key), "the data key is the same");
    }

    let wrapped = &stored.wraps[0].wrapped;
    let current = vault.rewrap(wrapped, "0", &Reader::Workspace).unwrap();
    let member = Reader::Member("0198c0de-0000-7000-8000-000000000001".to_owned());
    for (wrapped, which) in [(wrapped, "old"), (&current, "current")] {
        for (subject, reader, error) in [
            ("1", &Reader::Workspace, VaultError::SealedDamaged),
            ("0", &Reader::Unattended, VaultError::SealedDamaged),
            ("0", &member, VaultError::ReaderUnavailable),
        ] {
            assert_eq!(
                vault.rewrap(wrapped, subject, reader).err(),
                Some(error),
                "an {which} wrap that was moved to {subject} or {reader} is not made good"
            );
        }
        assert_eq!(
            vault
                .rewrap(&wrapped[..wrapped.len() - 1], "0", &Reader::Workspace)
                .err(),
            Some(VaultError::SealedDamaged),
            "an {which} wrap that was cut is told"
        );
    }
    for nothing in [&[][..], b"TSNG", &[0; 94]] {
        assert!(
            !vault.is_current(nothing),
            "bytes from anywhere are no wrap"
        );
    }
}

#[test]
fn the_log_is_the_same_chain_after_any_number_of_rotations() {
    let holder = MemoryKeyHolder::new();
    let mut stored = Stored::new(&holder);
    for n in 1..=3 {
        let (vault, _) = begin(&stored, &holder).unwrap();
        assert_eq!(tag(&vault), stored.tag, "rotation {n}: under way");
        let vault = rotate(&mut stored, &holder);
        assert_eq!(tag(&vault), stored.tag, "rotation {n}: finished");
        let vault = stored.open(&holder).unwrap();
        assert_eq!(tag(&vault), stored.tag, "rotation {n}: after a restart");
    }
}

#[test]
fn a_rotation_under_way_goes_on_and_is_not_begun_twice() {
    let holder = MemoryKeyHolder::new();
    let mut stored = Stored::new(&holder);
    let (vault, record) = begin(&stored, &holder).unwrap();
    stored.record = record;
    stored.wrap(&vault, Reader::Workspace);

    let (again, record) = begin(&stored, &holder).unwrap();
    assert_eq!(record, stored.record, "it is the one that is under way");
    assert!(
        stored.is_whole(&again),
        "a second new key would lose what the first wrapped"
    );
}

#[test]
fn finishing_twice_is_finishing_once() {
    let holder = MemoryKeyHolder::new();
    let mut stored = Stored::new(&holder);
    let vault = rotate(&mut stored, &holder);
    let (again, record) = vault
        .finish_rotation(CATALOG, &stored.record, Some(&holder))
        .unwrap();
    assert_eq!(record, stored.record, "there was nothing to do");
    assert!(stored.is_whole(&again), "and nothing was lost");
}

#[test]
fn finishing_asks_for_what_it_needs_and_takes_no_other_record() {
    let holder = MemoryKeyHolder::new();
    let mut stored = Stored::new(&holder);
    let before = stored.open(&holder).unwrap();
    let (vault, record) = begin(&stored, &holder).unwrap();
    let old = std::mem::replace(&mut stored.record, record);

    for (what, vault, record, keyring, error) in [
        (
            "no keyring",
            &vault,
            &stored.record,
            None,
            VaultError::KeyringNeeded,
        ),
        (
            "the old record",
            &vault,
            &old,
            Some(&holder),
            VaultError::WrongKey,
        ),
        (
            "the old vault",
            &before,
            &stored.record,
            Some(&holder),
            VaultError::WrongKey,
        ),
    ] {
        let keyring = keyring.map(|holder| holder as &dyn KeyHolder);
        assert_eq!(
            vault.finish_rotation(CATALOG, record, keyring).err(),
            Some(error),
            "{what}"
        );
        assert!(
            stored.is_whole(&stored.open(&holder).unwrap()),
            "{what}: the old key was not given up"
        );
    }
    assert_eq!(
        vault
            .finish_rotation("another", &stored.record, Some(&holder))
            .err(),
        Some(VaultError::KeyringLockedOrEmpty),
        "another catalog's entries are not touched"
    );
}

#[test]
fn a_beginning_that_was_never_stored_is_begun_anew_with_a_new_key() {
    let holder = MemoryKeyHolder::new();
    let mut stored = Stored::new(&holder);
    begin(&stored, &holder).unwrap();
    let lost = id_in(&holder, NEXT).unwrap();

    let vault = rotate(&mut stored, &holder);
    assert_ne!(
        vault.key_id(),
        lost,
        "a key that lay in the keyring meanwhile may be known"
    );
    assert!(stored.is_whole(&vault), "nothing was wrapped under it");
}

#[test]
fn a_rotation_ends_the_recovery_code_and_takes_a_new_one() {
    let holder = MemoryKeyHolder::new();
    let mut stored = Stored::new(&holder);
    let code = |record: &KeyRecord, holder| {
        Vault::new_recovery_code(CATALOG, record, Home::Keyring(holder)).unwrap()
    };
    let (older, record) = code(&stored.record, &holder);
    stored.record = record;
    stored.record = begin(&stored, &holder).unwrap().1;
    assert!(
        !stored.record.has_recovery_code(),
        "the screen has to ask for a new one"
    );
    let recover = |record: &KeyRecord, code: &str, holder| {
        Vault::recover(CATALOG, record, code, Home::Keyring(holder))
    };
    assert_eq!(
        recover(&stored.record, older.expose(), &holder).err(),
        Some(VaultError::RecoveryNotSetUp),
        "the old code opened the old key"
    );

    let (newer, record) = code(&stored.record, &holder);
    stored.record = record;
    let lost = MemoryKeyHolder::new();
    let (vault, record) = recover(&stored.record, newer.expose(), &lost).unwrap();
    assert!(stored.is_whole(&vault), "it opens what either key wrapped");
    stored.record = record;
    for wrap in &mut stored.wraps {
        rewrap(&vault, wrap);
    }
    let (_, record) = vault
        .finish_rotation(CATALOG, &stored.record, Some(&lost))
        .unwrap();
    stored.record = record;
    let found = MemoryKeyHolder::new();
    let (vault, _) = recover(&stored.record, newer.expose(), &found).unwrap();
    assert!(stored.is_whole(&vault), "and stays good to the end");
}

#[test]
fn behind_a_passphrase_the_new_key_is_behind_the_same_one() {
    const PASSPHRASE: &str = "correct horse";
    let (before, record) = Vault::create_with_passphrase(CATALOG, PASSPHRASE).unwrap();
    let mut stored = Stored {
        record,
        wraps: Vec::new(),
        tag: tag(&before),
    };
    stored.wrap(&before, Reader::Workspace);
    let begin = |home| Vault::begin_rotation(CATALOG, &stored.record, home);
    assert_eq!(
        begin(Home::Passphrase("wrong horse")).err(),
        Some(VaultError::WrongPassphrase),
        "nobody else gives the workspace a new key"
    );
    let keyring = MemoryKeyHolder::new();
    assert_eq!(
        begin(Home::Keyring(&keyring)).err(),
        Some(VaultError::PassphraseNeeded),
        "and the key does not leave its home"
    );

    let (vault, record) = begin(Home::Passphrase(PASSPHRASE)).unwrap();
    stored.record = record;
    assert!(stored.is_whole(&vault), "both keys open");
    stored.wrap(&vault, Reader::Unattended);
    let open =
        |record: &KeyRecord| Vault::open_with_passphrase(CATALOG, record, PASSPHRASE).unwrap();
    let again = open(&stored.record);
    assert!(stored.is_whole(&again), "after a restart too");
    for wrap in &mut stored.wraps {
        rewrap(&again, wrap);
    }
    let (_, record) = again
        .finish_rotation(CATALOG, &stored.record, None)
        .unwrap();
    stored.record = record;
    assert!(!stored.record.is_rotating(), "it is over");
    let vault = open(&stored.record);
    assert!(
        stored.is_whole(&vault),
        "the same passphrase opens the new key"
    );
    assert_eq!(
        before
            .unwrap(&stored.wraps[0].wrapped, "0", &Reader::Workspace)
            .err(),
        Some(VaultError::WrongKey),
        "which is another"
    );
}

#[test]
fn a_mark_tells_what_the_present_key_wraps_from_what_the_former_one_did() {
    let holder = MemoryKeyHolder::new();
    let mut stored = Stored::new(&holder);
    let old = stored.open(&holder).unwrap();
    let is_under = |vault: &Vault, stored: &Stored| -> Vec<bool> {
        let mark = vault.wrap_mark();
        let wraps = stored.wraps.iter();
        wraps.map(|wrap| wrap.wrapped.starts_with(&mark)).collect()
    };
    assert!(is_under(&old, &stored).iter().all(|under| *under));
    let new = rotate(&mut stored, &holder);
    assert_ne!(old.wrap_mark(), new.wrap_mark());
    assert!(is_under(&new, &stored).iter().all(|under| *under));
    assert!(!is_under(&old, &stored).iter().any(|under| *under));
}
