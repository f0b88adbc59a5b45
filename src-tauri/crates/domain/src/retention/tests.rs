use super::*;
use crate::MemberId;

const NOW: Timestamp = Timestamp(1_700_000_000_000);

#[test]
fn what_may_be_forgotten() {
    let old = Some(NOW.plus_seconds(-10));
    let past = Past {
        ended_at: old,
        unknown: false,
        latest: false,
        resumable: false,
    };
    for (past, goes, why) in [
        (past, true, "it is over, and old"),
        (
            Past {
                ended_at: Some(NOW),
                ..past
            },
            false,
            "not older than it may be",
        ),
        (
            Past {
                ended_at: None,
                ..past
            },
            false,
            "it is not over",
        ),
        (
            Past {
                unknown: true,
                ..past
            },
            false,
            "somebody has to look at the service",
        ),
        (
            Past {
                latest: true,
                ..past
            },
            false,
            "it is the last one of its item",
        ),
        (
            Past {
                resumable: true,
                ..past
            },
            false,
            "taking it up needs to know what was done",
        ),
    ] {
        assert_eq!(may_forget(past, NOW, None), goes, "{why}");
    }
    let failed = Past {
        resumable: true,
        ..past
    };
    let before = |seconds| Some(NOW.plus_seconds(seconds));
    assert!(!may_forget(failed, NOW, before(-10)), "a little longer");
    assert!(may_forget(failed, NOW, before(-9)), "and then like others");
    let unknown = Past {
        unknown: true,
        ..failed
    };
    assert!(!may_forget(unknown, NOW, before(-9)), "never");
}

#[test]
fn what_can_be_taken_up_again_stays_three_months_or_longer() {
    for (days, stays) in [(Some(30), Some(90)), (Some(365), Some(365)), (None, None)] {
        let kept = Retention {
            days,
            megabytes: Some(100),
        };
        let before = stays.map(|days: i64| NOW.plus_millis(-days * DAY_MS));
        assert_eq!(kept.resumable_before(NOW), before, "{days:?}");
    }
}

#[test]
fn the_oldest_that_is_kept_is_as_many_days_old() {
    let kept = |days| {
        Retention {
            days,
            megabytes: None,
        }
        .before(NOW)
    };
    assert_eq!(kept(Some(30)), Some(NOW.plus_seconds(-30 * 24 * 3600)));
    assert_eq!(kept(None), None, "however old");
}

#[test]
fn as_many_go_as_take_what_is_too_much() {
    let limit = |megabytes| Retention {
        days: None,
        megabytes,
    };
    for (megabytes, count, used, others, many) in [
        (None, 1_000, u64::MAX, u64::MAX, 0),
        (Some(100), 1_000, 100_000_000, 0, 0),
        (Some(100), 1_000, 200_000_000, 0, 500),
        (Some(100), 1_000, 100_000_001, 0, 1),
        (Some(100), 0, 200_000_000, 0, 0),
        (Some(100), 3, 0, 0, 0),
        // Both together are within it, or a little over.
        (Some(100), 1_000, 60_000_000, 40_000_000, 0),
        (Some(100), 1_000, 80_000_000, 40_000_000, 250),
        // Half of it is everybody's own, however much there is of the others.
        (Some(100), 1_000, 50_000_000, 900_000_000, 0),
        (Some(100), 1_000, 100_000_000, 900_000_000, 500),
    ] {
        let found = limit(megabytes).too_many(count, used, others);
        assert_eq!(
            found, many,
            "{megabytes:?}: {count} of {used} bytes beside {others}"
        );
    }
}

#[test]
fn only_what_is_offered_can_be_chosen() {
    let chosen = |days, megabytes| Retention { days, megabytes }.is_offered().is_ok();
    assert!(Retention::default().is_offered().is_ok(), "at first");
    assert!(chosen(None, None), "everything");
    assert!(chosen(Some(365), Some(1000)));
    assert!(!chosen(Some(0), None), "nothing at all is no choice");
    assert!(!chosen(Some(31), None));
    assert!(!chosen(None, Some(1)));
}

#[test]
fn super_admins_and_admins_choose() {
    for (role, refused) in [
        (Role::SuperAdmin, None),
        (Role::Admin, None),
        (Role::Developer, Some(RefusalCode::AdminNeeded)),
        (Role::User, Some(RefusalCode::RoleNotAllowed)),
        (Role::PortalUser, Some(RefusalCode::RoleNotAllowed)),
    ] {
        let member = |active| Member {
            id: MemberId::new(),
            name: "Ines".to_owned(),
            role,
            active,
        };
        let answer = may_change(&member(true)).err().map(|no| no.code);
        assert_eq!(answer, refused, "{role:?}");
        let away = may_change(&member(false)).err().map(|no| no.code);
        assert_eq!(away, Some(RefusalCode::MemberInactive), "{role:?}");
    }
}
