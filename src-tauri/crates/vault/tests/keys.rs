//! A catalog's key: made once, kept, found again, and never replaced by accident.
#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;

use tsunagi_vault::{
    Aad, KeyHolder, KeyRecord, KeyringError, MasterKey, MemoryKeyHolder, Reader, Vault, VaultError,
};

const CATALOG: &str = "0198c0de-0000-7000-8000-00000000000a";
const ELSEWHERE: &str = "0198c0de-0000-7000-8000-00000000000b";
const PASSPHRASE: &str = "correct horse";

/// Derived once: it costs 64 MiB and a noticeable time on purpose.
static WITH_PASSPHRASE: LazyLock<(Vault, KeyRecord)> =
    LazyLock::new(|| Vault::create_with_passphrase(CATALOG, PASSPHRASE).unwrap());

fn edited(record: &KeyRecord, edit: impl FnOnce(&mut serde_json::Value)) -> KeyRecord {
    let mut json = serde_json::to_value(record).unwrap();
    edit(&mut json);
    serde_json::from_value(json).unwrap()
}

/// Whether `b` unwraps what `a` wrapped: the two vaults are of the same key.
fn same(a: &Vault, b: &Vault) -> bool {
    let wrapped = a
        .wrap(&a.new_data_key(), "credential", &Reader::Workspace)
        .unwrap();
    b.unwrap(&wrapped, "credential", &Reader::Workspace).is_ok()
}

#[test]
fn a_key_made_in_the_keyring_opens_the_catalog_again() {
    let holder = MemoryKeyHolder::new();
    let (vault, record) = Vault::create_in_keyring(CATALOG, &holder).unwrap();
    let json = serde_json::to_string(&record).unwrap();
    let record: KeyRecord = serde_json::from_str(&json).unwrap();

    let again = Vault::open_from_keyring(CATALOG, &record, &holder).unwrap();
    assert!(
        same(&vault, &again),
        "what was wrapped before a restart opens after it"
    );
    assert_eq!(
        again.key_id(),
        vault.key_id(),
        "and the key has the same id"
    );
    assert_eq!(
        record.key_id(),
        vault.key_id(),
        "which the record names too"
    );
    assert!(!record.needs_passphrase(), "no passphrase is asked for");
}

#[test]
fn no_entry_with_a_record_never_makes_a_new_key() {
    let holder = MemoryKeyHolder::new();
    let (_, record) = Vault::create_in_keyring(CATALOG, &holder).unwrap();
    holder.forget(CATALOG);

    assert_eq!(
        Vault::open_from_keyring(CATALOG, &record, &holder).err(),
        Some(VaultError::KeyringLockedOrEmpty),
        "an empty keyring may only be a locked one"
    );
    assert!(
        holder.get(CATALOG).unwrap().is_none(),
        "and nothing was put in its place"
    );
}

#[test]
fn a_key_that_is_there_is_never_overwritten() {
    let holder = MemoryKeyHolder::new();
    let (vault, record) = Vault::create_in_keyring(CATALOG, &holder).unwrap();

    assert_eq!(
        Vault::create_in_keyring(CATALOG, &holder).err(),
        Some(VaultError::KeyringEntryExists),
        "data may have been sealed with the key there is"
    );
    let again = Vault::open_from_keyring(CATALOG, &record, &holder).unwrap();
    assert!(same(&vault, &again), "the key there was is still there");
}

#[test]
fn a_crash_before_the_record_was_stored_is_mended_by_adopting_the_key() {
    let holder = MemoryKeyHolder::new();
    let (vault, lost) = Vault::create_in_keyring(CATALOG, &holder).unwrap();
    let (adopted, record) = Vault::adopt_from_keyring(CATALOG, &holder).unwrap();

    assert!(same(&vault, &adopted), "it is the key that was made");
    assert_eq!(record, lost, "with the record that was lost");
    assert_eq!(
        Vault::adopt_from_keyring(ELSEWHERE, &holder).err(),
        Some(VaultError::KeyringLockedOrEmpty),
        "adopting makes no key either"
    );
}

