//! The recovery code: the way back to a catalog whose keyring or passphrase is lost.
#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;

use proptest::prelude::*;
use tsunagi_vault::{
    Home, KeyHolder, KeyRecord, KeyringError, MasterKey, MemoryKeyHolder, Reader, RecoveryCode,
    Vault, VaultError,
};

const CATALOG: &str = "0198c0de-0000-7000-8000-00000000000a";
const ELSEWHERE: &str = "0198c0de-0000-7000-8000-00000000000b";
const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A catalog with its key in a keyring, and a code for it.
struct Set {
    holder: MemoryKeyHolder,
    vault: Vault,
    record: KeyRecord,
    code: RecoveryCode,
}

fn set() -> Set {
    let holder = MemoryKeyHolder::new();
    let (vault, record) = Vault::create_in_keyring(CATALOG, &holder).unwrap();
    let (code, record) =
        Vault::new_recovery_code(CATALOG, &record, Home::Keyring(&holder)).unwrap();
    Set {
        holder,
        vault,
        record,
        code,
    }
}

static SET: LazyLock<Set> = LazyLock::new(set);

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

fn recover(record: &KeyRecord, code: &str) -> Result<(Vault, KeyRecord), VaultError> {
    Vault::recover(
        CATALOG,
        record,
        code,
        Home::Keyring(&MemoryKeyHolder::new()),
    )
}

#[test]
fn a_lost_keyring_is_replaced_by_another_with_the_code() {
    let set = set();
    assert!(set.record.has_recovery_code(), "the screen can tell");
    let stored = serde_json::to_string(&set.record).unwrap();
    let stored: KeyRecord = serde_json::from_str(&stored).unwrap();
    set.holder.forget(CATALOG);

    let new = MemoryKeyHolder::new();
    let code = set.code.expose();
    let (vault, record) = Vault::recover(CATALOG, &stored, code, Home::Keyring(&new)).unwrap();
    assert!(same(&set.vault, &vault), "it is the same key");
    assert_eq!(
        vault.event_tag(&[0; 32], b"entry"),
        set.vault.event_tag(&[0; 32], b"entry"),
        "and the same log"
    );
    let again = Vault::open_from_keyring(CATALOG, &record, &new).unwrap();
    assert!(
        same(&vault, &again),
        "it opens without the code from now on"
    );
    assert!(
        recover(&record, code).is_ok(),
        "and the code on paper stays good"
    );
}

#[test]
fn a_forgotten_passphrase_is_replaced_with_the_code() {
    let (vault, record) = Vault::create_with_passphrase(CATALOG, "correct horse").unwrap();
    let (code, record) =
        Vault::new_recovery_code(CATALOG, &record, Home::Passphrase("correct horse")).unwrap();
    let code = code.expose();
    let recover = |passphrase| Vault::recover(CATALOG, &record, code, Home::Passphrase(passphrase));

    assert_eq!(
        recover("short").err(),
        Some(VaultError::PassphraseShort),
        "the new one has to be a passphrase"
    );
    let (recovered, moved) = recover("battery staple").unwrap();
    assert!(same(&vault, &recovered), "it is the same key");
    let again = Vault::open_with_passphrase(CATALOG, &moved, "battery staple").unwrap();
    assert!(same(&vault, &again), "the new passphrase opens it");
    assert_eq!(
        Vault::open_with_passphrase(CATALOG, &moved, "correct horse").err(),
        Some(VaultError::WrongPassphrase),
        "the forgotten one does not"
    );

    let keyring = MemoryKeyHolder::new();
    let (_, moved) = Vault::recover(CATALOG, &moved, code, Home::Keyring(&keyring)).unwrap();
    assert!(!moved.needs_passphrase(), "the key moved to the keyring");
    let again = Vault::open_from_keyring(CATALOG, &moved, &keyring).unwrap();
    assert!(same(&vault, &again), "where it opens");
}

#[test]
fn a_code_is_made_only_for_whoever_can_open_the_catalog() {
    let set = set();
    assert_eq!(
        Vault::new_recovery_code(CATALOG, &set.record, Home::Passphrase("correct horse")).err(),
        Some(VaultError::KeyringNeeded),
        "a passphrase is not where this key is"
    );
    set.holder.forget(CATALOG);
    assert_eq!(
        Vault::new_recovery_code(CATALOG, &set.record, Home::Keyring(&set.holder)).err(),
        Some(VaultError::KeyringLockedOrEmpty),
        "nor is there one without the key"
    );
}

#[test]
fn a_new_code_ends_the_older_one() {
    let set = set();
    let (newer, record) =
        Vault::new_recovery_code(CATALOG, &set.record, Home::Keyring(&set.holder)).unwrap();
    assert_ne!(set.code.expose(), newer.expose(), "no code is made twice");
    assert_eq!(
        recover(&record, set.code.expose()).err(),
        Some(VaultError::RecoveryCodeWrong),
        "the older paper can be thrown away"
    );
    assert!(recover(&record, newer.expose()).is_ok(), "the newer opens");
    let mixed = edited(&record, |json| {
        json["recovery"] = serde_json::to_value(&set.record).unwrap()["recovery"].clone();
    });
    assert_eq!(
        recover(&mixed, set.code.expose()).err(),
        Some(VaultError::RecordDamaged),
        "nor can it be put back into the newer record"
    );
}

