use std::collections::BTreeMap;

use std::sync::atomic::{AtomicU32, Ordering};

use tsunagi_catalog::{Budget, Catalog, Lease, Renewal, Sending, Unreachable};
use tsunagi_domain::{AuthorizationId, Health, Kind, Mode, NotConnected, Reach, Timestamp};

use crate::fixture::{Home, NOW, filling, sealed, shared_slot};

const TTL: i64 = 30_000;

fn home_with_one() -> (Home, AuthorizationId) {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    let id = home.fill(shared_slot(made.id, Reach::All));
    (home, id)
}

/// Takes the lease as owner `a` and gives its generation.
pub(crate) fn taken(catalog: &Catalog, id: AuthorizationId) -> u64 {
    match catalog.take_lease(id, "a", NOW, TTL).unwrap() {
        Lease::Taken { generation, .. } => generation,
        held @ Lease::Held { .. } => panic!("nobody else has it: {held:?}"),
    }
}

/// What owner `a` got for `version`.
pub(crate) fn renewal(id: AuthorizationId, generation: u64, version: u64) -> Renewal {
    Renewal {
        id,
        owner: "a".to_owned(),
        generation,
        expected_version: version,
        sealed: format!("sealed {}", version + 1).into_bytes(),
        keep_previous: false,
        expires_at: Some(NOW.plus_seconds(7200)),
        refresh_expires_at: Some(NOW.plus_seconds(99_000)),
        granted: None,
        extras: None,
        renewable: true,
        issued_at: NOW.plus_seconds(1),
        now: NOW.plus_seconds(1),
    }
}

#[test]
fn a_lease_is_held_until_it_ends_or_is_given_back() {
    let (home, id) = home_with_one();
    let other = Catalog::open(home.path()).unwrap();
    let first = taken(&home.catalog, id);
    let until = NOW.plus_millis(TTL);
    let almost = until.plus_millis(-1);
    let asked = |owner, now| other.take_lease(id, owner, now, TTL).unwrap();
    assert_eq!(asked("b", almost), Lease::Held { until }, "one at a time");
    assert_eq!(
        asked("a", almost),
        Lease::Held { until },
        "its own owner asks once, too"
    );
    let second = Lease::Taken {
        generation: first + 1,
        version: 1,
        interrupted: false,
        retried: false,
    };
    assert_eq!(asked("b", until), second, "a dead owner's lease ends");
    assert!(
        !home.catalog.release_lease(id, "a", first).unwrap(),
        "it is no longer a's to release"
    );
    assert!(
        !home
            .catalog
            .extend_lease(id, "a", first, until, TTL)
            .unwrap(),
        "nor to extend"
    );
    assert!(
        other
            .extend_lease(id, "b", first + 1, until.plus_seconds(20), TTL)
            .unwrap(),
        "but b's"
    );
    let extended = until.plus_seconds(20).plus_millis(TTL);
    assert_eq!(
        home.catalog
            .take_lease(id, "a", until.plus_seconds(40), TTL)
            .unwrap(),
        Lease::Held { until: extended },
        "an extended lease ends later"
    );
    assert!(
        other.release_lease(id, "b", first + 1).unwrap(),
        "b gives it back"
    );
    let third = Lease::Taken {
        generation: first + 2,
        version: 1,
        interrupted: false,
        retried: false,
    };
    let now = until.plus_seconds(41);
    let again = home.catalog.take_lease(id, "a", now, TTL).unwrap();
    assert_eq!(again, third, "generations only ever grow");
}

#[test]
fn a_clock_set_back_does_not_keep_a_dead_owners_lease_alive() {
    let (home, id) = home_with_one();
    let generation = taken(&home.catalog, id);
    assert!(
        home.catalog.mark_sending(id, "a", generation, 1).unwrap(),
        "it was sending"
    );
    let yesterday = NOW.plus_seconds(-86_400);
    let lease = home.catalog.take_lease(id, "b", yesterday, TTL).unwrap();
    let expected = Lease::Taken {
        generation: generation + 1,
        version: 1,
        interrupted: true,
        retried: false,
    };
    assert_eq!(
        lease, expected,
        "nobody waits a day, and the mark still warns"
    );
}

