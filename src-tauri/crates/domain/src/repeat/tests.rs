use proptest::prelude::*;

use super::*;

const fn tried(method: &str, trouble: Trouble) -> Tried<'_> {
    Tried {
        method,
        repeat: Repeat::AsMethod,
        payment: false,
        tries: 1,
        trouble,
        asked: None,
        left: Duration::from_secs(40),
        jitter: 0,
    }
}

#[test]
fn what_does_the_same_when_done_twice_is_sent_again_and_nothing_else() {
    let passing = [429, 502, 503, 504].map(Trouble::Status);
    let table = [
        ("GET", true, true),
        ("HEAD", true, true),
        ("OPTIONS", true, false),
        ("TRACE", true, false),
        ("PUT", true, false),
        ("DELETE", true, false),
        ("POST", false, false),
        ("PATCH", false, false),
        ("get", false, false),
    ];
    for (method, repeated, after_500) in table {
        for trouble in passing.into_iter().chain([Trouble::NotSent]) {
            let again = again(tried(method, trouble)).is_some();
            assert_eq!(again, repeated, "{method} after {trouble:?}");
        }
        let again = again(tried(method, Trouble::Status(500))).is_some();
        assert_eq!(again, after_500, "{method} after 500");
    }
    for status in [200, 204, 301, 400, 401, 403, 404, 408, 409, 425, 501, 505] {
        let again = again(tried("GET", Trouble::Status(status)));
        assert_eq!(again, None, "{status} is the answer");
    }
}

#[test]
fn a_key_makes_a_post_repeatable_and_never_is_never() {
    let of = |method, repeat, payment, status| {
        again(Tried {
            repeat,
            payment,
            ..tried(method, Trouble::Status(status))
        })
        .is_some()
    };
    assert!(
        of("POST", Repeat::Keyed, false, 503),
        "the service knows it"
    );
    assert!(of("POST", Repeat::Keyed, true, 503), "a payment with a key");
    assert!(!of("POST", Repeat::Keyed, false, 500), "which may be final");
    assert!(!of("GET", Repeat::Never, false, 503), "the caller said so");
    assert!(!of("PUT", Repeat::AsMethod, true, 503), "it may move money");
    assert!(!of("DELETE", Repeat::AsMethod, true, 503), "so may this");
    assert!(of("GET", Repeat::AsMethod, true, 503), "this only reads");
}

#[test]
fn what_the_service_asks_for_is_obeyed_within_the_time_of_the_call() {
    let asked = |seconds, left| {
        again(Tried {
            asked: Some(Duration::from_secs(seconds)),
            left: Duration::from_secs(left),
            ..tried("GET", Trouble::Status(429))
        })
    };
    assert_eq!(asked(7, 40), Some(Duration::from_secs(7)), "to the second");
    assert!(
        asked(0, 40) >= Some(Duration::from_millis(250)),
        "who asks for no wait at all is not taken at their word"
    );
    assert_eq!(asked(40, 40), None, "nothing would be left to send it in");
    assert_eq!(asked(86_400, 40), None, "the caller gets the answer");
}

#[test]
fn waits_grow_and_differ_between_calls() {
    let wait = |tries, jitter| {
        again(Tried {
            tries,
            jitter,
            ..tried("GET", Trouble::NotSent)
        })
    };
    assert_eq!(wait(1, 0), Some(Duration::from_millis(250)));
    assert_eq!(wait(1, 1000), Some(Duration::from_millis(500)));
    assert_eq!(wait(2, 0), Some(Duration::from_millis(500)));
    assert_eq!(wait(2, 500), Some(Duration::from_millis(750)));
    assert_eq!(wait(3, 0), None, "three tries are enough");
}

#[test]
fn a_call_waits_for_a_busy_service_if_it_has_the_time() {
    let now = Timestamp(1_000_000);
    let left = Duration::from_secs(40);
    let table = [
        (
            now,
            now.plus_seconds(30),
            Hold::Wait(Duration::from_secs(30)),
        ),
        (
            now,
            now.plus_seconds(40),
            Hold::Busy(Duration::from_secs(40)),
        ),
        (now, now, Hold::Go),
        (now.plus_seconds(-60), now.plus_seconds(-1), Hold::Go),
        (now.plus_seconds(5), now.plus_seconds(20), Hold::Go),
    ];
    for (since, until, expected) in table {
        assert_eq!(
            hold(since, until, now, left),
            expected,
            "{since:?} to {until:?}"
        );
    }
}

proptest! {
    #[test]
    fn no_wait_is_longer_than_what_is_left_and_no_try_is_the_fourth(
        method in "[A-Z]{3,7}", repeat in 0_usize..3, payment: bool, tries in 1_u32..9, status in 100_u16..600,
        sent: bool, asked in proptest::option::of(0_u64..90_000), left in 0_u64..50_000, jitter: u16,
    ) {
        let repeat = [Repeat::AsMethod, Repeat::Keyed, Repeat::Never][repeat];
        let trouble = if sent { Trouble::Status(status) } else { Trouble::NotSent };
        let (asked, left) = (asked.map(Duration::from_millis), Duration::from_millis(left));
        let wait = again(Tried { method: &method, repeat, payment, tries, trouble, asked, left, jitter });
        if let Some(wait) = wait {
            prop_assert!(wait < left, "{wait:?} of {left:?}");
            prop_assert!(tries < TRIES_MAX);
            prop_assert!(asked.is_none_or(|asked| asked <= wait), "it was asked for");
            prop_assert!(repeat != Repeat::Never);
            prop_assert!(repeat == Repeat::Keyed || !matches!(method.as_str(), "POST" | "PATCH"));
        }
    }
}
