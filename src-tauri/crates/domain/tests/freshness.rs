//! When a token is renewed, and what a failed renewal means.

use proptest::prelude::*;
use tsunagi_domain::freshness::{
    Consequence, Fault, Freshness, Lifetime, MARGIN_MAX_MS, consequence, freshness, lapse,
};
use tsunagi_domain::{NotConnected, Timestamp};

const START: Timestamp = Timestamp(1_800_000_000_000);
const MINUTE: i64 = 60_000;

fn lifetime(millis: i64) -> Lifetime {
    Lifetime {
        issued_at: START,
        expires_at: Some(START.plus_millis(millis)),
    }
}

fn with_left(span: i64, left: i64, jitter: u16) -> Freshness {
    freshness(lifetime(span), START.plus_millis(span - left), jitter)
}

#[test]
fn a_renewal_is_due_below_the_smaller_of_15_minutes_and_a_fifth() {
    for (what, span, margin) in [
        ("a minute: a fifth", MINUTE, 12_000),
        ("an hour: a fifth is 12 minutes", 60 * MINUTE, 12 * MINUTE),
        ("75 minutes: both are the same", 75 * MINUTE, 15 * MINUTE),
        ("two hours: 15 minutes", 120 * MINUTE, 15 * MINUTE),
        ("90 days: 15 minutes", 90 * 24 * 60 * MINUTE, 15 * MINUTE),
    ] {
        assert_eq!(
            with_left(span, margin, 0),
            Freshness::Fresh,
            "{what}: just enough is left"
        );
        assert_eq!(
            with_left(span, margin - 1, 0),
            Freshness::Due,
            "{what}: less is left"
        );
        assert_eq!(
            with_left(span, span, 0),
            Freshness::Fresh,
            "{what}: just issued"
        );
        assert_eq!(
            with_left(span, 1, 0),
            Freshness::Due,
            "{what}: its last moment"
        );
        assert_eq!(with_left(span, 0, 0), Freshness::Expired, "{what}: ended");
        assert_eq!(
            with_left(span, -MINUTE, 0),
            Freshness::Expired,
            "{what}: long ended"
        );
    }
}

#[test]
fn jitter_makes_it_due_up_to_a_tenth_of_the_margin_earlier() {
    let hour = 60 * MINUTE;
    let margin = 12 * MINUTE;
    for (jitter, earlier) in [
        (0, 0),
        (500, margin / 20),
        (1000, margin / 10),
        (65_535, margin / 10),
    ] {
        assert_eq!(
            with_left(hour, margin + earlier, jitter),
            Freshness::Fresh,
            "jitter {jitter}"
        );
        assert_eq!(
            with_left(hour, margin + earlier - 1, jitter),
            Freshness::Due,
            "jitter {jitter}"
        );
    }
}

#[test]
fn a_token_that_never_ends_stays_fresh() {
    let endless = Lifetime {
        issued_at: START,
        expires_at: None,
    };
    for now in [
        Timestamp(i64::MIN),
        Timestamp(0),
        START,
        Timestamp(i64::MAX),
    ] {
        assert_eq!(
            freshness(endless, now, 1000),
            Freshness::Fresh,
            "at {now:?}"
        );
    }
}

#[test]
fn a_clock_set_back_reads_as_expired() {
    let hour = lifetime(60 * MINUTE);
    assert_eq!(
        freshness(hour, START.plus_seconds(-120), 0),
        Freshness::Fresh,
        "mere skew"
    );
    for back in [-121, -3600, -86_400 * 365] {
        assert_eq!(
            freshness(hour, START.plus_seconds(back), 0),
            Freshness::Expired,
            "{back} s: what is left cannot be known, and a renewal costs less than a refusal"
        );
    }
}

#[test]
fn a_token_that_ends_when_or_before_it_is_issued_is_expired() {
    for span in [0, -1, -60 * MINUTE, i64::MIN / 2] {
        assert_eq!(
            freshness(lifetime(span), START, 0),
            Freshness::Expired,
            "a span of {span} ms"
        );
    }
}