/// Forgets or garbles what it is given, as a keyring that reports success and keeps nothing.
struct Unfaithful {
    kept: MemoryKeyHolder,
    garbles: bool,
}

impl KeyHolder for Unfaithful {
    fn get(&self, catalog: &str) -> Result<Option<MasterKey>, KeyringError> {
        self.kept.get(catalog)
    }

    fn set(&self, catalog: &str, _key: &MasterKey) -> Result<(), KeyringError> {
        if self.garbles {
            self.kept.set(catalog, &MasterKey::generate())
        } else {
            Ok(())
        }
    }

    fn remove(&self, catalog: &str) -> Result<(), KeyringError> {
        self.kept.remove(catalog)
    }
}

#[test]
fn a_keyring_that_does_not_keep_the_key_is_found_out_before_anything_is_sealed() {
    for garbles in [false, true] {
        let holder = Unfaithful {
            kept: MemoryKeyHolder::new(),
            garbles,
        };
        assert_eq!(
            Vault::create_in_keyring(CATALOG, &holder).err(),
            Some(VaultError::KeyringNotKept),
            "garbles: {garbles}; a key that cannot be read back would be lost with the process"
        );
    }
}

#[test]
fn a_wrong_key_is_told_by_the_key_check() {
    let holder = MemoryKeyHolder::new();
    let (_, record) = Vault::create_in_keyring(CATALOG, &holder).unwrap();
    holder.set(CATALOG, &MasterKey::generate()).unwrap();

    assert_eq!(
        Vault::open_from_keyring(CATALOG, &record, &holder).err(),
        Some(VaultError::WrongKey),
        "no row has to fail to find out"
    );
}

#[test]
fn the_same_key_under_another_catalog_is_another_vault() {
    let holder = MemoryKeyHolder::new();
    let (_, record) = Vault::create_in_keyring(CATALOG, &holder).unwrap();
    holder
        .set(ELSEWHERE, &holder.get(CATALOG).unwrap().unwrap())
        .unwrap();

    assert_eq!(
        Vault::open_from_keyring(ELSEWHERE, &record, &holder).err(),
        Some(VaultError::WrongKey),
        "a record copied to another catalog opens nothing there"
    );
}

#[test]
fn keyring_faults_come_through_by_code_and_make_no_key() {
    for (fault, code) in [
        (KeyringError::Missing, "keyring_missing"),
        (KeyringError::Locked, "keyring_locked"),
        (KeyringError::Other("bus gone".to_owned()), "keyring_failed"),
    ] {
        let holder = MemoryKeyHolder::new();
        let (_, record) = Vault::create_in_keyring(CATALOG, &holder).unwrap();
        holder.fail_with(Some(fault));
        for error in [
            Vault::open_from_keyring(CATALOG, &record, &holder).err(),
            Vault::create_in_keyring(ELSEWHERE, &holder).err(),
            Vault::adopt_from_keyring(CATALOG, &holder).err(),
        ] {
            assert_eq!(
                error.map(|error| error.code()),
                Some(code),
                "the screen matches on it"
            );
        }
        holder.fail_with(None);
        assert!(
            holder.get(ELSEWHERE).unwrap().is_none(),
            "{code}: no key was left behind"
        );
        assert!(
            Vault::open_from_keyring(CATALOG, &record, &holder).is_ok(),
            "{code}: unlocked, everything is as before"
        );
    }
}

#[test]
fn a_passphrase_opens_its_catalog_and_another_does_not() {
    let (vault, record) = &*WITH_PASSPHRASE;
    assert!(record.needs_passphrase(), "the door has to ask");

    let again = Vault::open_with_passphrase(CATALOG, record, PASSPHRASE).unwrap();
    assert!(same(vault, &again), "the right one opens it");
    for wrong in ["Correct horse", "correct horse ", ""] {
        assert_eq!(
            Vault::open_with_passphrase(CATALOG, record, wrong).err(),
            Some(VaultError::WrongPassphrase),
            "`{wrong}` is not the passphrase"
        );
    }
    assert_eq!(
        Vault::open_with_passphrase(ELSEWHERE, record, PASSPHRASE).err(),
        Some(VaultError::WrongPassphrase),
        "nor does it open a record that was copied to another catalog"
    );
}