#[test]
fn without_a_code_the_answer_is_that_none_was_made() {
    let (_, record) = Vault::create_in_keyring(CATALOG, &MemoryKeyHolder::new()).unwrap();
    assert!(!record.has_recovery_code(), "the screen can tell");
    for code in [SET.code.expose(), "nonsense"] {
        assert_eq!(
            recover(&record, code).err(),
            Some(VaultError::RecoveryNotSetUp),
            "typing it again would not help"
        );
    }
}

#[test]
fn a_code_of_another_catalog_is_wrong_and_not_mistyped() {
    assert_eq!(
        recover(&SET.record, set().code.expose()).err(),
        Some(VaultError::RecoveryCodeWrong),
        "the person has to look for the other paper"
    );
    let copied = Vault::recover(
        ELSEWHERE,
        &SET.record,
        SET.code.expose(),
        Home::Keyring(&MemoryKeyHolder::new()),
    );
    assert_eq!(
        copied.err(),
        Some(VaultError::RecoveryCodeWrong),
        "a record that was copied to another catalog opens nothing there"
    );
}

#[test]
fn a_code_is_read_however_people_write_it() {
    let code = SET.code.expose();
    let wide: String = code
        .chars()
        .map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap())
        .collect();
    for (how, typed) in [
        ("as shown", code.to_owned()),
        ("in small letters", code.to_lowercase()),
        ("without hyphens", code.replace('-', "")),
        ("with spaces", format!(" {} \n", code.replace('-', "  "))),
        ("with dashes", code.replace('-', " – ")),
        ("with a kana keyboard's hyphen", code.replace('-', "ー")),
        ("in full width", wide),
        ("with O for 0", code.replace('0', "O")),
        ("with o for 0", code.replace('0', "o")),
        ("with I for 1", code.replace('1', "I")),
        ("with l for 1", code.replace('1', "l")),
    ] {
        let read: RecoveryCode = typed.parse().unwrap_or_else(|_| panic!("{how}: {typed}"));
        assert_eq!(read.expose(), code, "{how} it is the same code");
    }
    assert!(
        recover(&SET.record, &code.to_lowercase()).is_ok(),
        "and it opens the catalog"
    );
}

#[test]
fn what_is_no_code_is_mistyped() {
    let code = SET.code.expose();
    for (what, typed) in [
        ("nothing", String::new()),
        ("hyphens", "-----".to_owned()),
        ("a group too few", code[6..].to_owned()),
        ("a group too many", format!("{code}-{}", &code[..5])),
        ("a U", format!("U{}", &code[1..])),
        ("a check symbol of Crockford's", format!("{}*", &code[..34])),
        ("a passphrase", "correct horse battery staple".to_owned()),
        ("kana", "パスフレーズ".to_owned()),
    ] {
        assert_eq!(
            recover(&SET.record, &typed).err(),
            Some(VaultError::RecoveryCodeMistyped),
            "{what}: the person has to type again"
        );
    }
}

#[test]
fn recovering_replaces_no_strange_key_in_the_keyring() {
    let set = set();
    let strange = MasterKey::generate();
    set.holder.set(CATALOG, &strange).unwrap();
    let (stranger, _) = Vault::adopt_from_keyring(CATALOG, &set.holder).unwrap();

    let code = set.code.expose();
    assert_eq!(
        Vault::recover(CATALOG, &set.record, code, Home::Keyring(&set.holder)).err(),
        Some(VaultError::KeyringEntryExists),
        "another copy of the catalog may have been sealed with it"
    );
    let (still, _) = Vault::adopt_from_keyring(CATALOG, &set.holder).unwrap();
    assert!(same(&stranger, &still), "it is still there");
    let home = Home::Passphrase("battery staple");
    assert!(
        Vault::recover(CATALOG, &set.record, code, home).is_ok(),
        "a passphrase is a way out"
    );
}

/// Reports success and keeps nothing.
struct Forgetful;

impl KeyHolder for Forgetful {
    fn get(&self, _: &str) -> Result<Option<MasterKey>, KeyringError> {
        Ok(None)
    }

    fn set(&self, _: &str, _: &MasterKey) -> Result<(), KeyringError> {
        Ok(())
    }

    fn remove(&self, _: &str) -> Result<(), KeyringError> {
        Ok(())
    }
}

#[test]
fn recovery_believes_no_keyring_that_does_not_keep_the_key() {
    let code = SET.code.expose();
    assert_eq!(
        Vault::recover(CATALOG, &SET.record, code, Home::Keyring(&Forgetful)).err(),
        Some(VaultError::KeyringNotKept),
        "the record must not say that the key is there"
    );
}

