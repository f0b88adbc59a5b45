//! What is due: after a night, in a hurry, with clocks that are set.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

const START: &str = "2026-11-27T08:00:30Z";

fn fresh() -> State {
    State {
        considered: at(START),
        waiting: Vec::new(),
    }
}

fn minutes(count: i64) -> Timestamp {
    at(START).plus_seconds(60 * count)
}

/// The times of an answer, as minutes after eight.
fn eight(times: &[Timestamp]) -> Vec<i64> {
    let eight = at("2026-11-27T08:00:00Z");
    times
        .iter()
        .map(|at| at.millis_since(eight) / 60_000)
        .collect()
}

fn every_minute() -> Plan {
    cron("* * * * *", "UTC")
}

#[test]
fn a_time_that_has_come_starts_once() {
    let plan = every_minute();
    let ask = |state: &State, now| due(&plan, MissedPolicy::Skip, Overlap::Skip, state, 0, now);
    let none = ask(&fresh(), at("2026-11-27T08:00:59.999Z"));
    assert!(none.start.is_empty(), "not yet");
    let first = ask(&none.state, at("2026-11-27T08:01:00Z"));
    assert_eq!(eight(&first.start), [1]);
    let again = ask(&first.state, at("2026-11-27T08:01:05Z"));
    assert!(
        again.start.is_empty() && again.missed.is_empty(),
        "{again:?}"
    );
}

#[test]
fn after_a_night_the_policy_says_what_is_made_up_for() {
    let plan = cron("*/10 * * * *", "UTC");
    let morning = minutes(8 * 60 + 5);
    let ask = |policy| due(&plan, policy, Overlap::Skip, &fresh(), 0, morning);

    let skip = ask(MissedPolicy::Skip);
    assert!(skip.start.is_empty() && skip.state.waiting.is_empty());
    assert_eq!(skip.missed.len(), 1, "told in one line: {:?}", skip.missed);
    assert_eq!((skip.missed[0].count, skip.missed[0].why), (48, Why::Late));

    let once = ask(MissedPolicy::RunOnce);
    assert_eq!(eight(&once.start), [480], "the latest");
    assert!(once.state.waiting.is_empty());
    assert_eq!(once.missed[0].count, 47);

    let each = ask(MissedPolicy::RunEach);
    assert_eq!(eight(&each.start), [390], "one after the other");
    assert_eq!(
        eight(&each.state.waiting),
        [400, 410, 420, 430, 440, 450, 460, 470, 480]
    );
    assert_eq!(each.missed[0].count, 38, "no more than ten are made up for");
    assert_eq!(each.state.considered, morning);
}

#[test]
fn what_is_on_time_makes_up_for_what_is_not() {
    let plan = every_minute();
    let answer = due(
        &plan,
        MissedPolicy::RunOnce,
        Overlap::Skip,
        &fresh(),
        0,
        minutes(60),
    );
    assert_eq!(eight(&answer.start), [59], "one run, and on time");
    let late: usize = answer
        .missed
        .iter()
        .filter(|m| m.why == Why::Late)
        .map(|m| m.count)
        .sum();
    assert_eq!(late, 58);
}

#[test]
fn years_that_passed_are_no_storm_and_quickly_counted() {
    let plan = every_minute();
    let begun = std::time::Instant::now();
    let later = minutes(3 * 366 * 24 * 60);
    let answer = due(
        &plan,
        MissedPolicy::RunEach,
        Overlap::Beside,
        &fresh(),
        0,
        later,
    );
    assert_eq!(answer.start.len(), 10);
    assert!(later.millis_since(answer.start[9]) < 60_000, "the latest");
    assert!(answer.missed[0].more, "and it is said that there were more");
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}

#[test]
fn a_run_that_is_not_over_is_met_as_the_policy_says() {
    let plan = every_minute();
    let now = at("2026-11-27T08:01:01Z");
    let ask = |overlap, state: &State, running, now| {
        due(&plan, MissedPolicy::Skip, overlap, state, running, now)
    };
    let skip = ask(Overlap::Skip, &fresh(), 1, now);
    assert!(skip.start.is_empty() && skip.state.waiting.is_empty());
    assert_eq!((skip.missed[0].count, skip.missed[0].why), (1, Why::Busy));

    let beside = ask(Overlap::Beside, &fresh(), 1, now);
    assert_eq!(eight(&beside.start), [1]);
    let full = ask(Overlap::Beside, &fresh(), 10, now);
    assert!(full.start.is_empty(), "ten at once are enough");
    assert_eq!(full.missed[0].why, Why::Busy);

    let waits = ask(Overlap::Wait, &fresh(), 1, now);
    assert!(waits.start.is_empty() && waits.missed.is_empty());
    assert_eq!(eight(&waits.state.waiting), [1]);
    let over = ask(Overlap::Wait, &waits.state, 0, at("2026-11-27T08:01:40Z"));
    assert_eq!(eight(&over.start), [1], "when the other is over");
    assert!(over.state.waiting.is_empty());
}