#[test]
fn a_passphrase_is_the_same_however_the_keyboard_composes_it() {
    let (vault, record) = Vault::create_with_passphrase(CATALOG, "パスワード café").unwrap();
    let decomposed = "ハ\u{309A}スワート\u{3099} cafe\u{301}";
    let again = Vault::open_with_passphrase(CATALOG, &record, decomposed).unwrap();
    assert!(
        same(&vault, &again),
        "two ways to write one passphrase (RFC 8265, NFC)"
    );
}

#[test]
fn a_short_passphrase_is_refused_by_characters_not_bytes() {
    // Seven characters in 21 bytes, and eight that NFC makes four.
    for short in [
        "",
        "seven77",
        "パスワードです",
        "か\u{3099}か\u{3099}か\u{3099}か\u{3099}",
    ] {
        assert_eq!(
            Vault::create_with_passphrase(CATALOG, short).err(),
            Some(VaultError::PassphraseShort),
            "`{short}` has fewer than eight characters"
        );
    }
}

#[test]
fn each_record_opens_by_its_own_method_only() {
    let holder = MemoryKeyHolder::new();
    let (_, keyring) = Vault::create_in_keyring(CATALOG, &holder).unwrap();
    let passphrase = &WITH_PASSPHRASE.1;

    assert_eq!(
        Vault::open_from_keyring(CATALOG, passphrase, &holder).err(),
        Some(VaultError::PassphraseNeeded),
        "the keyring is not asked where a passphrase was chosen"
    );
    assert_eq!(
        Vault::open_with_passphrase(CATALOG, &keyring, PASSPHRASE).err(),
        Some(VaultError::KeyringNeeded),
        "and the other way round"
    );
}

#[test]
fn a_record_from_a_newer_program_is_named_so() {
    let holder = MemoryKeyHolder::new();
    let (_, record) = Vault::create_in_keyring(CATALOG, &holder).unwrap();
    let newer = edited(&record, |json| json["version"] = 2.into());
    assert_eq!(
        Vault::open_from_keyring(CATALOG, &newer, &holder).err(),
        Some(VaultError::RecordUnsupported(2)),
        "it asks for an update, and is not read by guess"
    );
}

#[test]
fn a_forged_record_opens_nothing_and_takes_no_memory() {
    let record = &WITH_PASSPHRASE.1;
    let parameter = |name: &'static str, value: u32| {
        edited(record, move |json| {
            json["method"]["passphrase"][name] = value.into()
        })
    };
    for (what, forged) in [
        ("4 TiB of memory", parameter("memory_kib", u32::MAX)),
        ("no memory", parameter("memory_kib", 0)),
        ("endless passes", parameter("passes", u32::MAX)),
        ("no pass", parameter("passes", 0)),
        ("too many lanes", parameter("lanes", u32::MAX)),
        (
            "a short salt",
            edited(record, |json| {
                json["method"]["passphrase"]["salt"] = "AAAA".into()
            }),
        ),
        (
            "a cut key",
            edited(record, |json| {
                json["method"]["passphrase"]["sealed_key"] = "AAAA".into()
            }),
        ),
        (
            "a forged check",
            edited(record, |json| json["check"] = "AAAA".into()),
        ),
        ("no check", edited(record, |json| json["check"] = "".into())),
    ] {
        assert_eq!(
            Vault::open_with_passphrase(CATALOG, &forged, PASSPHRASE).err(),
            Some(VaultError::RecordDamaged),
            "a record with {what} is damaged, and says so"
        );
    }
    let weaker = parameter("memory_kib", 8);
    assert_eq!(
        Vault::open_with_passphrase(CATALOG, &weaker, PASSPHRASE).err(),
        Some(VaultError::WrongPassphrase),
        "weaker parameters give another key"
    );
    let renamed = edited(record, |json| json["key_id"] = "00".into());
    assert_eq!(
        Vault::open_with_passphrase(CATALOG, &renamed, PASSPHRASE).err(),
        Some(VaultError::WrongKey),
        "a record that names another key does not fit this one"
    );
}

