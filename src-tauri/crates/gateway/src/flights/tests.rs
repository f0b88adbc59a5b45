#![allow(clippy::unwrap_used)]

use std::time::Duration;

use tsunagi_domain::ladder::Rung;
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
fn what_nobody_waits_for_rests_as_long_as_the_ladder_says() {
    let (flights, id, at) = (
        Flights::default(),
        AuthorizationId::new(),
        Timestamp(1_000_000),
    );
    let rests = |seconds| flights.rests(id, at.plus_seconds(seconds));
    assert!(!rests(0), "nothing has failed");
    let rung = Rung {
        next: at.plus_seconds(3600),
        tell: false,
    };
    flights.rest(id, at, rung);
    assert!(rests(0) && rests(3599), "not before its time");
    assert!(!rests(3600), "but then");
    assert!(
        !rests(-5),
        "a clock set back must not make it wait for the old time"
    );
    flights.warm(id);
    assert!(!rests(0), "success begins the ladder anew");
}
