//! When a seat locks by itself.

use tsunagi_domain::Timestamp;
use tsunagi_domain::idle::{DEFAULT_MINUTES, MINUTES, active_at, locks};

const START: Timestamp = Timestamp(1_700_000_000_000);

#[test]
fn a_seat_locks_when_nobody_moved_for_the_chosen_time() {
    for (minutes, has_passphrase, idle, expected, why) in [
        (15, true, 15 * 60 - 1, false, "a second is left"),
        (15, true, 15 * 60, true, "the time is over"),
        (15, true, 86_400, true, "a night's sleep is long enough"),
        (0, true, 86_400, false, "0 is never"),
        (
            15,
            false,
            86_400,
            false,
            "a lock that opens to everybody protects nothing",
        ),
        (1, true, -3600, false, "a clock set back makes nobody idle"),
    ] {
        let now = START.plus_seconds(idle);
        assert_eq!(
            locks(minutes, has_passphrase, START, now),
            expected,
            "{why}"
        );
    }
}

#[test]
fn what_holds_until_somebody_chooses_is_one_of_the_choices() {
    assert!(
        MINUTES.contains(&DEFAULT_MINUTES),
        "else the screen could not show it"
    );
}

#[test]
fn a_sign_in_under_way_is_activity_until_its_own_time_is_over() {
    let at = |seconds| START.plus_seconds(seconds);
    for (sign_ins, now, expected, why) in [
        (vec![], 300, 0, "nobody moved"),
        (vec![180], 100, 100, "busy now"),
        (vec![180], 300, 180, "busy until its time was over"),
        (vec![180, 600], 300, 300, "one of two is still under way"),
        (
            vec![180],
            8 * 3600,
            180,
            "whoever wakes the computer was not busy with it",
        ),
    ] {
        let until = sign_ins.into_iter().map(at);
        assert_eq!(active_at(START, until, at(now)), at(expected), "{why}");
    }
    assert_eq!(
        active_at(at(200), [at(180)], at(300)),
        at(200),
        "who moved afterwards is not made idle by it"
    );
}