#[test]
fn the_event_chain_shows_every_change() {
    let holder = MemoryKeyHolder::new();
    let (vault, record) = Vault::create_in_keyring(CATALOG, &holder).unwrap();
    let start = [0; 32];
    let tag = vault.event_tag(&start, b"authorized");

    let again = Vault::open_from_keyring(CATALOG, &record, &holder).unwrap();
    assert_eq!(
        again.event_tag(&start, b"authorized"),
        tag,
        "verify works after a restart"
    );
    assert_ne!(
        vault.event_tag(&start, b"authorizeD"),
        tag,
        "an edited entry shows"
    );
    assert_ne!(
        vault.event_tag(&tag, b"authorized"),
        tag,
        "a moved entry shows"
    );
    let other = Vault::create_in_keyring(CATALOG, &MemoryKeyHolder::new())
        .unwrap()
        .0;
    assert_ne!(
        other.event_tag(&start, b"authorized"),
        tag,
        "nobody else can write the chain"
    );
}

#[test]
fn debug_and_errors_print_no_key() {
    let holder = MemoryKeyHolder::new();
    let (vault, record) = Vault::create_in_keyring(CATALOG, &holder).unwrap();
    let key = vault.new_data_key();
    assert_eq!(
        format!("{vault:?}"),
        "Vault(redacted)",
        "a vault prints nothing"
    );
    assert_eq!(
        format!("{key:?}"),
        "DataKey(redacted)",
        "a data key prints nothing"
    );
    assert_eq!(
        format!("{:?}", MasterKey::generate()),
        "MasterKey(redacted)",
        "a master key prints nothing"
    );
    assert_eq!(
        format!("{holder:?}"),
        "MemoryKeyHolder(redacted)",
        "a holder prints nothing"
    );

    let passphrase = &WITH_PASSPHRASE.1;
    for record in [&record, passphrase] {
        let printed = format!("{record:?}");
        let json = serde_json::to_value(record).unwrap();
        let check = json["check"].as_str().unwrap();
        assert!(
            !printed.contains(check),
            "a record's bytes stay out of logs"
        );
    }
    assert!(
        !serde_json::to_string(passphrase)
            .unwrap()
            .contains(PASSPHRASE),
        "no record holds a passphrase"
    );
    let aad = Aad::credential("id", "access_token", 1);
    let sealed = key.seal(&aad, b"hunter2").unwrap();
    let error = vault.new_data_key().open(&aad, &sealed).unwrap_err();
    assert!(
        !format!("{error:?} {error}").contains("hunter2"),
        "no error holds what was sealed"
    );
}

#[test]
fn every_error_has_a_code_of_the_list_and_no_two_share_one() {
    let all = [
        VaultError::Keyring(KeyringError::Missing),
        VaultError::Keyring(KeyringError::Locked),
        VaultError::Keyring(KeyringError::Other(String::new())),
        VaultError::KeyringLockedOrEmpty,
        VaultError::KeyringEntryExists,
        VaultError::KeyringNotKept,
        VaultError::WrongKey,
        VaultError::WrongPassphrase,
        VaultError::PassphraseShort,
        VaultError::PassphraseNeeded,
        VaultError::KeyringNeeded,
        VaultError::RecoveryCodeMistyped,
        VaultError::RecoveryCodeWrong,
        VaultError::RecoveryNotSetUp,
        VaultError::RecordUnsupported(2),
        VaultError::RecordDamaged,
        VaultError::SealedDamaged,
        VaultError::SealedUnsupported(2),
        VaultError::ReaderUnavailable,
        VaultError::NotABackup,
        VaultError::BackupDamaged,
        VaultError::TooLarge,
        VaultError::DerivationFailed,
        VaultError::NoRandomness,
    ];
    let codes: Vec<_> = all.iter().map(VaultError::code).collect();
    assert_eq!(
        codes,
        VaultError::CODES,
        "messages are written per code of the list"
    );
}

#[test]
fn a_vault_may_be_used_from_several_threads() {
    fn check<T: Send + Sync>() {}
    check::<Vault>();
    check::<MemoryKeyHolder>();
    check::<KeyRecord>();
}
