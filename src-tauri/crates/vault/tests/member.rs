//! A member's own key: only their passphrase opens it, and only it opens what it wraps.
#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;

use tsunagi_vault::{
    Aad, DataKey, KeyRecord, MemberVault, MemoryKeyHolder, Reader, Vault, VaultError,
};

const CATALOG: &str = "0198c0de-0000-7000-8000-00000000000a";
const ELSEWHERE: &str = "0198c0de-0000-7000-8000-00000000000b";
const AKI: &str = "0198c0de-0000-7000-8000-000000000001";
const BO: &str = "0198c0de-0000-7000-8000-000000000002";
const PASSPHRASE: &str = "correct horse";

/// Derived once: it costs 64 MiB and a noticeable time on purpose.
static AKIS: LazyLock<(MemberVault, KeyRecord)> =
    LazyLock::new(|| MemberVault::create(CATALOG, AKI, PASSPHRASE).unwrap());

fn workspace() -> Vault {
    Vault::create_in_keyring(CATALOG, &MemoryKeyHolder::new())
        .unwrap()
        .0
}

/// Whether both seal alike: they are the same key.
fn same(a: &DataKey, b: &DataKey) -> bool {
    let aad = Aad::credential("credential", "access_token", 1);
    b.open(&aad, &a.seal(&aad, b"hunter2").unwrap()).is_ok()
}

#[test]
fn a_members_key_opens_again_with_their_passphrase_only() {
    let (aki, record) = &*AKIS;
    let key = workspace().new_data_key();
    let wrapped = aki.wrap(&key, "credential").unwrap();

    let again = MemberVault::open(CATALOG, AKI, record, PASSPHRASE).unwrap();
    assert!(
        same(&key, &again.unwrap(&wrapped, "credential").unwrap()),
        "what was wrapped before a restart opens after it"
    );
    assert_eq!(
        MemberVault::open(CATALOG, AKI, record, "correct horse ").err(),
        Some(VaultError::WrongPassphrase),
        "another passphrase does not"
    );
    assert_eq!(
        MemberVault::create(CATALOG, AKI, "seven77").err(),
        Some(VaultError::PassphraseShort),
        "the rule for a workspace's passphrase is the rule for a member's"
    );
}

#[test]
fn a_members_record_opens_for_that_member_only() {
    let record = &AKIS.1;
    for (what, catalog, member) in [
        ("another member", CATALOG, BO),
        ("the same member elsewhere", ELSEWHERE, AKI),
    ] {
        assert_eq!(
            MemberVault::open(catalog, member, record, PASSPHRASE).err(),
            Some(VaultError::WrongPassphrase),
            "{what} may have the same passphrase, and still has another key"
        );
    }
    assert_eq!(
        Vault::open_with_passphrase(CATALOG, record, PASSPHRASE).err(),
        Some(VaultError::WrongPassphrase),
        "a member's record put in the workspace's place opens nothing"
    );
    let keyring = Vault::create_in_keyring(CATALOG, &MemoryKeyHolder::new())
        .unwrap()
        .1;
    assert_eq!(
        MemberVault::open(CATALOG, AKI, &keyring, PASSPHRASE).err(),
        Some(VaultError::KeyringNeeded),
        "and the other way round"
    );
}

#[test]
fn what_a_member_wraps_opens_for_nobody_else() {
    let (aki, workspace) = (&AKIS.0, workspace());
    let bo = MemberVault::create(CATALOG, BO, PASSPHRASE).unwrap().0;
    assert_eq!(
        aki.reader(),
        Reader::Member(AKI.to_owned()),
        "the word the catalog files the wrap under"
    );

    let key = workspace.new_data_key();
    let wrapped = aki.wrap(&key, "credential").unwrap();
    assert_eq!(
        bo.unwrap(&wrapped, "credential").err(),
        Some(VaultError::WrongKey),
        "not for another member"
    );
    assert_eq!(
        aki.unwrap(&wrapped, "another").err(),
        Some(VaultError::SealedDamaged),
        "not for another credential"
    );
    for (reader, error) in [
        (Reader::Workspace, VaultError::WrongKey),
        (Reader::Unattended, VaultError::WrongKey),
        (aki.reader(), VaultError::ReaderUnavailable),
    ] {
        assert_eq!(
            workspace.unwrap(&wrapped, "credential", &reader).err(),
            Some(error),
            "not for the workspace, which asks as {reader}"
        );
    }
    for reader in [Reader::Workspace, Reader::Unattended] {
        let wrapped = workspace.wrap(&key, "credential", &reader).unwrap();
        assert_eq!(
            aki.unwrap(&wrapped, "credential").err(),
            Some(VaultError::WrongKey),
            "a member's key is not the one of {reader} either"
        );
    }
}

#[test]
fn a_new_passphrase_leaves_what_was_wrapped_as_it_is() {
    let (aki, record) = &*AKIS;
    let key = workspace().new_data_key();
    let wrapped = aki.wrap(&key, "credential").unwrap();
    let change = |old, new| MemberVault::change_passphrase(CATALOG, AKI, record, old, new);

    let changed = change(PASSPHRASE, "battery staple").unwrap();
    let again = MemberVault::open(CATALOG, AKI, &changed, "battery staple").unwrap();
    assert!(
        same(&key, &again.unwrap(&wrapped, "credential").unwrap()),
        "the key is the same: nothing has to be wrapped again"
    );
    assert_eq!(
        MemberVault::open(CATALOG, AKI, &changed, PASSPHRASE).err(),
        Some(VaultError::WrongPassphrase),
        "the old passphrase is one no more"
    );
    assert_eq!(
        change("battery staple", "another one").err(),
        Some(VaultError::WrongPassphrase),
        "nobody changes a passphrase they do not know"
    );
    assert_eq!(
        change(PASSPHRASE, "short").err(),
        Some(VaultError::PassphraseShort),
        "nor to a short one"
    );
}

#[test]
fn a_forged_member_record_is_damaged() {
    let mut json = serde_json::to_value(&AKIS.1).unwrap();
    json["check"] = "AAAA".into();
    let forged = serde_json::from_value(json).unwrap();
    assert_eq!(
        MemberVault::open(CATALOG, AKI, &forged, PASSPHRASE).err(),
        Some(VaultError::RecordDamaged),
        "its check is the member's own"
    );
}

#[test]
fn a_members_vault_prints_nothing_and_crosses_threads() {
    fn check<T: Send + Sync>() {}
    check::<MemberVault>();
    let (aki, record) = &*AKIS;
    assert_eq!(
        format!("{aki:?}"),
        "MemberVault(redacted)",
        "no key in logs"
    );
    let json = serde_json::to_string(record).unwrap();
    assert!(!json.contains(PASSPHRASE), "no passphrase in the record");
}
