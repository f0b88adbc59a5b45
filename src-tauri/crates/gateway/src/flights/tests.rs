#![allow(clippy::unwrap_used)]

use std::time::Duration;

use tsunagi_connectors::{Library, Rate};
use tsunagi_domain::{AuthorizationId, Timestamp};

use super::{Flights, jitter};

#[test]
fn jitter_spreads_over_its_range_and_is_always_the_same_for_one_credential() {
    let mut tenths = [0_u32; 10];
    for _ in 0..5_000 {
        let id = AuthorizationId::new();
        let value = jitter(id);
        assert!(value <= 1000, "jitter is per mille");
        assert_eq!(
            value,
            jitter(id),
            "the same credential is due at the same time on every look"
        );
        tenths[usize::from(value.min(999) / 100)] += 1;
    }
    assert!(
        tenths.iter().all(|count| (300..=700).contains(count)),
        "credentials issued together are spread evenly over the margin: {tenths:?}"
    );
}

#[test]
fn a_failed_renewal_cools_for_thirty_seconds_and_longer_where_the_provider_asks() {
    let (flights, id, at) = (
        Flights::default(),
        AuthorizationId::new(),
        Timestamp(1_000_000),
    );
    let cooling = |seconds| flights.cooling(id, at.plus_seconds(seconds)).is_some();
    flights.cool(id, at, None, "provider_status".to_owned());
    assert!(cooling(0) && cooling(29), "not tried again within 30 s");
    assert!(!cooling(30), "tried again after 30 s");
    assert!(
        !cooling(-5),
        "a clock set back must not make it wait for the old time"
    );
    flights.cool(
        id,
        at,
        Some(Duration::from_secs(120)),
        "provider_status".to_owned(),
    );
    assert!(
        cooling(119) && !cooling(120),
        "Retry-After beyond 30 s is honored"
    );
    flights.cool(
        id,
        at,
        Some(Duration::from_secs(1)),
        "provider_status".to_owned(),
    );
    assert!(
        cooling(29),
        "a shorter Retry-After does not shorten the cool-down"
    );
    flights.warm(id);
    assert!(!cooling(0), "success clears it");
}

#[test]
fn the_budget_of_a_provider_holds_for_its_window_and_others_have_their_own() {
    let library = Library::built_in();
    let mut strict = library.get("practice").unwrap().clone();
    strict.rate = Some(Rate {
        refreshes: 2,
        seconds: 60,
    });
    let mut other = strict.clone();
    other.id = "other".to_owned();
    let (flights, at) = (Flights::default(), Timestamp(1_000_000));
    assert!(flights.within_budget(&strict, at) && flights.within_budget(&strict, at));
    assert!(
        !flights.within_budget(&strict, at.plus_seconds(59)),
        "two per minute, no third"
    );
    assert!(
        flights.within_budget(&other, at),
        "one provider's budget is not another's"
    );
    assert!(
        flights.within_budget(&strict, at.plus_seconds(60)),
        "the window moves on"
    );
}
