//! Clocks that go on and back: each zone has its own habit.

use proptest::prelude::*;

use super::*;

#[test]
fn a_time_of_day_that_is_left_out_runs_when_the_clock_has_gone_on() {
    // Berlin: 2026-03-29 02:00 → 03:00. New York: 2026-03-08 02:00 → 03:00.
    // Lord Howe: 2026-10-04 02:00 → 02:30, by half an hour.
    for (expression, zone, eve, expected) in [
        (
            "30 2 * * *",
            "Europe/Berlin",
            "2026-03-28T00:00:00Z",
            [
                "2026-03-28 02:30 +01:00",
                "2026-03-29 03:00 +02:00",
                "2026-03-30 02:30 +02:00",
            ],
        ),
        (
            "15,45 2 * * *",
            "Europe/Berlin",
            "2026-03-28T12:00:00Z",
            [
                "2026-03-29 03:00 +02:00",
                "2026-03-30 02:15 +02:00",
                "2026-03-30 02:45 +02:00",
            ],
        ),
        (
            "30 2,14 * * *",
            "America/New_York",
            "2026-03-08T05:00:00Z",
            [
                "2026-03-08 03:00 -04:00",
                "2026-03-08 14:30 -04:00",
                "2026-03-09 02:30 -04:00",
            ],
        ),
        (
            "15 2 * * *",
            "Australia/Lord_Howe",
            "2026-10-03T00:00:00Z",
            [
                "2026-10-04 02:30 +11:00",
                "2026-10-05 02:15 +11:00",
                "2026-10-06 02:15 +11:00",
            ],
        ),
        (
            "30 2 * * *",
            "Asia/Tokyo",
            "2026-03-28T00:00:00Z",
            [
                "2026-03-29 02:30 +09:00",
                "2026-03-30 02:30 +09:00",
                "2026-03-31 02:30 +09:00",
            ],
        ),
        (
            "0 0 * * *",
            "America/Santiago",
            "2026-09-05T12:00:00Z",
            [
                "2026-09-06 01:00 -03:00",
                "2026-09-07 00:00 -03:00",
                "2026-09-08 00:00 -03:00",
            ],
        ),
    ] {
        assert_eq!(
            nexts(expression, zone, eve, 3),
            expected,
            "{expression} in {zone}"
        );
    }
}

#[test]
fn a_time_of_day_that_comes_twice_runs_at_its_first() {
    // Berlin: 2026-10-25 03:00 → 02:00. New York: 2026-11-01 02:00 → 01:00.
    // Lord Howe: 2026-04-05 02:00 → 01:30.
    for (expression, zone, eve, expected) in [
        (
            "30 2 * * *",
            "Europe/Berlin",
            "2026-10-24T12:00:00Z",
            [
                "2026-10-25 02:30 +02:00",
                "2026-10-26 02:30 +01:00",
                "2026-10-27 02:30 +01:00",
            ],
        ),
        (
            "30 1,2 * * *",
            "Europe/Berlin",
            "2026-10-24T12:00:00Z",
            [
                "2026-10-25 01:30 +02:00",
                "2026-10-25 02:30 +02:00",
                "2026-10-26 01:30 +01:00",
            ],
        ),
        (
            "30 1 * * *",
            "America/New_York",
            "2026-10-31T12:00:00Z",
            [
                "2026-11-01 01:30 -04:00",
                "2026-11-02 01:30 -05:00",
                "2026-11-03 01:30 -05:00",
            ],
        ),
        (
            "45 1 * * *",
            "Australia/Lord_Howe",
            "2026-04-04T00:00:00Z",
            [
                "2026-04-05 01:45 +11:00",
                "2026-04-06 01:45 +10:30",
                "2026-04-07 01:45 +10:30",
            ],
        ),
    ] {
        assert_eq!(
            nexts(expression, zone, eve, 3),
            expected,
            "{expression} in {zone}"
        );
    }
    // Asked in the second of the two hours, it has been.
    assert_eq!(
        nexts("30 2 * * *", "Europe/Berlin", "2026-10-25T01:10:00Z", 1),
        ["2026-10-26 02:30 +01:00"]
    );
}

