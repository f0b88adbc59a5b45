//! The failure ladder: spacing of tries that nobody waits for, and when a person is told.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use tsunagi_domain::Timestamp;
use tsunagi_domain::freshness::COOL_DOWN_MS;
use tsunagi_domain::ladder::{is_long, rung};

const SINCE: Timestamp = Timestamp(1_800_000_000_000);
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

#[test]
fn tries_get_rarer_and_a_person_is_told_after_a_day() {
    // Failures in a row, seconds since the first, seconds to the next try, whether it is told.
    for (failures, elapsed, wait, tell) in [
        (1, 0, 30, false),
        (2, 30, MINUTE, false),
        (3, 90, 2 * MINUTE, false),
        (4, 4 * MINUTE, 5 * MINUTE, false),
        (5, 9 * MINUTE, 10 * MINUTE, false),
        (6, 19 * MINUTE, 20 * MINUTE, false),
        (7, 39 * MINUTE, 30 * MINUTE, false),
        (8, 69 * MINUTE, HOUR, false),
        (20, 13 * HOUR, HOUR, false),
        (30, DAY - 1, HOUR, false),
        (31, DAY, 6 * HOUR, true),
        (42, 4 * DAY - 1, 6 * HOUR, true),
        (43, 4 * DAY, DAY, true),
        (400, 365 * DAY, DAY, true),
        (u32::MAX, 9999 * DAY, DAY, true),
        // A laptop that slept for a week has failed twice, not for a week.
        (1, 7 * DAY, 30, false),
        (2, 7 * DAY, MINUTE, false),
        (7, 7 * DAY, 30 * MINUTE, false),
        // A clock that was set back, and a count that was never begun.
        (31, -DAY, HOUR, false),
        (0, 0, 30, false),
    ] {
        let now = SINCE.plus_seconds(elapsed);
        let rung = rung(failures, SINCE, now);
        assert_eq!(
            (rung.next.millis_since(now) / 1000, rung.tell),
            (wait, tell),
            "failure {failures}, {elapsed} s after the first"
        );
    }
}

#[test]
fn a_provider_that_stays_away_for_a_week_is_not_asked_all_the_time() {
    let (mut now, mut tries, mut told) = (SINCE, 0, None);
    while now < SINCE.plus_seconds(7 * DAY) {
        tries += 1;
        let rung = rung(tries, SINCE, now);
        if rung.tell && told.is_none() {
            told = Some(now.millis_since(SINCE) / 1000);
        }
        now = rung.next;
    }
    assert!(
        (40..=50).contains(&tries),
        "an hour apart for a day, then four a day, then one: {tries}"
    );
    let told = told.unwrap();
    assert!((DAY..DAY + HOUR).contains(&told), "after a day: {told} s");
}

proptest! {
    #[test]
    fn a_longer_row_of_failures_never_makes_it_more_frequent(
        failures in 0_u32..100, elapsed in -2_i64..(30 * 24), more in 0_u32..50, longer in 0_i64..(30 * 24),
    ) {
        let wait = |failures, hours: i64| {
            let now = SINCE.plus_seconds(hours * HOUR);
            rung(failures, SINCE, now).next.millis_since(now)
        };
        let (first, second) = (wait(failures, elapsed), wait(failures + more, elapsed + longer));
        prop_assert!(first <= second, "{} ms, then {} ms", first, second);
        prop_assert!(first >= COOL_DOWN_MS, "never sooner than a request may");
    }

    #[test]
    fn any_count_and_any_clock_are_answered(failures: u32, since: i64, now: i64) {
        let (since, now) = (Timestamp(since), Timestamp(now));
        let rung = rung(failures, since, now);
        prop_assert!(rung.next >= now, "not in the past");
        prop_assert_eq!(rung.tell, is_long(failures, since, now), "one answer");
    }
}
