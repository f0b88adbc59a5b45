//! What is sealed opens where it belongs, unchanged, and nowhere else.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use tsunagi_vault::{Aad, MemoryKeyHolder, Reader, UnknownReader, Vault, VaultError};

const ID: &str = "0198c0de-0000-7000-8000-000000000001";
const OTHER: &str = "0198c0de-0000-7000-8000-000000000002";
const HEADER: usize = 22;

fn vault() -> Vault {
    Vault::create_in_keyring(ID, &MemoryKeyHolder::new())
        .unwrap()
        .0
}

#[test]
fn what_is_sealed_opens_in_its_place_only() {
    let key = vault().new_data_key();
    let here = Aad::credential(ID, "access_token", 3);
    let sealed = key.seal(&here, b"hunter2").unwrap();

    assert_eq!(
        &**key.open(&here, &sealed).unwrap(),
        b"hunter2",
        "its own place opens it"
    );
    for (swap, elsewhere) in [
        ("row", Aad::credential(OTHER, "access_token", 3)),
        ("field", Aad::credential(ID, "refresh_token", 3)),
        ("older version", Aad::credential(ID, "access_token", 2)),
        ("newer version", Aad::credential(ID, "access_token", 4)),
    ] {
        assert_eq!(
            key.open(&elsewhere, &sealed).err(),
            Some(VaultError::SealedDamaged),
            "a value moved to another {swap} must not open"
        );
    }
}

#[test]
fn a_slash_in_a_name_does_not_make_two_places_one() {
    assert_ne!(
        Aad::credential("a/b", "c", 1),
        Aad::credential("a", "b/c", 1),
        "the border between row and field must not move"
    );
    assert_ne!(
        Aad::credential("a/b", "c", 1),
        Aad::credential("a%2Fb", "c", 1),
        "nor may the escape of a slash be forged"
    );
}

#[test]
fn a_wrap_opens_for_its_subject_and_reader_only() {
    let vault = vault();
    let key = vault.new_data_key();
    let wrapped = vault.wrap(&key, ID, &Reader::Workspace).unwrap();
    let aad = Aad::credential(ID, "access_token", 1);
    let sealed = key.seal(&aad, b"hunter2").unwrap();

    let again = vault.unwrap(&wrapped, ID, &Reader::Workspace).unwrap();
    assert_eq!(
        &**again.open(&aad, &sealed).unwrap(),
        b"hunter2",
        "it is the same key again"
    );
    assert_eq!(
        vault.unwrap(&wrapped, OTHER, &Reader::Workspace).err(),
        Some(VaultError::SealedDamaged),
        "a wrap moved to another credential must not open"
    );
    assert_eq!(
        vault.unwrap(&wrapped, ID, &Reader::Unattended).err(),
        Some(VaultError::SealedDamaged),
        "a wrap relabeled for another reader must not open"
    );
}

#[test]
fn the_workspace_key_neither_wraps_nor_unwraps_for_a_member() {
    let vault = vault();
    let member = Reader::Member(OTHER.to_owned());
    let wrapped = vault
        .wrap(&vault.new_data_key(), ID, &Reader::Workspace)
        .unwrap();

    assert_eq!(
        vault.wrap(&vault.new_data_key(), ID, &member).err(),
        Some(VaultError::ReaderUnavailable),
        "a member's wrap under the workspace's key would claim a protection that is not there"
    );
    assert_eq!(
        vault.unwrap(&wrapped, ID, &member).err(),
        Some(VaultError::ReaderUnavailable),
        "and none opens"
    );
}

#[test]
fn another_key_is_told_from_damage() {
    let (vault, other) = (vault(), vault());
    let key = vault.new_data_key();
    let wrapped = vault.wrap(&key, ID, &Reader::Workspace).unwrap();
    let aad = Aad::credential(ID, "access_token", 1);
    let sealed = key.seal(&aad, b"hunter2").unwrap();

    assert_eq!(
        other.unwrap(&wrapped, ID, &Reader::Workspace).err(),
        Some(VaultError::WrongKey),
        "another catalog's vault opens nothing, though the catalog has the same name"
    );
    assert_eq!(
        vault.new_data_key().open(&aad, &sealed).err(),
        Some(VaultError::WrongKey),
        "each credential has its own data key"
    );
}

#[test]
fn a_wrapped_key_is_no_sealed_value_and_the_other_way_round() {
    let vault = vault();
    let key = vault.new_data_key();
    let wrapped = vault.wrap(&key, ID, &Reader::Workspace).unwrap();
    let sealed = key.seal(&Aad::credential(ID, "key", 1), &[0; 32]).unwrap();

    assert!(
        key.open(&Aad::credential(ID, "key", 1), &wrapped).is_err(),
        "a wrap is no value"
    );
    assert!(
        vault.unwrap(&sealed, ID, &Reader::Workspace).is_err(),
        "a value is no wrap"
    );
}

#[test]
fn a_newer_format_is_named_and_not_called_damaged() {
    let key = vault().new_data_key();
    let aad = Aad::credential(ID, "access_token", 1);
    let mut sealed = key.seal(&aad, b"hunter2").unwrap();
    sealed[4] = 2;
    assert_eq!(
        key.open(&aad, &sealed).err(),
        Some(VaultError::SealedUnsupported(2)),
        "a file from a newer program asks for an update, not for a repair"
    );
}

