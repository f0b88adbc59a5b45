#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod clocks;
mod questions;

use super::*;

/// A moment as RFC 3339 writes it.
fn at(text: &str) -> Timestamp {
    let at: jiff::Timestamp = text.parse().unwrap();
    Timestamp(at.as_millisecond())
}

/// A moment as it stands on the wall of a zone, with the offset that is in force.
fn wall(at: Timestamp, zone: &str) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap();
    let zoned = at.in_tz(zone).unwrap();
    zoned.strftime("%Y-%m-%d %H:%M %:z").to_string()
}

fn cron(expression: &str, zone: &str) -> Plan {
    let when = When::Cron {
        expression: expression.to_owned(),
    };
    Plan::new(&when, zone).unwrap()
}

fn once(at: &str, zone: &str) -> Result<Plan, Unfit> {
    Plan::new(&When::Once { at: at.to_owned() }, zone)
}

/// The next times after a moment, as they stand on the wall.
fn nexts(expression: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
    let plan = cron(expression, zone);
    let times = plan.from(at(after)).take(count);
    times.map(|at| wall(at, zone)).collect()
}

#[test]
fn what_cannot_be_read_is_said_by_its_part() {
    let read = |expression: &str, zone: &str| {
        let expression = expression.to_owned();
        Plan::new(&When::Cron { expression }, zone)
    };
    let long = "0,".repeat(120) + "0 * * * *";
    for bad in [
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "0 24 * * *",
        "0 0 0 * *",
        "0 0 * 13 *",
        "0 0 * * 8",
        "*/0 * * * *",
        "0 0 ３ * *",
        "@reboot",
        "every day",
        &long,
    ] {
        let error = read(bad, "UTC").unwrap_err();
        assert_eq!(error.code(), "schedule_expression", "{bad:?}");
        assert!(
            error.args()[0].1.len() <= 60,
            "a sentence can name it: {bad}"
        );
    }
    for bad in [
        "",
        "Europe/Nowhere",
        "Local",
        "../etc/passwd",
        "CEST",
        "+02:00",
    ] {
        let error = read("0 0 * * *", bad).unwrap_err();
        assert_eq!(error.code(), "schedule_zone", "{bad:?}");
    }
    for bad in ["", "tomorrow", "2026-02-30T08:00", "2026-11-27T25:00"] {
        let error = once(bad, "UTC").unwrap_err();
        assert_eq!(error.code(), "schedule_at", "{bad:?}");
    }
    for good in [
        "@daily",
        "0 0 L * *",
        "0 0 15W * *",
        "0 0 * * 5#2",
        "0 9 * * MON-FRI",
    ] {
        assert!(read(good, "Asia/Tokyo").is_ok(), "{good}");
    }
}

#[test]
fn days_of_a_month_are_found_as_people_mean_them() {
    let first = |expression| nexts(expression, "UTC", "2026-01-30T12:00:00Z", 3);
    assert_eq!(
        first("0 8 L * *"),
        [
            "2026-01-31 08:00 +00:00",
            "2026-02-28 08:00 +00:00",
            "2026-03-31 08:00 +00:00"
        ],
        "the last day"
    );
    assert_eq!(
        first("0 8 31 * *"),
        [
            "2026-01-31 08:00 +00:00",
            "2026-03-31 08:00 +00:00",
            "2026-05-31 08:00 +00:00"
        ],
        "months without it are passed over"
    );
    assert_eq!(
        first("0 8 * * 5#2"),
        [
            "2026-02-13 08:00 +00:00",
            "2026-03-13 08:00 +00:00",
            "2026-04-10 08:00 +00:00"
        ],
        "the second Friday"
    );
    assert_eq!(
        first("0 8 1W * *"),
        [
            "2026-02-02 08:00 +00:00",
            "2026-03-02 08:00 +00:00",
            "2026-04-01 08:00 +00:00"
        ],
        "the working day next to the first, in its month"
    );
    assert_eq!(
        nexts("0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", 2),
        ["2028-02-29 00:00 +00:00", "2032-02-29 00:00 +00:00"],
        "leap days"
    );
}

#[test]
fn a_day_that_never_comes_is_known_at_once() {
    let begun = std::time::Instant::now();
    for zone in ["UTC", "Europe/Berlin"] {
        assert_eq!(
            cron("0 0 30 2 *", zone).next(at("2026-01-01T00:00:00Z")),
            None
        );
        assert_eq!(
            cron("* * 31 4 *", zone).next(at("2026-01-01T00:00:00Z")),
            None
        );
    }
    assert!(
        begun.elapsed().as_secs() < 5,
        "a form waits for it: {:?}",
        begun.elapsed()
    );
}

#[test]
fn what_comes_once_comes_once() {
    let plan = once("2026-11-27T08:00", "Asia/Tokyo").unwrap();
    assert!(!plan.repeats());
    let due = at("2026-11-26T23:00:00Z");
    assert_eq!(plan.next_five(at("2026-11-01T00:00:00Z")), [due]);
    assert_eq!(plan.next(due), None, "and not again");
}

#[test]
fn the_zones_that_are_offered_can_be_used() {
    let zones = zones();
    for known in [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Asia/Tokyo",
        "Australia/Lord_Howe",
    ] {
        assert!(zones.iter().any(|zone| zone == known), "{known}");
    }
    for zone in &zones {
        assert!(time_zone(zone).is_ok(), "{zone}");
    }
}

#[test]
fn a_definition_is_read_as_it_was_written() {
    let schedule = Schedule {
        what: ItemId::new(),
        when: When::Cron {
            expression: "0 8 * * 1-5".to_owned(),
        },
        zone: "Europe/Berlin".to_owned(),
        missed: MissedPolicy::RunEach,
        overlap: Overlap::Beside,
    };
    let written = serde_json::to_string(&schedule).unwrap();
    assert_eq!(
        serde_json::from_str::<Schedule>(&written).unwrap(),
        schedule
    );
    assert!(written.contains(r#""missed":"run_each""#), "{written}");
}
