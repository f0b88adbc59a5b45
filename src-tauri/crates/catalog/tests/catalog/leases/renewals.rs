//! What a renewal stores, and what is due for one.

use std::collections::BTreeMap;

use tsunagi_catalog::{Lease, Renewal, Unreachable};
use tsunagi_domain::{Health, Kind, Mode, NotConnected, Reach};

use super::{TTL, home_with_one, renewal, taken};
use crate::fixture::{Home, NOW, shared_slot};

#[test]
fn a_renewal_is_stored_whole() {
    let (home, id) = home_with_one();
    let expired = Health::NotConnected(NotConnected::OutcomeUnknown);
    home.catalog.set_health(id, expired).unwrap();
    let unreachable = Unreachable {
        since: NOW,
        code: "http_503".to_owned(),
        failures: 2,
    };
    home.catalog
        .set_unreachable(id, Some(&unreachable))
        .unwrap();
    let generation = taken(&home.catalog, id);
    assert!(
        home.catalog.mark_sending(id, "a", generation, 1).unwrap(),
        "marked before sending"
    );
    let before = home.catalog.authorization(id).unwrap().unwrap().extras;
    let said = BTreeMap::from([("api_domain".to_owned(), "https://eu.example.com".to_owned())]);
    assert_ne!(before, said, "something new");
    let renewal = Renewal {
        keep_previous: true,
        extras: Some(said.clone()),
        ..renewal(id, generation, 1)
    };
    assert!(
        home.catalog.store_renewal(&renewal).unwrap(),
        "version and generation match"
    );
    let sealed = home.catalog.sealed(id).unwrap().unwrap();
    assert_eq!(
        (sealed.version, sealed.sealed.as_slice()),
        (2, b"sealed 2".as_slice()),
        "the new"
    );
    let before = Some((1, b"sealed once".to_vec()));
    assert_eq!(
        sealed.previous, before,
        "the one before is kept until the new one has worked"
    );
    assert_eq!(sealed.wraps.len(), 1, "under the same data key");
    let kept = home.catalog.authorization(id).unwrap().unwrap();
    assert_eq!(kept.version, 2, "the authorization tells the version");
    assert_eq!(kept.expires_at, renewal.expires_at, "the new end");
    assert_eq!(kept.issued_at, renewal.issued_at, "from the new issue");
    assert_eq!(kept.last_renewed, Some(renewal.now), "and when");
    assert_eq!(
        kept.granted.as_deref(),
        Some(["contacts.read".to_owned()].as_slice()),
        "RFC 6749 section 6: scopes that are not told stay"
    );
    assert_eq!(kept.extras, said, "what the service says by now");
    assert_eq!(kept.unreachable, None, "it was reached");
    assert_eq!(kept.health, Health::Connected, "and the outcome is known");
    home.catalog.drop_previous(id, 1).unwrap();
    assert!(
        home.catalog.sealed(id).unwrap().unwrap().previous.is_some(),
        "version 1 has not worked"
    );
    home.catalog.drop_previous(id, 2).unwrap();
    assert_eq!(
        home.catalog.sealed(id).unwrap().unwrap().previous,
        None,
        "version 2 has"
    );
}

#[test]
fn a_renewal_does_not_undo_what_authorizing_alone_mends() {
    let (home, id) = home_with_one();
    let health = Health::NotConnected(NotConnected::ConnectorChanged);
    home.catalog.set_health(id, health).unwrap();
    let generation = taken(&home.catalog, id);
    let granted = Some(vec!["a".to_owned()]);
    home.catalog
        .store_renewal(&Renewal {
            granted,
            ..renewal(id, generation, 1)
        })
        .unwrap();
    let kept = home.catalog.authorization(id).unwrap().unwrap();
    assert_eq!(kept.health, health, "a fresh token is of the same origins");
    assert_eq!(
        kept.granted.as_deref(),
        Some(["a".to_owned()].as_slice()),
        "what it does is kept"
    );
}

