//! A provider's rate budget.

use tsunagi_catalog::{Budget, Catalog, Lease, Sending};
use tsunagi_domain::{AuthorizationId, Timestamp};

use super::{TTL, home_with_one, taken};
use crate::fixture::NOW;

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
