//! The words the catalog stores and IPC carries: environments, reaches, kinds, codes, keys, times.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use tsunagi_domain::{
    Clock, ConnectionId, Environment, Kind, Mode, Reach, Refusal, RefusalCode, Role, SystemClock,
    Timestamp,
};

#[test]
fn environments_and_reaches_are_read_as_they_are_written() {
    for environment in Environment::ALL {
        assert_eq!(
            environment.as_str().parse(),
            Ok(environment),
            "{environment:?}"
        );
        assert_eq!(
            serde_json::to_value(environment).unwrap(),
            environment.as_str(),
            "in JSON too"
        );
    }
    for reach in [
        Reach::All,
        Reach::Development,
        Reach::Stage,
        Reach::Production,
    ] {
        assert_eq!(reach.as_str().parse(), Ok(reach), "{reach:?}");
        assert_eq!(
            serde_json::to_value(reach).unwrap(),
            reach.as_str(),
            "in JSON too"
        );
    }
    for text in ["", "ALL", "prod", "Development", "development "] {
        assert!(text.parse::<Reach>().is_err(), "`{text}` is no reach");
    }
    assert!(
        "all".parse::<Environment>().is_err(),
        "`all` is a reach, not an environment"
    );
}

#[test]
fn every_environment_is_served_by_exactly_one_reach_of_each_mode() {
    for mode in [Mode::Same, Mode::PerEnvironment] {
        for environment in Environment::ALL {
            let covering: Vec<_> = mode
                .reaches()
                .iter()
                .filter(|reach| reach.covers(environment))
                .collect();
            assert_eq!(
                covering,
                [&mode.reach(environment)],
                "{mode:?} in {environment:?}"
            );
        }
        assert_eq!(
            serde_json::to_value(mode).unwrap(),
            mode.as_str(),
            "one word everywhere"
        );
    }
}

#[test]
fn kinds_and_roles_have_one_word_everywhere() {
    for kind in [Kind::System, Kind::Admin, Kind::LoggedInUser] {
        assert_eq!(
            serde_json::to_value(kind).unwrap(),
            kind.as_str(),
            "{kind:?}"
        );
    }
    for role in [
        Role::SuperAdmin,
        Role::Admin,
        Role::Developer,
        Role::User,
        Role::PortalUser,
    ] {
        assert_eq!(
            serde_json::to_value(role).unwrap(),
            role.as_str(),
            "{role:?}"
        );
    }
}

#[test]
fn every_refusal_has_a_code_of_its_own_that_ipc_carries() {
    let words: BTreeSet<_> = RefusalCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(
        words.len(),
        RefusalCode::ALL.len(),
        "no two refusals share a sentence"
    );
    for code in RefusalCode::ALL {
        let word = code.as_str();
        assert!(
            word.chars().all(|c| c.is_ascii_lowercase() || c == '_'),
            "`{word}` is part of a message key"
        );
        assert_eq!(
            serde_json::to_value(code).unwrap(),
            word,
            "the same word across IPC"
        );
        assert_eq!(Refusal::new(*code).to_string(), word, "and in a log");
    }
}

#[test]
fn keys_sort_by_the_time_they_were_made_and_read_back() {
    let ids: Vec<_> = (0..1000).map(|_| ConnectionId::new()).collect();
    assert!(
        ids.is_sorted_by(|a, b| a < b),
        "later keys come after earlier ones, none twice"
    );
    for id in ids {
        assert_eq!(
            id.to_string().parse(),
            Ok(id),
            "the catalog keeps it as text"
        );
    }
    assert!(
        "not-a-key".parse::<ConnectionId>().is_err(),
        "and takes nothing else"
    );
}

#[test]
fn times_at_the_ends_of_the_range_do_not_wrap() {
    let (first, last) = (Timestamp(i64::MIN), Timestamp(i64::MAX));
    assert_eq!(last.plus_seconds(1), last, "the end stays the end");
    assert_eq!(
        first.plus_seconds(-1),
        first,
        "and the beginning the beginning"
    );
    assert_eq!(
        last.plus_seconds(i64::MAX),
        last,
        "seconds that overflow as milliseconds too"
    );
    assert_eq!(last.millis_since(first), i64::MAX, "a difference saturates");
    assert_eq!(
        Timestamp(5).millis_since(Timestamp(7)),
        -2,
        "an earlier time is negative"
    );
}

#[test]
fn the_computer_s_clock_counts_milliseconds() {
    // Seconds or microseconds would be far outside these two hundred years.
    let (year_2001, year_2200) = (Timestamp(1_000_000_000_000), Timestamp(7_258_118_400_000));
    let now = SystemClock.now();
    assert!((year_2001..year_2200).contains(&now), "{now:?}");
}
