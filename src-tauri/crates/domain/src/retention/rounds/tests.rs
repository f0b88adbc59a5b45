use super::*;

const NOW: Timestamp = Timestamp(1_700_000_000_000);
const HOUR_MS: i64 = 3600 * 1000;

fn at(millis: i64) -> Timestamp {
    NOW.plus_millis(millis)
}

#[test]
fn a_clock_that_jumped_is_believed_a_day_later() {
    let calm = Rounds {
        last: NOW,
        jumped: None,
    };
    let doubt = Rounds {
        last: NOW,
        jumped: Some(at(-HOUR_MS)),
    };
    let counted = |round, doubted, own| Counted {
        round,
        doubted,
        own,
    };
    let started = Counted::default();
    let years = 20 * 365 * DAY_MS;
    for (before, now, counted, jumped, why) in [
        (None, NOW, started, Some(NOW), "nothing to compare with"),
        (Some(calm), at(HOUR_MS), started, None, "an hour later"),
        (Some(calm), at(8 * DAY_MS), started, None, "a week away"),
        (
            Some(calm),
            at(8 * DAY_MS + 1),
            started,
            Some(at(8 * DAY_MS + 1)),
            "longer away than one can tell from a wrong clock",
        ),
        (
            Some(calm),
            at(30 * DAY_MS),
            counted(29 * DAY_MS, 0, false),
            None,
            "the program was there all the while",
        ),
        (
            Some(calm),
            at(years),
            counted(HOUR_MS, 0, false),
            Some(at(years)),
            "years ahead while the program ran",
        ),
        (
            Some(calm),
            at(years),
            started,
            Some(at(years)),
            "at a start",
        ),
        (Some(calm), at(-DAY_MS), started, None, "a time zone"),
        (
            Some(calm),
            at(-DAY_MS - 1),
            started,
            Some(at(-DAY_MS - 1)),
            "set back: one of both times was wrong",
        ),
        (
            Some(calm),
            Timestamp(i64::MIN),
            started,
            Some(Timestamp(i64::MIN)),
            "the first time there is",
        ),
        (
            Some(doubt),
            at(HOUR_MS),
            counted(HOUR_MS, DAY_MS - 1, true),
            doubt.jumped,
            "not a day counted yet",
        ),
        (
            Some(doubt),
            at(HOUR_MS),
            counted(HOUR_MS, DAY_MS, true),
            None,
            "a day counted",
        ),
        (
            Some(doubt),
            at(3 * DAY_MS),
            counted(HOUR_MS, HOUR_MS, true),
            doubt.jumped,
            "a little jump is no day counted",
        ),
        (
            Some(doubt),
            at(22 * HOUR_MS),
            started,
            doubt.jumped,
            "a later start within the day",
        ),
        (
            Some(doubt),
            at(23 * HOUR_MS),
            started,
            None,
            "a later start a day after",
        ),
        (
            Some(doubt),
            at(HOUR_MS),
            counted(HOUR_MS, DAY_MS, false),
            None,
            "a later start that has counted a day",
        ),
        (
            Some(doubt),
            at(-years),
            counted(HOUR_MS, 2 * DAY_MS, true),
            Some(at(-years)),
            "it is right again, which is a jump too",
        ),
    ] {
        let after = Rounds::begin(before, now, counted);
        assert_eq!(after.last, now, "{why}");
        assert_eq!(after.jumped, jumped, "{why}");
        assert_eq!(after.believes(), jumped.is_none(), "{why}");
    }
}
