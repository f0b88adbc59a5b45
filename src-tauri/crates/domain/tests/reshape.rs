//! R12, R18: authorizations and primary accounts when the environment mode changes.

use tsunagi_domain::reshape::{Held, primaries, reshaped};
use tsunagi_domain::{MemberId, Mode, Reach};

use Reach::{All, Development, Production, Stage};

fn held(rows: &[(Reach, u8)]) -> Vec<Held<u8>> {
    let held = rows.iter().map(|(reach, value)| Held {
        reach: *reach,
        member: None,
        value: *value,
    });
    held.collect()
}

#[test]
fn what_each_reach_holds_afterwards() {
    type Row<'a> = (&'a str, Mode, &'a [(Reach, u8)], &'a [(Reach, u8)]);
    let rows: [Row<'_>; 7] = [
        ("nothing is nothing", Mode::PerEnvironment, &[], &[]),
        (
            "one for all serves each",
            Mode::PerEnvironment,
            &[(All, 1)],
            &[(Development, 1), (Stage, 1), (Production, 1)],
        ),
        (
            "Production's serves all",
            Mode::Same,
            &[(Development, 1), (Stage, 2), (Production, 3)],
            &[(All, 3)],
        ),
        (
            "else Stage's",
            Mode::Same,
            &[(Development, 1), (Stage, 2)],
            &[(All, 2)],
        ),
        (
            "what was used for all before does not come back",
            Mode::Same,
            &[(All, 9), (Production, 3)],
            &[(All, 3)],
        ),
        (
            "switched back, Development and Stage have theirs again",
            Mode::PerEnvironment,
            &[(All, 3), (Development, 1), (Stage, 2), (Production, 3)],
            &[(Development, 1), (Stage, 2), (Production, 3)],
        ),
        (
            "and Production goes on with what was used for all meanwhile",
            Mode::PerEnvironment,
            &[(All, 4), (Development, 1), (Stage, 2), (Production, 3)],
            &[(Development, 1), (Stage, 2), (Production, 4)],
        ),
    ];
    for (what, to, before, after) in rows {
        assert_eq!(reshaped(to, &held(before)), held(after), "{what}");
    }
}

#[test]
fn each_member_keeps_their_own_and_only_who_sits_there_is_primary() {
    let (a, b) = (MemberId::new(), MemberId::new());
    let of = |reach, member, value| Held {
        reach,
        member: Some(member),
        value,
    };
    let before = [of(All, a, 1), of(All, b, 2)];
    let after = reshaped(Mode::PerEnvironment, &before);
    assert_eq!(after.len(), 6, "both, in each of three");
    assert_eq!(
        primaries(Mode::PerEnvironment, &[(All, a)], &after),
        [(Development, a), (Stage, a), (Production, a)],
        "R12"
    );
    let apart = [of(Production, a, 1), of(Stage, b, 2)];
    let joined = reshaped(Mode::Same, &apart);
    assert_eq!(
        primaries(Mode::Same, &[(Production, a), (Stage, b)], &joined),
        [(All, a)]
    );
    assert_eq!(
        primaries(Mode::Same, &[(Production, MemberId::new())], &joined),
        [],
        "whoever has no authorization there is not primary"
    );
}