#[test]
fn bad_magic_is_refused() {
    let key = vault().new_data_key();
    let aad = Aad::credential(ID, "access_token", 1);
    let mut sealed = key.seal(&aad, b"hunter2").unwrap();
    sealed[..4].copy_from_slice(b"GNST");
    assert_eq!(
        key.open(&aad, &sealed).err(),
        Some(VaultError::SealedDamaged),
        "not our bytes"
    );
}

#[test]
fn the_same_value_is_never_sealed_the_same_way_twice() {
    let key = vault().new_data_key();
    let aad = Aad::credential(ID, "access_token", 1);
    let (one, two) = (
        key.seal(&aad, b"hunter2").unwrap(),
        key.seal(&aad, b"hunter2").unwrap(),
    );
    assert_eq!(
        one[..HEADER],
        two[..HEADER],
        "magic, version, purpose and key id are the same"
    );
    assert_ne!(
        one[HEADER..HEADER + 24],
        two[HEADER..HEADER + 24],
        "a nonce is used once"
    );
    assert_ne!(
        one[HEADER + 24..],
        two[HEADER + 24..],
        "equal secrets must not look equal"
    );
}

#[test]
fn readers_are_read_as_they_are_written() {
    for (reader, text) in [
        (Reader::Workspace, "workspace"),
        (Reader::Unattended, "unattended"),
        (
            Reader::Member(ID.to_owned()),
            "member:0198c0de-0000-7000-8000-000000000001",
        ),
    ] {
        assert_eq!(reader.to_string(), text, "the catalog stores this word");
        assert_eq!(text.parse(), Ok(reader), "and reads it back");
    }
    for text in [
        "",
        "member",
        "member:",
        "Workspace",
        "workspace ",
        "everyone",
    ] {
        assert_eq!(
            text.parse::<Reader>(),
            Err(UnknownReader(text.to_owned())),
            "`{text}` names no reader"
        );
    }
}

proptest! {
    #[test]
    fn any_value_comes_back_unchanged(value in proptest::collection::vec(any::<u8>(), 0..2048)) {
        let key = vault().new_data_key();
        let aad = Aad::credential(ID, "access_token", 1);
        let sealed = key.seal(&aad, &value).unwrap();
        prop_assert_eq!(sealed.len(), value.len() + 62, "header, nonce and tag take 62 bytes");
        prop_assert_eq!(&**key.open(&aad, &sealed).unwrap(), &value[..], "sealing loses nothing");
    }

    #[test]
    fn any_flipped_bit_is_noticed(
        value in proptest::collection::vec(any::<u8>(), 0..128),
        at in any::<prop::sample::Index>(),
        bit in 0u8..8,
    ) {
        let key = vault().new_data_key();
        let aad = Aad::credential(ID, "access_token", 1);
        let mut sealed = key.seal(&aad, &value).unwrap();
        let at = at.index(sealed.len());
        sealed[at] ^= 1 << bit;
        prop_assert!(key.open(&aad, &sealed).is_err(), "bit {} of byte {} was flipped", bit, at);
    }

    #[test]
    fn any_shortened_or_lengthened_value_is_noticed(
        value in proptest::collection::vec(any::<u8>(), 0..128),
        cut in any::<prop::sample::Index>(),
        more in proptest::collection::vec(any::<u8>(), 1..32),
    ) {
        let key = vault().new_data_key();
        let aad = Aad::credential(ID, "access_token", 1);
        let sealed = key.seal(&aad, &value).unwrap();
        let cut = cut.index(sealed.len());
        prop_assert!(key.open(&aad, &sealed[..cut]).is_err(), "cut off after {} bytes", cut);
        prop_assert!(key.open(&aad, &[sealed, more].concat()).is_err(), "lengthened");
    }

    #[test]
    fn any_flipped_bit_of_a_wrap_is_noticed(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let vault = vault();
        let mut wrapped = vault.wrap(&vault.new_data_key(), ID, &Reader::Unattended).unwrap();
        let at = at.index(wrapped.len());
        wrapped[at] ^= 1 << bit;
        prop_assert!(
            vault.unwrap(&wrapped, ID, &Reader::Unattended).is_err(),
            "bit {} of byte {} was flipped", bit, at
        );
    }

    #[test]
    fn bytes_from_anywhere_never_open_and_never_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..256),
    ) {
        let vault = vault();
        prop_assert!(vault.unwrap(&bytes, ID, &Reader::Workspace).is_err(), "random is no wrap");
        let key = vault.new_data_key();
        let aad = Aad::credential(ID, "access_token", 1);
        prop_assert!(key.open(&aad, &bytes).is_err(), "random is no sealed value");
    }

    #[test]
    fn names_and_places_are_one_to_one(
        a in ("[a-c/%2F]{1,4}", "[a-c/%2F]{1,4}", 0u64..3),
        b in ("[a-c/%2F]{1,4}", "[a-c/%2F]{1,4}", 0u64..3),
    ) {
        let same = a == b;
        let places = Aad::credential(&a.0, &a.1, a.2) == Aad::credential(&b.0, &b.1, b.2);
        prop_assert_eq!(same, places, "different rows must never share a place");
    }
}