#[test]
fn what_follows_from_a_failed_renewal() {
    use Consequence::{Final, Reread, RetryOnce, Wait};
    use Fault::{ClientRefused, InvalidGrant, Passing, Unknown};
    let refused = Final(NotConnected::ClientRefused);
    for (fault, still_stored, grace, expected) in [
        (InvalidGrant, true, false, Final(NotConnected::Expired)),
        (InvalidGrant, true, true, Final(NotConnected::Expired)),
        (InvalidGrant, false, false, Reread),
        (InvalidGrant, false, true, Reread),
        (ClientRefused, true, false, refused),
        (ClientRefused, true, true, refused),
        (ClientRefused, false, false, refused),
        (ClientRefused, false, true, refused),
        (Passing, true, false, Wait),
        (Passing, true, true, Wait),
        (Passing, false, false, Wait),
        (Passing, false, true, Wait),
        (Unknown, true, false, Final(NotConnected::OutcomeUnknown)),
        (Unknown, true, true, RetryOnce),
        (Unknown, false, false, Reread),
        (Unknown, false, true, Reread),
    ] {
        assert_eq!(
            consequence(fault, still_stored, grace),
            expected,
            "{fault:?}, still stored: {still_stored}, grace: {grace}"
        );
    }
}

proptest! {
    /// A token only ever gets older: fresh, then due, then expired.
    #[test]
    fn time_never_makes_a_token_fresher(
        span in 0i64..(400 * 24 * 60 * MINUTE), jitter in 0u16..=1000,
        a in 0i64..(500 * 24 * 60 * MINUTE), b in 0i64..(500 * 24 * 60 * MINUTE),
    ) {
        let rank = |after: i64| match freshness(lifetime(span), START.plus_millis(after), jitter) {
            Freshness::Fresh => 0,
            Freshness::Due => 1,
            Freshness::Expired => 2,
        };
        prop_assert!(rank(a.min(b)) <= rank(a.max(b)), "after {} ms and {} ms", a, b);
    }

    /// No jitter takes more than a tenth of the margin, and none keeps a token longer.
    #[test]
    fn jitter_only_makes_it_earlier_and_never_by_much(
        span in 1000i64..(400 * 24 * 60 * MINUTE), jitter: u16, left in 1i64..(20 * MINUTE),
    ) {
        let margin = MARGIN_MAX_MS.min(span / 5);
        let is = with_left(span, left.min(span), jitter);
        if left.min(span) > margin + margin / 10 {
            prop_assert_eq!(is, Freshness::Fresh, "well above the margin");
        }
        if with_left(span, left.min(span), 0) == Freshness::Due {
            prop_assert_eq!(is, Freshness::Due, "due without jitter, so due with it");
        }
    }

    #[test]
    fn any_clock_and_any_lifetime_are_answered(
        issued: i64, expires: i64, now: i64, jitter: u16,
    ) {
        let lifetime =
            Lifetime { issued_at: Timestamp(issued), expires_at: Some(Timestamp(expires)) };
        if freshness(lifetime, Timestamp(now), jitter) != Freshness::Expired {
            prop_assert!(now < expires, "what has ended is never used");
        }
    }
}

#[test]
fn an_authorization_ends_with_what_could_still_renew_it() {
    let (token, refresh) = (Some(START), Some(START.plus_seconds(60)));
    for (renewable, expires_at, refresh_expires_at, end) in [
        (true, token, refresh, refresh),
        (true, token, None, None),
        (true, None, None, None),
        (false, token, refresh, token),
        (false, None, refresh, None),
    ] {
        assert_eq!(
            lapse(renewable, expires_at, refresh_expires_at),
            end,
            "renewable: {renewable}, {expires_at:?}, {refresh_expires_at:?}"
        );
    }
}
