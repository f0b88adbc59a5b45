use std::path::Path;

use tsunagi_catalog::{CatalogError, Renewal, Wrap};
use tsunagi_domain::{AuthorizationId, Health, Kind, Mode, NotConnected, Reach};

use crate::fixture::{Home, NOW, filling, sealed, shared_slot};
use crate::leases::{renewal, taken};

/// Long enough to need pages of its own, as real tokens do.
fn canary(name: &str) -> Vec<u8> {
    format!("<{name} sealed bytes>").into_bytes().repeat(400)
}

pub(crate) fn written(home: &Path, needle: &[u8]) -> Vec<String> {
    let needle = &needle[..needle.len().min(20)];
    let files = std::fs::read_dir(home)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    files
        .filter(|path| {
            let bytes = std::fs::read(path).unwrap();
            bytes.windows(needle.len()).any(|window| window == needle)
        })
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect()
}

fn fill(home: &Home, name: &str) -> (AuthorizationId, Vec<u8>, Vec<u8>) {
    let made = home.add(name, Kind::Admin, Mode::Same);
    let mut full = filling(shared_slot(made.id, Reach::All), home.member);
    let (bytes, key) = (canary(name), canary(&format!("{name}-wrap")));
    full.sealed = sealed(1, &bytes);
    full.sealed.wraps = vec![Wrap {
        reader: "workspace".to_owned(),
        wrapped: key.clone(),
    }];
    home.catalog.fill(&full).unwrap();
    (full.authorization.id, bytes, key)
}

#[test]
fn revoked_bytes_are_in_no_file() {
    let home = Home::new();
    let (id, bytes, key) = fill(&home, "revoked");
    assert!(
        !written(home.path(), &bytes).is_empty(),
        "they must have been there to go"
    );
    home.catalog.set_revoked(id, NOW).unwrap();
    assert_eq!(
        written(home.path(), &bytes),
        [""; 0],
        "not in the file, nor in its log"
    );
    assert_eq!(written(home.path(), &key), [""; 0], "nor the wrapped key");
    let kept = home.catalog.authorization(id).unwrap().unwrap();
    assert_eq!(
        kept.health,
        Health::NotConnected(NotConnected::Revoked),
        "it says why"
    );
    assert_eq!(
        kept.account.email.as_deref(),
        Some("aiko@example.com"),
        "and whose it was"
    );
    assert_eq!(
        home.catalog.slots_of_authorization(id).unwrap().len(),
        1,
        "in its slot"
    );
    assert_eq!(
        home.catalog.sealed(id).unwrap(),
        None,
        "without a credential"
    );
}

#[test]
fn emptied_replaced_and_renewed_bytes_are_in_no_file() {
    let home = Home::new();
    let (emptied, emptied_bytes, _) = fill(&home, "emptied");
    let (renewed, renewed_bytes, _) = fill(&home, "renewed");
    let generation = taken(&home.catalog, renewed);
    home.catalog
        .store_renewal(&Renewal {
            keep_previous: true,
            ..renewal(renewed, generation, 1)
        })
        .unwrap();
    home.catalog.drop_previous(renewed, 2).unwrap();
    home.catalog.empty(emptied).unwrap();
    assert_eq!(
        written(home.path(), &emptied_bytes),
        [""; 0],
        "emptied is gone"
    );
    assert_eq!(
        written(home.path(), &renewed_bytes),
        [""; 0],
        "so is what a renewal replaced"
    );
}

#[test]
fn deleted_connections_leave_no_bytes() {
    let home = Home::new();
    let (id, bytes, _) = fill(&home, "deleted");
    let connection = home.catalog.slots_of_authorization(id).unwrap()[0].connection;
    home.catalog.delete_connection(connection).unwrap();
    assert_eq!(
        written(home.path(), &bytes),
        [""; 0],
        "the credential went with the connection"
    );
}

#[test]
fn a_revoked_authorization_cannot_be_called_connected() {
    let home = Home::new();
    let (id, ..) = fill(&home, "revoked");
    home.catalog.set_revoked(id, NOW).unwrap();
    let refused = home.catalog.set_health(id, Health::Connected);
    assert!(
        matches!(refused, Err(CatalogError::Missing(_))),
        "there is nothing to connect with"
    );
    let lease = home.catalog.take_lease(id, "a", NOW, 30_000);
    assert_eq!(
        lease,
        Err(CatalogError::Missing("credential")),
        "nor to renew"
    );
}

#[test]
fn a_renewal_under_way_does_not_bring_back_what_was_revoked() {
    let home = Home::new();
    let (id, ..) = fill(&home, "revoked");
    let generation = taken(&home.catalog, id);
    assert!(
        home.catalog.mark_sending(id, "a", generation, 1).unwrap(),
        "it is on its way"
    );
    home.catalog.set_revoked(id, NOW).unwrap();
    let stored = home
        .catalog
        .store_renewal(&renewal(id, generation, 1))
        .unwrap();
    assert!(!stored, "the answer comes too late");
    assert_eq!(home.catalog.sealed(id).unwrap(), None, "and stores nothing");
}
