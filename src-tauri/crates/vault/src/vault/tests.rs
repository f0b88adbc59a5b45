//! The formats of version 1, pinned: what a released program sealed must open for ever. Key id
//! and tag were also computed apart from this code, from RFC 5869 and RFC 2104.
#![allow(clippy::unwrap_used)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;

/// A data key of 32 nines, wrapped for the workspace.
const WRAPPED: &str = "VFNORwECLnVVV4rFaUdSExT0m75YjEuOARxuWPyZTJw3JZFXp+QWVM0JwuTGEB1P\
    APpT25mLCP1UChePZPNjsB+mYM0jljtBLdnKqSgWtAuOsSe3x7NcpgMD4Y/mDA==";
/// `value`, sealed under it.
const SEALED: &str = "VFNORwEBtJuOm48vZ36vQZHxtBOnNrAQ1A7iOp8TV/W1pbQv9DBelFEgkUhQ9cS0\
    pYbw0xDyQhGC/AQjE6zRbCRWLQ==";

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
