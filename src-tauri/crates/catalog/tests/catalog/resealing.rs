use tsunagi_catalog::{CatalogError, Lease, Wrap};
use tsunagi_domain::{AuthorizationId, Kind, Mode, Reach};

use crate::fixture::{Home, NOW, add_member, sealed, shared_slot, slot};

fn taken(home: &Home, id: AuthorizationId) -> u64 {
    match home.catalog.take_lease(id, "us", NOW, 60_000).unwrap() {
        Lease::Taken { generation, .. } => generation,
        Lease::Held { .. } => panic!("nobody else has it"),
    }
}

#[test]
fn a_credential_is_sealed_for_other_readers_under_the_lease_of_renewals() {
    let home = Home::new();
    let made = home.add("Practice", Kind::LoggedInUser, Mode::Same);
    let id = home.fill(slot(made.id, Reach::All, home.member));
    let mut own = sealed(1, b"sealed anew");
    own.wraps[0].reader = format!("member:{}", home.member);

    let stale = |outcome| assert_eq!(outcome, Err(CatalogError::Stale));
    stale(home.catalog.reseal(id, "us", 1, &own));
    let generation = taken(&home, id);
    stale(home.catalog.reseal(id, "them", generation, &own));
    stale(home.catalog.reseal(id, "us", generation + 1, &own));
    stale(
        home.catalog
            .reseal(id, "us", generation, &sealed(2, b"of a later one")),
    );
    assert_eq!(
        home.catalog.sealed(id).unwrap(),
        Some(sealed(1, b"sealed once")),
        "whoever holds no lease on this version writes nothing"
    );
    home.catalog.reseal(id, "us", generation, &own).unwrap();
    assert_eq!(
        home.catalog.sealed(id).unwrap(),
        Some(own),
        "bytes and wraps change together"
    );
    let file = std::fs::read(home.file()).unwrap();
    let log = std::fs::read(home.path().join("catalog.sqlite-wal")).unwrap_or_default();
    for bytes in [file, log] {
        assert!(
            !bytes.windows(11).any(|part| part == b"sealed once"),
            "what others could open is gone from the files too"
        );
    }
}

#[test]
fn a_credential_gets_further_readers_as_long_as_it_is_the_same() {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    let id = home.fill(shared_slot(made.id, Reach::All));
    let unattended = Wrap {
        reader: "unattended".to_owned(),
        wrapped: vec![4; 48],
    };
    for _ in 0..2 {
        home.catalog
            .add_wraps(id, 1, std::slice::from_ref(&unattended))
            .unwrap();
    }
    let stored = home.catalog.sealed(id).unwrap().unwrap();
    let readers: Vec<&str> = stored.wraps.iter().map(|wrap| &*wrap.reader).collect();
    assert_eq!(readers, ["unattended", "workspace"], "once each");
    assert_eq!(
        home.catalog.add_wraps(id, 2, &[unattended]),
        Err(CatalogError::Stale),
        "the key of another version may be another one"
    );
}

#[test]
fn a_members_own_authorizations_are_told_from_everybodys() {
    let home = Home::new();
    let ken = add_member(&home.catalog, "Ken");
    let personal = home.add("Personal", Kind::LoggedInUser, Mode::PerEnvironment);
    let shared = home.add("Shared", Kind::Admin, Mode::Same);
    let mut own = vec![
        home.fill(slot(personal.id, Reach::Stage, home.member)),
        home.fill(slot(personal.id, Reach::Production, home.member)),
    ];
    home.fill(slot(personal.id, Reach::Stage, ken));
    home.fill(shared_slot(shared.id, Reach::All));
    let revoked = home.fill(slot(personal.id, Reach::Development, home.member));
    home.catalog.set_revoked(revoked, NOW).unwrap();
    own.sort();
    assert_eq!(
        home.catalog.authorizations_of_member(home.member).unwrap(),
        own,
        "those of logged-in-user connections that still have a credential"
    );
}
