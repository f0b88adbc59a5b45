#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::ACCOUNTS;

const NOW: i64 = 1_800_000_000;

fn waiting() -> (Devices, New) {
    let devices = Devices::default();
    let new = devices.issue(vec!["openid".to_owned()], NOW).unwrap();
    (devices, new)
}

fn allowed() -> Reply {
    Reply::Allowed {
        account: &ACCOUNTS[0],
        auth_time: NOW,
    }
}

#[test]
fn a_user_code_has_eight_letters_that_make_no_word() {
    let mut seen = std::collections::HashSet::new();
    for _ in 0..200 {
        let code = user_code().unwrap();
        assert_eq!(canonical(&code), Some(code.clone()), "it reads back");
        let (left, right) = code.split_once('-').unwrap();
        assert_eq!((left.len(), right.len()), (4, 4), "as WDJB-MJHT: {code}");
        assert!(
            code.bytes()
                .all(|byte| byte == b'-' || LETTERS.contains(&byte)),
            "RFC 8628 section 6.1: {code}"
        );
        assert!(seen.insert(code), "random");
    }
}

#[test]
fn case_hyphens_and_spaces_of_a_typed_code_do_not_matter() {
    let (devices, new) = waiting();
    let code = new.asked.user_code.clone();
    let plain = code.replace('-', "");
    let spaced: String = plain.chars().flat_map(|letter| [letter, ' ']).collect();
    for typed in [code.clone(), code.to_lowercase(), plain, spaced] {
        assert_eq!(
            devices.find(&typed, NOW),
            Ok(new.asked.clone()),
            "RFC 8628 section 6.1: {typed}"
        );
    }
}

#[test]
fn wrong_codes_are_refused_for_a_minute_after_the_fifth() {
    let (devices, new) = waiting();
    for at in 0..5 {
        assert_eq!(
            devices.find("BBBB-BBBB", NOW + at),
            Err(NotTaken::Wrong),
            "one may mistype"
        );
    }
    assert_eq!(
        devices.find(&new.asked.user_code, NOW + 5),
        Err(NotTaken::TooMany),
        "guessing finds nothing, not even the right one (RFC 8628 section 5.1)"
    );
    assert_eq!(
        devices.find(&new.asked.user_code, NOW + 60),
        Ok(new.asked),
        "the first try is a minute ago"
    );
}

#[test]
fn an_answer_is_given_once_and_in_time() {
    let (devices, new) = waiting();
    let code = new.asked.user_code.clone();
    let late = NOW + DEVICE_SECONDS;
    assert_eq!(devices.find(&code, late), Err(NotTaken::Wrong), "too late");
    assert!(!devices.reply(&new.asked, allowed(), late), "too late");
    assert!(devices.reply(&new.asked, Reply::Denied, NOW), "in time");
    assert!(
        !devices.reply(&new.asked, allowed(), NOW),
        "a no stays a no"
    );
    assert_eq!(
        devices.find(&code, NOW),
        Err(NotTaken::Wrong),
        "an answered code leads nowhere"
    );
}

#[test]
fn polling_too_early_costs_five_seconds_each_time_and_for_good() {
    let (devices, new) = waiting();
    let poll = |at| devices.poll(&new.device_code, NOW + at).unwrap_err();
    assert_eq!(poll(0), Wait::Pending, "the first may come at once");
    assert_eq!(poll(2), Wait::Pending, "the interval has passed");
    assert_eq!(poll(3), Wait::SlowDown, "one second is too soon");
    assert_eq!(poll(9), Wait::SlowDown, "now it is seven seconds");
    assert_eq!(poll(21), Wait::Pending, "now it is twelve");
    assert_eq!(poll(32), Wait::SlowDown, "and stays so");
}

#[test]
fn an_allowed_code_is_used_up_by_the_poll_that_sees_it() {
    let (devices, new) = waiting();
    devices.reply(&new.asked, allowed(), NOW);
    let (asked, account, auth_time) = devices.poll(&new.device_code, NOW).unwrap();
    assert_eq!(
        (asked.scopes, account.id, auth_time),
        (vec!["openid".to_owned()], "practice-1", NOW),
        "what was allowed, and by whom"
    );
    assert_eq!(
        devices.poll(&new.device_code, NOW + 60).unwrap_err(),
        Wait::Unknown,
        "once"
    );
}

#[test]
fn an_ended_code_is_told_from_one_that_never_was() {
    let (devices, new) = waiting();
    devices.reply(&new.asked, allowed(), NOW);
    let late = NOW + DEVICE_SECONDS;
    assert_eq!(
        devices.poll(&new.device_code, late).unwrap_err(),
        Wait::Expired,
        "even though it was allowed"
    );
    assert_eq!(
        devices.poll("practice_device_x", late).unwrap_err(),
        Wait::Unknown,
        "nobody issued it"
    );
    devices.issue(Vec::new(), late + REMEMBERED).unwrap();
    assert_eq!(
        devices.poll(&new.device_code, late).unwrap_err(),
        Wait::Unknown,
        "forgotten in the end"
    );
}

#[test]
fn the_oldest_gives_way_when_there_are_too_many() {
    let (devices, first) = waiting();
    for at in 1..=MOST {
        let now = NOW + i64::try_from(at).unwrap();
        devices.issue(Vec::new(), now).unwrap();
    }
    assert_eq!(
        devices.poll(&first.device_code, NOW).unwrap_err(),
        Wait::Unknown,
        "memory is not filled by asking"
    );
}

proptest! {
    /// Whatever is typed, it is no code or one of the known shape.
    #[test]
    fn any_text_is_a_code_or_none(typed in "\\PC{0,20}") {
        if let Some(code) = canonical(&typed) {
            prop_assert_eq!(code.len(), 9, "letters and a hyphen");
            prop_assert_eq!(canonical(&code), Some(code.clone()), "its own form");
        }
    }
}
