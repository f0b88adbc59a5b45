#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::time::Duration;

use tsunagi_connectors::Library;
use tsunagi_domain::freshness::Lifetime;
use tsunagi_domain::{AuthorizationId, Timestamp};
use tsunagi_oauth::{Secret, Tokens};
use tsunagi_vault::{MemoryKeyHolder, Vault};

use super::Credential;
use crate::Keys;
use crate::attach::Attachment;
use crate::echo::Needles;
use crate::fresh::Fresh;
use crate::readers::{For, Opening};

fn tokens(access: &str, refresh: Option<&str>) -> Tokens {
    Tokens {
        access: Secret::new(access),
        refresh: refresh.map(Secret::new),
        expires_in: Some(Duration::from_secs(3600)),
        refresh_expires_in: None,
        scopes: None,
        identity: None,
        extras: BTreeMap::new(),
    }
}

fn credential() -> Credential {
    Credential {
        access: Secret::new("at-s3cret"),
        refresh: Some(Secret::new("rt-s3cret")),
        keys: BTreeMap::new(),
        origins: vec!["https://api.example.com".to_owned().try_into().unwrap()],
        hosts: vec!["https://*.example.com".to_owned().try_into().unwrap()],
    }
}

fn attachment() -> Attachment {
    let library = Library::built_in();
    let connector = library.get("practice").unwrap();
    let settings = [("port".to_owned(), "8080".to_owned())].into();
    let resolved = connector.resolve(&settings).unwrap();
    Attachment::of(connector, &resolved, &credential()).unwrap()
}

#[test]
fn debug_output_of_a_credential_shows_no_secret() {
    let fresh = Fresh {
        attachment: attachment(),
        needles: std::sync::Arc::new(Needles::of(attachment().secrets())),
        lifetime: Lifetime {
            issued_at: Timestamp(0),
            expires_at: None,
        },
        credential: credential(),
        version: 3,
        keeps_previous: false,
        unproven: false,
        renewable: false,
        unreachable: false,
        last_used: None,
    };
    for shown in [
        format!("{:?}", credential()),
        format!("{fresh:?}"),
        format!("{fresh:#?}"),
    ] {
        assert!(!shown.contains("s3cret"), "no secret in {shown}");
    }
}

#[test]
fn a_renewal_without_a_refresh_token_keeps_the_old_one() {
    let renewed = credential().renewed(&tokens("new", None));
    assert_eq!(
        renewed.access,
        Secret::new("new"),
        "the access token is the new one"
    );
    assert_eq!(
        renewed.refresh,
        Some(Secret::new("rt-s3cret")),
        "RFC 6749 §6"
    );
    let renewed = renewed.renewed(&tokens("newer", Some("rotated")));
    assert_eq!(
        renewed.refresh,
        Some(Secret::new("rotated")),
        "one that is answered replaces it"
    );
    assert_eq!(
        renewed.origins,
        credential().origins,
        "what it is bound to never changes"
    );
    assert_eq!(
        renewed.hosts,
        credential().hosts,
        "what it is bound to never changes"
    );
}

#[test]
fn what_is_sealed_opens_for_its_own_authorization_and_version_only() {
    let (vault, _) = Vault::create_in_keyring("c", &MemoryKeyHolder::new()).unwrap();
    let keys = Keys::locked();
    keys.open(vault);
    let (id, other) = (AuthorizationId::new(), AuthorizationId::new());
    let sealed = super::Grant {
        credential: credential(),
        answers: BTreeMap::default(),
    }
    .seal(&keys, For::everybody(), id, 4)
    .unwrap();
    let (opened, _) = Credential::open(&keys, Opening::Upkeep, id, &sealed).unwrap();
    assert_eq!(opened.access, credential().access, "what went in comes out");
    assert_eq!(
        opened.origins,
        credential().origins,
        "with what it is bound to"
    );
    assert_eq!(opened.hosts, credential().hosts, "with what it is bound to");
    assert!(
        Credential::open(&keys, Opening::Upkeep, other, &sealed).is_err(),
        "not another authorization's"
    );
    let mut moved = sealed.clone();
    moved.version = 5;
    assert!(
        Credential::open(&keys, Opening::Upkeep, id, &moved).is_err(),
        "nor another version's"
    );
    let bytes = |text: &[u8]| sealed.sealed.windows(text.len()).any(|part| part == text);
    assert!(
        !bytes(b"s3cret") && !bytes(b"example.com"),
        "nothing of it can be read"
    );
}