#[test]
fn what_waits_does_not_grow_without_end() {
    let plan = every_minute();
    let mut state = fresh();
    let mut missed = 0;
    for minute in 1..=60 {
        let answer = due(
            &plan,
            MissedPolicy::Skip,
            Overlap::Wait,
            &state,
            1,
            minutes(minute),
        );
        missed += answer
            .missed
            .iter()
            .map(|missed| missed.count)
            .sum::<usize>();
        state = answer.state;
    }
    assert_eq!(eight(&state.waiting), (51..=60).collect::<Vec<_>>());
    assert_eq!(missed, 50, "and each that gave way is told");
}

#[test]
fn a_clock_set_back_runs_nothing_twice_and_stops_nothing_for_ever() {
    let plan = every_minute();
    let ask =
        |state: &State, now| due(&plan, MissedPolicy::RunEach, Overlap::Beside, state, 0, now);
    let seen = ask(&fresh(), minutes(5));
    assert_eq!(eight(&seen.start), [1, 2, 3, 4, 5]);
    let back = ask(&seen.state, minutes(2));
    assert!(back.start.is_empty(), "these have run: {:?}", back.start);
    let on = ask(&back.state, minutes(6));
    assert_eq!(eight(&on.start), [6], "and it goes on where it was");

    let wrong = ask(&on.state, minutes(400 * 24 * 60));
    let right = ask(&wrong.state, minutes(8));
    assert!(right.start.is_empty(), "from here on: {:?}", right.start);
    let next = ask(&right.state, minutes(9));
    assert_eq!(eight(&next.start), [9], "a year is not waited for");
}

#[test]
fn what_comes_once_does_not_come_again_whatever_the_clock_says() {
    let plan = once("2026-11-27T09:00", "UTC").unwrap();
    let ask = |state: &State, now| due(&plan, MissedPolicy::RunOnce, Overlap::Skip, state, 0, now);
    let wrong = ask(&fresh(), minutes(40 * 24 * 60));
    assert_eq!(
        eight(&wrong.start),
        [60],
        "a clock that is wrong is believed"
    );
    let right = ask(&wrong.state, minutes(5));
    let then = ask(&right.state, minutes(61));
    assert!(then.start.is_empty(), "but it has run");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// However the clock is set (by less than a day), whatever runs: nothing twice, nothing lost.
    #[test]
    fn each_time_has_one_fate(
        steps in prop::collection::vec((-7200_i64..9000, 0_usize..3), 1..40),
        missed in prop_oneof![
            Just(MissedPolicy::Skip), Just(MissedPolicy::RunOnce), Just(MissedPolicy::RunEach)
        ],
        overlap in prop_oneof![Just(Overlap::Skip), Just(Overlap::Wait), Just(Overlap::Beside)],
    ) {
        let plan = cron("*/5 * * * *", "Europe/Berlin");
        let mut now = at(START);
        let mut state = fresh();
        let mut started = HashSet::new();
        let mut told = 0;
        for (seconds, running) in steps {
            now = now.plus_seconds(seconds);
            let answer = due(&plan, missed, overlap, &state, running, now);
            if running > 0 && overlap != Overlap::Beside {
                prop_assert!(answer.start.is_empty(), "nothing beside another");
            }
            prop_assert!(answer.start.len() <= 10 && answer.state.waiting.len() <= 10);
            for start in &answer.start {
                prop_assert!(started.insert(*start), "twice: {start:?}");
            }
            prop_assert!(answer.state.considered >= state.considered, "never back");
            told += answer.missed.iter().map(|missed| missed.count).sum::<usize>();
            state = answer.state;
        }
        let all = plan.from(at(START)).take_while(|at| *at <= state.considered).count();
        prop_assert_eq!(started.len() + state.waiting.len() + told, all, "each is accounted for");
    }
}