#[test]
fn what_runs_every_so_often_follows_the_time_that_passes() {
    assert_eq!(
        nexts("*/30 * * * *", "Europe/Berlin", "2026-03-29T00:20:00Z", 3),
        [
            "2026-03-29 01:30 +01:00",
            "2026-03-29 03:00 +02:00",
            "2026-03-29 03:30 +02:00"
        ],
        "nothing is left out of it"
    );
    assert_eq!(
        nexts("*/30 * * * *", "Europe/Berlin", "2026-10-24T23:50:00Z", 5),
        [
            "2026-10-25 02:00 +02:00",
            "2026-10-25 02:30 +02:00",
            "2026-10-25 02:00 +01:00",
            "2026-10-25 02:30 +01:00",
            "2026-10-25 03:00 +01:00"
        ],
        "each half hour that passes"
    );
    assert_eq!(
        nexts(
            "0 * * * *",
            "Australia/Lord_Howe",
            "2026-04-04T13:30:00Z",
            3
        ),
        [
            "2026-04-05 01:00 +11:00",
            "2026-04-05 02:00 +10:30",
            "2026-04-05 03:00 +10:30"
        ],
        "an hour and a half lies between two full hours"
    );
}

#[test]
fn what_comes_once_has_an_instant_in_every_hour() {
    for (time, zone, instant) in [
        // RFC 5545 §3.3.5: by the offset before the gap; the first of two.
        ("2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30:00Z"),
        ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00Z"),
        (
            "2026-04-05T01:45",
            "Australia/Lord_Howe",
            "2026-04-04T14:45:00Z",
        ),
    ] {
        let plan = once(time, zone).unwrap();
        assert_eq!(
            plan.next(at("2026-01-01T00:00:00Z")),
            Some(at(instant)),
            "{time} {zone}"
        );
    }
}

const ZONES: [&str; 5] = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "UTC",
];
const EXPRESSIONS: [&str; 9] = [
    "* * * * *",
    "*/7 * * * *",
    "30 * * * *",
    "*/20 1-3 * * *",
    "30 2 * * *",
    "0,15,45 1,2 * * *",
    "0 0 * * 1-5",
    "0 3 L * *",
    "30 1 1,15 * *",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn times_come_in_their_order_and_none_is_passed_over(
        zone in 0..ZONES.len(),
        expression in 0..EXPRESSIONS.len(),
        // 2026 and 2027, to the millisecond.
        after in 1_767_225_600_000_i64..1_830_297_600_000,
        gone in 0..100_000_000_i64,
    ) {
        let plan = cron(EXPRESSIONS[expression], ZONES[zone]);
        let after = Timestamp(after);
        let next = plan.next(after).unwrap();
        prop_assert!(next > after, "never the moment itself");
        prop_assert_eq!(next.0 % 60_000, 0, "whole minutes");
        let meanwhile = after.plus_millis(gone);
        if meanwhile < next {
            prop_assert_eq!(plan.next(meanwhile), Some(next), "asked later, it is the same");
        } else {
            prop_assert!(plan.next(meanwhile).unwrap() > next, "it does not come again");
        }
        prop_assert_eq!(plan.next(next.plus_millis(-1)), Some(next));
    }

    #[test]
    fn no_text_is_more_than_unfit(text in "\\PC{0,40}", zone in "\\PC{0,20}") {
        let when = When::Cron { expression: text.clone() };
        let _ = Plan::new(&when, "UTC").map(|plan| plan.next(Timestamp(0)));
        let _ = Plan::new(&when, &zone);
        let _ = once(&text, "UTC");
    }

    #[test]
    fn no_fields_are_more_than_unfit(text in "[-0-9*/,?LW#A-Z@+ ]{1,24}") {
        let when = When::Cron { expression: text };
        let _ = Plan::new(&when, "Europe/Berlin").map(|plan| plan.next(Timestamp(0)));
    }
}
