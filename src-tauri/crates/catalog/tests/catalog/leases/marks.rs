//! The mark that is made before sending, for what is killed in between.

use tsunagi_catalog::Lease;

use super::{TTL, home_with_one, renewal, taken};
use crate::fixture::NOW;

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
