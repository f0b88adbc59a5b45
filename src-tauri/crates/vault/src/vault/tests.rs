//! The formats of version 1, pinned: what a released program sealed must open for ever. Key id
//! and tag were also computed apart from this code, from RFC 5869 and RFC 2104.
#![allow(clippy::unwrap_used)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::MemoryKeyHolder;

/// A data key of 32 nines, wrapped for the workspace.
const WRAPPED: &str = "VFNORwECLnVVV4rFaUdSExT0m75YjEuOARxuWPyZTJw3JZFXp+QWVM0JwuTGEB1P\
    APpT25mLCP1UChePZPNjsB+mYM0jljtBLdnKqSgWtAuOsSe3x7NcpgMD4Y/mDA==";
/// `value`, sealed under it.
const SEALED: &str = "VFNORwEBtJuOm48vZ36vQZHxtBOnNrAQ1A7iOp8TV/W1pbQv9DBelFEgkUhQ9cS0\
    pYbw0xDyQhGC/AQjE6zRbCRWLQ==";

/// Records of the first program, which knew neither recovery codes nor rotation. The key of both
/// is 32 sevens, the passphrase of the second is `correct horse`.
const IN_KEYRING: &str = r#"{"version":1,"key_id":"2e7555578ac56947521314f49bbe588c","method":"keyring","check":"UD9RawVTBCvY8WnejVa1Z9slc3q3V78g21B0597oNLw="}"#;
const BEHIND_PASSPHRASE: &str = r#"{"version":1,"key_id":"2e7555578ac56947521314f49bbe588c","method":{"passphrase":{"salt":"BQUFBQUFBQUFBQUFBQUFBQ==","memory_kib":65536,"passes":3,"lanes":1,"sealed_key":"VFNORwEDNWkTiAGobDGhltvLhLSd66NFjzrQooU+tgbCfZI//Llw8yCDDb/2jiSlVqY97eBlV4rS1lujbUJ71Ioqkbr637y/uvgc3Xvs7/GNNapgCktkFCg2o8fQhA=="}},"check":"RHpc/igCTIv+lkWp+IeQJD4xeP5mrX7YKeCEz4Dnr4I="}"#;
/// A record with all later fields: the key of 32 sevens is being replaced by one of 32 eights.
const ROTATING: &str = r#"{"version":1,"key_id":"b02321a65bc95f0b67e782822d3e0721","method":"keyring","check":"e2SPUIsaC3sUWYcy2gQDV9w+ROsL7v9/LZWMoB+lmHE=","recovery":"VFNORwEEuwdl7y1QOTbqoNYtaXvNKOHhGQfJQiVyA/zynaVWCzeuFm4SoKqMN6BOyfiOolX+U16GkTpGVVcHV47r4BvEfJ1czeqrocTe7dk3XXbhFbwQTlmyp3eO7A==","events":"VFNORwEGcf4Sinv+oxuMTYqyF9PiDf09CYL9vQnkQP8W4aEDffSeKV3ZhbY9rIelxNaqVEqAfOFVhF/2pTA/RUPGueUu8cLBDV6bvC0DG5RtkdHEwgC91NgMqqY5qg==","old":{"key_id":"2e7555578ac56947521314f49bbe588c","sealed_key":"VFNORwEFcf4Sinv+oxuMTYqyF9PiDR3E9NyJtW6u5ckuaouYODaviljq/aphwYHzkA7eN9UVuZs4JEqcpE57dq1NOzWrAFEoWogeLxF9S1YTo5S6z6AehcZCYk6RjA=="}}"#;

fn holding(byte: u8) -> MemoryKeyHolder {
    let holder = MemoryKeyHolder::new();
    let key = MasterKey::from_slice(&[byte; 32]).unwrap();
    holder.set("catalog", &key).unwrap();
    holder
}

fn opens_what_version_1_wrapped(vault: &Vault) -> bool {
    let wrapped = STANDARD.decode(WRAPPED).unwrap();
    vault
        .unwrap(&wrapped, "subject", &Reader::Workspace)
        .is_ok_and(|key| key.bytes() == &[9; 32])
}

fn fixed() -> Vault {
    Vault::of("catalog", &MasterKey::from_slice(&[7; 32]).unwrap())
}

#[test]
fn key_ids_and_event_tags_of_version_1_stay_what_they_are() {
    assert_eq!(
        fixed().key_id(),
        "2e7555578ac56947521314f49bbe588c",
        "the subkey for wraps"
    );
    let tag = fixed().event_tag(&[0; 32], b"entry");
    assert_eq!(
        STANDARD.encode(tag),
        "2uAF6I/ggyT3hhlaj0ZPDNkIY8ZQ5CguNhTusaBuKIM=",
        "the subkey for events"
    );
}

#[test]
fn what_version_1_wrapped_and_sealed_still_opens() {
    let wrapped = STANDARD.decode(WRAPPED).unwrap();
    let key = fixed()
        .unwrap(&wrapped, "subject", &Reader::Workspace)
        .unwrap();
    assert_eq!(key.bytes(), &[9; 32], "the wrap holds the data key");
    let sealed = STANDARD.decode(SEALED).unwrap();
    let value = key
        .open(&Aad::credential("id", "field", 1), &sealed)
        .unwrap();
    assert_eq!(&**value, b"value", "and the data key opens the value");
}

#[test]
fn records_from_before_recovery_and_rotation_still_open_and_are_written_as_they_were() {
    for (text, passphrase) in [(IN_KEYRING, false), (BEHIND_PASSPHRASE, true)] {
        let record: KeyRecord = serde_json::from_str(text).unwrap();
        let vault = if passphrase {
            Vault::open_with_passphrase("catalog", &record, "correct horse")
        } else {
            Vault::open_from_keyring("catalog", &record, &holding(7))
        };
        assert!(
            opens_what_version_1_wrapped(&vault.unwrap()),
            "passphrase: {passphrase}"
        );
        assert!(
            !record.has_recovery_code() && !record.is_rotating(),
            "it has neither, and says so"
        );
        assert_eq!(
            serde_json::to_string(&record).unwrap(),
            text,
            "an older program reads what this one writes"
        );
    }
}

#[test]
fn a_rotation_that_version_1_began_still_goes_on() {
    let record: KeyRecord = serde_json::from_str(ROTATING).unwrap();
    let holder = holding(8);
    let vault = Vault::open_from_keyring("catalog", &record, &holder).unwrap();
    assert!(
        opens_what_version_1_wrapped(&vault),
        "the old key comes from the record"
    );
    assert_eq!(
        vault.event_tag(&[0; 32], b"entry"),
        fixed().event_tag(&[0; 32], b"entry"),
        "and so does the log's"
    );
    let (vault, record) = vault
        .finish_rotation("catalog", &record, Some(&holder))
        .unwrap();
    assert!(
        !opens_what_version_1_wrapped(&vault),
        "at the end it is given up"
    );
    assert!(
        record.has_recovery_code(),
        "a code that was made meanwhile stays"
    );
}
