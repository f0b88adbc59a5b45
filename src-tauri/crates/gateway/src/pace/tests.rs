use super::*;

const NOW: Timestamp = Timestamp(1_700_000_000_000);
const LEFT: Duration = Duration::from_secs(40);
const FIVE: Option<Limit> = Some(Limit {
    requests: 5,
    seconds: 1,
});

#[test]
fn so_many_go_in_a_while_and_the_next_waits_for_the_first_to_be_old() {
    let (pace, id) = (Pace::default(), AuthorizationId::new());
    for n in 0..5 {
        let now = NOW.plus_millis(n * 100);
        assert_eq!(pace.may_go(id, FIVE, now, LEFT), Hold::Go, "{n}");
    }
    let wait = |now, left| pace.may_go(id, FIVE, now, left);
    let half = Duration::from_millis(500);
    assert_eq!(wait(NOW.plus_millis(500), LEFT), Hold::Wait(half));
    assert_eq!(wait(NOW.plus_millis(500), half), Hold::Busy(half));
    let other = AuthorizationId::new();
    assert_eq!(
        pace.may_go(other, FIVE, NOW.plus_millis(500), LEFT),
        Hold::Go,
        "another account has requests of its own"
    );
    assert_eq!(wait(NOW.plus_millis(1_000), LEFT), Hold::Go);
    assert_eq!(
        wait(NOW.plus_millis(1_000), LEFT),
        Hold::Wait(Duration::from_millis(100)),
        "for the second of them"
    );
    assert_eq!(
        wait(NOW.plus_seconds(-60), LEFT),
        Hold::Go,
        "a clock set back keeps nobody waiting"
    );
}

#[test]
fn who_asked_to_be_left_alone_is_until_the_time_is_over() {
    let (pace, id) = (Pace::default(), AuthorizationId::new());
    pace.asked(id, NOW, Duration::from_secs(60));
    let minute = Duration::from_secs(60);
    assert_eq!(pace.may_go(id, None, NOW, LEFT), Hold::Busy(minute));
    let later = NOW.plus_seconds(45);
    let wait = Hold::Wait(Duration::from_secs(15));
    assert_eq!(pace.may_go(id, None, later, LEFT), wait);
    let over = NOW.plus_seconds(60);
    assert_eq!(pace.may_go(id, None, over, LEFT), Hold::Go);
    assert_eq!(
        pace.may_go(id, None, NOW, LEFT),
        Hold::Go,
        "it is forgotten"
    );
}
