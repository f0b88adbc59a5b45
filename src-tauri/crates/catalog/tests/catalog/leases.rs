//! Leases: one refresh per credential, whoever asks for it.

mod budget;
mod marks;
mod renewals;

use std::sync::atomic::{AtomicU32, Ordering};

use tsunagi_catalog::{Catalog, Lease, Renewal};
use tsunagi_domain::{AuthorizationId, Kind, Mode, Reach};

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
