//! When what is never renewed is verified, and what the answer means.

use tsunagi_domain::verification::{
    EVERY_MS, Known, SHARE_MAX, Verdict, has_slept, is_due, share, verdict,
};
use tsunagi_domain::{Health, NotConnected, Timestamp};

const START: Timestamp = Timestamp(1_700_000_000_000);
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

fn key() -> Known {
    Known {
        health: Health::Connected,
        renewable: false,
        expires_at: None,
        authorized_at: START,
        verified_at: None,
    }
}

#[test]
fn a_key_is_verified_once_a_day_and_what_ends_or_is_renewed_never() {
    let verified = |seconds| Known {
        verified_at: Some(START.plus_seconds(seconds)),
        ..key()
    };
    for (known, seconds, due, why) in [
        (key(), 0, false, "the service has just said who it is"),
        (key(), DAY - 1, false, "a second is left"),
        (key(), DAY, true, "a day has passed"),
        (key(), 30 * DAY, true, "the computer was off for a month"),
        (verified(DAY), 2 * DAY - 1, false, "verified since"),
        (verified(DAY), 2 * DAY, true, "and again"),
        (verified(-DAY), HOUR, false, "authorized again since then"),
        (
            key(),
            -HOUR,
            true,
            "a clock set back: how long ago is not known",
        ),
        (key(), -60, false, "two reads of one clock"),
        (key(), -120, false, "two reads at most so far apart"),
        (key(), -121, true, "no two reads are so far apart"),
        (
            Known {
                renewable: true,
                ..key()
            },
            DAY,
            false,
            "renewals say whether it is good",
        ),
        (
            Known {
                expires_at: Some(START.plus_seconds(90 * DAY)),
                ..key()
            },
            DAY,
            false,
            "it ends by itself",
        ),
        (
            Known {
                health: Health::NotConnected(NotConnected::Revoked),
                ..key()
            },
            DAY,
            false,
            "R4: nothing is sent with what is not connected",
        ),
        (
            Known {
                health: Health::NotConnected(NotConnected::ScopesMissing),
                ..key()
            },
            DAY,
            false,
            "R4: nor with what lacks scopes",
        ),
    ] {
        let now = START.plus_seconds(seconds);
        assert_eq!(is_due(known, now, 0), due, "{seconds} s: {why}");
    }
}

#[test]
fn jitter_spreads_a_day_s_verifications_over_a_tenth_of_it_and_no_further() {
    let early = EVERY_MS / 10;
    for (jitter, millis, due) in [
        (1000, EVERY_MS - early, true),
        (1000, EVERY_MS - early - 1, false),
        (500, EVERY_MS - early / 2, true),
        (500, EVERY_MS - early / 2 - 1, false),
        (u16::MAX, EVERY_MS - early - 1, false),
    ] {
        let now = START.plus_millis(millis);
        assert_eq!(
            is_due(key(), now, jitter),
            due,
            "{jitter} ‰ after {millis} ms"
        );
    }
}

#[test]
fn a_round_takes_half_of_a_provider_s_minute_and_never_many() {
    for (budget, expected, why) in [
        (None, SHARE_MAX, "no budget is known"),
        (Some((5, 60)), 2, "five a minute"),
        (
            Some((10, 600)),
            1,
            "one a minute: one at least, or none ever",
        ),
        (Some((1, 3600)), 1, "one an hour"),
        (
            Some((10_000, 1)),
            SHARE_MAX,
            "a generous provider is no reason for a storm",
        ),
        (
            Some((5, 0)),
            SHARE_MAX,
            "a budget without a time limits nothing",
        ),
        (Some((u32::MAX, 1)), SHARE_MAX, "nor overflows"),
    ] {
        assert_eq!(share(budget), expected, "{budget:?}: {why}");
    }
}

#[test]
fn the_round_after_a_sleep_is_left_out() {
    for (last, slept, why) in [
        (None, false, "the first round since the start"),
        (Some(60), false, "a minute, as always"),
        (Some(179), false, "a busy computer"),
        (Some(180), true, "it has slept"),
        (Some(8 * HOUR), true, "all night"),
        (Some(-HOUR), false, "a clock set back is no sleep"),
    ] {
        let last = last.map(|seconds: i64| START.plus_seconds(-seconds));
        assert_eq!(has_slept(last, START), slept, "{why}");
    }
}

#[test]
fn only_a_clear_no_about_the_credential_is_one() {
    for (status, invalid_token, expected) in [
        (200, false, Verdict::Good),
        (204, false, Verdict::Good),
        (401, true, Verdict::Refused),
        (401, false, Verdict::Silent),
        (403, true, Verdict::Silent),
        (404, false, Verdict::Silent),
        (302, false, Verdict::Silent),
        (408, false, Verdict::Passing),
        (429, false, Verdict::Passing),
        (500, false, Verdict::Passing),
        (503, true, Verdict::Passing),
    ] {
        assert_eq!(verdict(status, invalid_token), expected, "{status}");
    }
}
