//! How fast passphrases may be guessed.

use tsunagi_domain::Timestamp;
use tsunagi_domain::passphrase::{FREE_TRIES, delay, refused_until};

#[test]
fn five_wrong_tries_are_free_and_then_the_delay_doubles_up_to_an_hour() {
    for (wrong, seconds) in [
        (0, 0),
        (1, 0),
        (4, 0),
        (5, 30),
        (6, 60),
        (7, 120),
        (8, 240),
        (9, 480),
        (10, 960),
        (11, 1920),
        (12, 3600),
        (13, 3600),
        (100, 3600),
        (u32::MAX, 3600),
    ] {
        assert_eq!(delay(wrong), seconds, "after {wrong} wrong tries");
    }
    assert_eq!(FREE_TRIES, 5, "as the issue has it");
}

#[test]
fn the_next_try_is_refused_until_the_delay_is_over() {
    let last = Timestamp(1_000_000);
    assert_eq!(
        refused_until(4, last, last),
        None,
        "who mistyped four times tries at once"
    );
    let until = last.plus_seconds(30);
    for (now, refused) in [
        (last, Some(until)),
        (until.plus_millis(-1), Some(until)),
        (until, None),
        (until.plus_seconds(1), None),
    ] {
        assert_eq!(refused_until(5, last, now), refused, "at {now:?}");
    }
}

#[test]
fn setting_the_clock_back_gains_nothing() {
    let last = Timestamp(1_000_000);
    let now = last.plus_seconds(-100_000);
    assert_eq!(
        refused_until(5, last, now),
        Some(now.plus_seconds(30)),
        "a whole delay from now, and no more: the person is not locked out for a day either"
    );
}