#[test]
fn one_of_many_at_once_gets_the_lease() {
    let (home, id) = home_with_one();
    let other = Catalog::open(home.path()).unwrap();
    let got = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for n in 0..8 {
            let catalog = if n % 2 == 0 { &home.catalog } else { &other };
            let got = &got;
            scope.spawn(move || {
                let lease = catalog
                    .take_lease(id, &format!("owner {n}"), NOW, TTL)
                    .unwrap();
                if matches!(lease, Lease::Taken { .. }) {
                    got.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(got.load(Ordering::Relaxed), 1, "one refresh per credential");
}

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
fn an_owner_that_took_the_lease_again_is_not_who_it_was_before() {
    let (home, id) = home_with_one();
    let first = taken(&home.catalog, id);
    let until = NOW.plus_millis(TTL);
    let lease = home.catalog.take_lease(id, "a", until, TTL).unwrap();
    let Lease::Taken {
        generation: second, ..
    } = lease
    else {
        panic!("the first one had ended: {lease:?}");
    };
    let late = home.catalog.store_renewal(&renewal(id, first, 1)).unwrap();
    assert!(!late, "the same process, but a request it had given up");
    assert!(
        !home.catalog.mark_sending(id, "a", first, 1).unwrap(),
        "nor may that one send"
    );
    assert!(
        !home.catalog.release_lease(id, "a", first).unwrap(),
        "or give the lease away"
    );
    assert!(
        home.catalog.store_renewal(&renewal(id, second, 1)).unwrap(),
        "this one may"
    );
}

#[test]
fn authorizing_again_ends_a_renewal_under_way() {
    let (home, id) = home_with_one();
    let generation = taken(&home.catalog, id);
    home.catalog.mark_sending(id, "a", generation, 1).unwrap();
    let key = home.catalog.slots_of_authorization(id).unwrap()[0];
    let mut again = filling(key, home.member);
    again.authorization.id = id;
    again.authorization.version = 2;
    again.sealed = sealed(2, b"authorized again");
    home.catalog.fill(&again).unwrap();
    for version in [1, 2] {
        let stored = home
            .catalog
            .store_renewal(&renewal(id, generation, version))
            .unwrap();
        assert!(
            !stored,
            "an answer about the old token must not replace the new one"
        );
    }
    let lease = home.catalog.take_lease(id, "b", NOW, TTL).unwrap();
    let expected = Lease::Taken {
        generation: generation + 2,
        version: 2,
        interrupted: false,
        retried: false,
    };
    assert_eq!(lease, expected, "the new credential starts without a mark");
}

#[test]
fn an_answer_that_changed_nothing_leaves_no_mark() {
    let (home, id) = home_with_one();
    let generation = taken(&home.catalog, id);
    home.catalog.mark_sending(id, "a", generation, 1).unwrap();
    assert!(
        home.catalog.unmark_sending(id, "a", generation).unwrap(),
        "503 is an answer"
    );
    home.catalog.release_lease(id, "a", generation).unwrap();
    let lease = home.catalog.take_lease(id, "b", NOW, TTL).unwrap();
    assert!(
        matches!(
            lease,
            Lease::Taken {
                interrupted: false,
                ..
            }
        ),
        "nothing is lost: {lease:?}"
    );
}

#[test]
fn a_lost_answer_leaves_its_mark_and_a_second_one_says_so() {
    let (home, id) = home_with_one();
    let mut seen = Vec::new();
    for owner in ["a", "b", "c"] {
        let lease = home.catalog.take_lease(id, owner, NOW, TTL).unwrap();
        let Lease::Taken {
            generation,
            version,
            interrupted,
            retried,
        } = lease
        else {
            panic!("it was given back: {lease:?}");
        };
        seen.push((interrupted, retried));
        assert!(
            home.catalog
                .mark_sending(id, owner, generation, version)
                .unwrap(),
            "still there"
        );
        assert!(
            home.catalog.release_lease(id, owner, generation).unwrap(),
            "given back, unanswered"
        );
    }
    let expected = [(false, false), (true, false), (true, true)];
    assert_eq!(
        seen, expected,
        "a grace period is good for one retry, not for two"
    );
}

#[test]
fn only_the_stored_version_is_sent() {
    let (home, id) = home_with_one();
    let generation = taken(&home.catalog, id);
    assert!(
        !home.catalog.mark_sending(id, "a", generation, 2).unwrap(),
        "nobody has version 2"
    );
    home.catalog
        .store_renewal(&renewal(id, generation, 1))
        .unwrap();
    assert!(
        !home.catalog.mark_sending(id, "a", generation, 1).unwrap(),
        "version 1 is spent"
    );
    assert!(
        home.catalog.mark_sending(id, "a", generation, 2).unwrap(),
        "version 2 is the one"
    );
}

/// Takes the lease, and one renewal out of the budget.
fn send(catalog: &Catalog, id: AuthorizationId, of: &str, now: Timestamp) -> Sending {
    let asked = catalog.take_lease(id, of, now, TTL).unwrap();
    let Lease::Taken {
        generation,
        version,
        ..
    } = asked
    else {
        panic!("nobody else has it: {asked:?}");
    };
    let budget = Budget {
        of: of.to_owned(),
        renewals: 2,
        window_ms: 600_000,
        now,
    };
    let sending = catalog
        .mark_sending_within(id, of, generation, version, &budget)
        .unwrap();
    catalog.release_lease(id, of, generation).unwrap();
    sending
}

#[test]
fn a_providers_budget_is_shared_by_processes_and_survives_their_end() {
    let (home, id) = home_with_one();
    let at = |seconds| NOW.plus_seconds(seconds);
    assert_eq!(send(&home.catalog, id, "books", at(0)), Sending::Go);
    let other = Catalog::open(home.path()).unwrap();
    assert_eq!(send(&other, id, "books", at(1)), Sending::Go);
    for catalog in [&home.catalog, &other] {
        assert_eq!(
            send(catalog, id, "books", at(2)),
            Sending::UsedUp,
            "two in ten minutes, whoever sends them"
        );
    }
    assert_eq!(
        send(&other, id, "files", at(3)),
        Sending::Go,
        "another provider has its own"
    );
    let again = Catalog::open(home.path()).unwrap();
    assert_eq!(
        send(&again, id, "books", at(599)),
        Sending::UsedUp,
        "a restart forgets nothing"
    );
    assert_eq!(
        send(&again, id, "books", at(600)),
        Sending::Go,
        "the first one has left the window"
    );
    assert_eq!(
        send(&again, id, "books", at(600)),
        Sending::UsedUp,
        "and only that one"
    );
    assert_eq!(
        send(&again, id, "books", at(-3600)),
        Sending::Go,
        "a clock that was set back must not stop renewals for good"
    );
}

#[test]
fn two_processes_that_read_the_clock_apart_still_share_a_budget() {
    let (home, id) = home_with_one();
    assert_eq!(send(&home.catalog, id, "books", NOW), Sending::Go);
    let before = NOW.plus_millis(-40);
    assert_eq!(send(&home.catalog, id, "books", before), Sending::Go);
    assert_eq!(send(&home.catalog, id, "books", before), Sending::UsedUp);
}

#[test]
fn what_may_not_be_sent_takes_nothing_out_of_the_budget() {
    let (home, id) = home_with_one();
    let generation = taken(&home.catalog, id);
    let budget = Budget {
        of: "books".to_owned(),
        renewals: 1,
        window_ms: 600_000,
        now: NOW,
    };
    let mark = |generation, version| {
        home.catalog
            .mark_sending_within(id, "a", generation, version, &budget)
            .unwrap()
    };
    assert_eq!(mark(generation, 2), Sending::Overtaken, "another version");
    assert_eq!(mark(generation + 1, 1), Sending::Overtaken, "no lease");
    assert_eq!(mark(generation, 1), Sending::Go, "it is still there");
    assert_eq!(mark(generation, 1), Sending::UsedUp);
    home.catalog.release_lease(id, "a", generation).unwrap();
    let next = home.catalog.take_lease(id, "a", NOW, TTL).unwrap();
    let Lease::Taken {
        interrupted,
        retried,
        ..
    } = next
    else {
        panic!("it was given back: {next:?}");
    };
    assert!(
        interrupted && !retried,
        "the mark that was allowed is durable, and a refused one leaves no second"
    );
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