#[test]
fn a_stale_generation_or_version_stores_nothing() {
    let (home, id) = home_with_one();
    let first = taken(&home.catalog, id);
    home.catalog.mark_sending(id, "a", first, 1).unwrap();
    let until = NOW.plus_millis(TTL);
    let lease = home.catalog.take_lease(id, "b", until, TTL).unwrap();
    assert!(
        matches!(
            lease,
            Lease::Taken {
                interrupted: true,
                ..
            }
        ),
        "b was warned: {lease:?}"
    );
    assert!(
        !home.catalog.store_renewal(&renewal(id, first, 1)).unwrap(),
        "a's time is over"
    );
    assert!(
        !home.catalog.mark_sending(id, "a", first, 1).unwrap(),
        "nor may a send again"
    );
    assert!(
        !home.catalog.unmark_sending(id, "a", first).unwrap(),
        "or take a mark away"
    );
    let mine = Renewal {
        owner: "b".to_owned(),
        ..renewal(id, first + 1, 1)
    };
    let wrong_owner = Renewal {
        owner: "a".to_owned(),
        ..mine.clone()
    };
    assert!(
        !home.catalog.store_renewal(&wrong_owner).unwrap(),
        "the owner counts"
    );
    let wrong_version = Renewal {
        expected_version: 7,
        ..mine.clone()
    };
    assert!(
        !home.catalog.store_renewal(&wrong_version).unwrap(),
        "the version counts"
    );
    let sealed = home.catalog.sealed(id).unwrap().unwrap();
    assert_eq!(
        (sealed.version, sealed.sealed.as_slice()),
        (1, b"sealed once".as_slice()),
        "as was"
    );
    assert!(
        home.catalog.store_renewal(&mine).unwrap(),
        "b's answer counts"
    );
    assert!(!home.catalog.store_renewal(&mine).unwrap(), "once");
}

#[test]
fn a_renewal_tells_at_once_whether_scopes_are_missing() {
    let (home, id) = home_with_one();
    let scope = |name: &str| Some(vec![name.to_owned()]);
    // What the answer grants, and whether the slot is short of scopes with it.
    for (granted, short) in [
        (scope("contacts.write"), true),
        (None, true),
        (scope("contacts.read"), false),
        (None, false),
        (Some(Vec::new()), true),
    ] {
        let version = home.catalog.authorization(id).unwrap().unwrap().version;
        let generation = taken(&home.catalog, id);
        let renewed = Renewal {
            granted: granted.clone(),
            ..renewal(id, generation, version)
        };
        assert!(home.catalog.store_renewal(&renewed).unwrap());
        let stored = home.catalog.authorization(id).unwrap().unwrap().health;
        assert_eq!(stored, Health::Connected, "the credential itself works");
        let needing = home.catalog.needing_count(home.member).unwrap();
        assert_eq!(
            needing,
            u64::from(short),
            "tray and Home count it with the same transaction: {granted:?}"
        );
        home.catalog.release_lease(id, "a", generation).unwrap();
    }
}

#[test]
fn what_lacks_scopes_is_due_too_so_that_a_renewal_can_bring_them_back() {
    let home = Home::new();
    let mut made = home.add("Practice", Kind::Admin, Mode::Same);
    let key = shared_slot(made.id, Reach::All);
    let id = home.fill(key);
    let due = || home.catalog.due(NOW.plus_seconds(7200), 10).unwrap();
    made.scopes.push("contacts.write".to_owned());
    home.catalog.update_connection(&made).unwrap();
    assert_eq!(due(), [id], "short of scopes");
    home.catalog.set_connector_changed(made.id, &[key]).unwrap();
    assert_eq!(due(), [], "R23: its connector has changed");
    home.catalog.set_connector_changed(made.id, &[]).unwrap();
    for reason in [NotConnected::Expired, NotConnected::OutcomeUnknown] {
        home.catalog
            .set_health(id, Health::NotConnected(reason))
            .unwrap();
        assert_eq!(due(), [], "{reason:?}");
    }
}

#[test]
fn what_serves_no_slot_is_kept_and_not_renewed() {
    let home = Home::new();
    let catalog = &home.catalog;
    let mut made = home.add("Practice", Kind::Admin, Mode::PerEnvironment);
    let id = home.fill(shared_slot(made.id, Reach::Stage));
    let due = || catalog.due(NOW.plus_seconds(7200), 10).unwrap();
    assert_eq!(due(), [id], "it serves Stage");
    made.mode = Mode::Same;
    catalog.update_connection(&made).unwrap();
    assert_eq!(due(), [], "R12: it belongs to the mode that was left");
    made.mode = Mode::PerEnvironment;
    catalog.update_connection(&made).unwrap();
    assert_eq!(due(), [id], "back with the mode");
    made.enabled = false;
    catalog.update_connection(&made).unwrap();
    assert_eq!(due(), [], "disabled");
}