#[test]
fn a_record_without_its_code_or_with_another_is_damaged() {
    for (what, forged) in [
        (
            "none",
            edited(&SET.record, |json| {
                json.as_object_mut().unwrap().remove("recovery");
            }),
        ),
        (
            "a cut one",
            edited(&SET.record, |json| json["recovery"] = "AAAA".into()),
        ),
        (
            "another's",
            edited(&SET.record, |json| {
                json["recovery"] = serde_json::to_value(set().record).unwrap()["recovery"].clone();
            }),
        ),
    ] {
        assert_eq!(
            Vault::open_from_keyring(CATALOG, &forged, &SET.holder).err(),
            Some(VaultError::RecordDamaged),
            "{what}: the check covers the code"
        );
    }
    let newer = edited(&SET.record, |json| json["version"] = 2.into());
    assert_eq!(
        recover(&newer, SET.code.expose()).err(),
        Some(VaultError::RecordUnsupported(2)),
        "a newer record asks for an update, not for another code"
    );
}

#[test]
fn a_code_is_printed_only_when_asked_for() {
    let code = SET.code.expose();
    assert_eq!(
        format!("{:?}", SET.code),
        "RecoveryCode(redacted)",
        "no code in logs"
    );
    let holder = MemoryKeyHolder::new();
    for home in [Home::Keyring(&holder), Home::Passphrase("correct horse")] {
        let printed = format!("{home:?}");
        assert!(printed.ends_with("(redacted)"), "nor a home: {printed}");
    }
    let json = serde_json::to_string(&SET.record).unwrap();
    let bare = code.replace('-', "");
    for text in [json, format!("{:?}", SET.record)] {
        assert!(
            !text.contains(code) && !text.contains(&bare),
            "the code is stored nowhere"
        );
    }
}

fn symbol() -> impl Strategy<Value = char> {
    prop::sample::select(ALPHABET.chars().collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn every_code_has_six_groups_of_five_and_opens(_ in 0..32u8) {
        let set = set();
        let code = set.code.expose();
        let groups: Vec<_> = code.split('-').collect();
        prop_assert_eq!(groups.len(), 6, "{}", "six groups");
        for group in groups {
            prop_assert_eq!(group.len(), 5, "of five");
            prop_assert!(group.chars().all(|c| ALPHABET.contains(c)), "letters and digits only");
        }
        prop_assert!(same(&set.vault, &recover(&set.record, code).unwrap().0), "its own key");
    }

    #[test]
    fn any_one_wrong_symbol_is_a_typing_mistake(at in 0..30usize, other in symbol()) {
        let set = set();
        let mut typed: Vec<_> = set.code.expose().replace('-', "").chars().collect();
        prop_assume!(typed[at] != other);
        typed[at] = other;
        let typed: String = typed.into_iter().collect();
        prop_assert_eq!(
            recover(&set.record, &typed).err(),
            Some(VaultError::RecoveryCodeMistyped),
            "symbol {} of the code", at
        );
    }

    #[test]
    fn any_two_swapped_neighbors_are_a_typing_mistake(at in 0..29usize) {
        let set = set();
        let mut typed: Vec<_> = set.code.expose().replace('-', "").chars().collect();
        prop_assume!(typed[at] != typed[at + 1]);
        typed.swap(at, at + 1);
        let typed: String = typed.into_iter().collect();
        prop_assert_eq!(
            recover(&set.record, &typed).err(),
            Some(VaultError::RecoveryCodeMistyped),
            "symbols {} and the next", at
        );
    }

    #[test]
    fn text_from_anywhere_opens_nothing_and_never_panics(typed in any::<String>()) {
        let error = recover(&SET.record, &typed).err();
        prop_assert!(
            matches!(
                error,
                Some(VaultError::RecoveryCodeMistyped | VaultError::RecoveryCodeWrong)
            ),
            "{:?}", error
        );
    }
}

#[test]
fn a_code_is_confirmed_by_its_last_group_or_all_of_it_and_by_nothing_else() {
    let code = SET.code.expose();
    let last = code.rsplit('-').next().unwrap();
    let wide: String = last
        .chars()
        .map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap())
        .collect();
    for typed in [
        last,
        &last.to_lowercase(),
        &format!(" {} {} ", &last[..2], &last[2..]),
        &wide,
        code,
        &code.to_lowercase().replace('-', " "),
    ] {
        assert!(
            SET.code.is_written_down(typed),
            "{typed:?} is what was shown"
        );
    }
    let first = code.split('-').next().unwrap();
    let another = set().code;
    for typed in [
        "",
        " - ",
        first,
        &last[..4],
        &format!("{last}0"),
        &format!("{first}-{last}"),
        another.expose(),
        "?????",
    ] {
        assert!(!SET.code.is_written_down(typed), "{typed:?} proves nothing");
    }
}
