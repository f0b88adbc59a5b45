//! R11, R12, R18: authorizations and primary accounts when the environment mode changes.

use tsunagi_domain::reshape::{Held, Led, Seat, is_set_aside, left_out, primaries, reshaped};
use tsunagi_domain::{Health, MemberId, Mode, NotConnected, Reach};

use Reach::{All, Development, Production, Stage};

fn held(rows: &[(Reach, u8)]) -> Vec<Held<u8>> {
    let held = rows.iter().map(|(reach, value)| Held {
        reach: *reach,
        member: None,
        value: *value,
    });
    held.collect()
}

fn anywhere<T>(_: &Held<T>, _: Reach) -> bool {
    true
}

fn sits(seats: &[Seat<u8>]) -> Vec<(Reach, u8)> {
    seats.iter().map(|seat| (seat.reach, seat.value)).collect()
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
        let seats = reshaped(to, &held(before), anywhere);
        assert_eq!(sits(&seats), after, "{what}");
        assert_eq!(left_out(to, &held(before), &seats), [], "{what}");
    }
}

#[test]
fn r23_what_does_not_serve_a_reach_is_not_seated_there() {
    type Row<'a> = (
        &'a str,
        Mode,
        &'a [(Reach, u8)],
        &'a [(u8, Reach)],
        &'a [(Reach, u8)],
        &'a [(Reach, u8)],
    );
    let rows: [Row<'_>; 5] = [
        (
            "Production's is of another client: the next that serves all",
            Mode::Same,
            &[(Stage, 2), (Production, 3)],
            &[(3, All)],
            &[(All, 2)],
            &[],
        ),
        (
            "nothing serves all: somebody has to sign in",
            Mode::Same,
            &[(Stage, 2), (Production, 3)],
            &[(2, All), (3, All)],
            &[],
            &[(All, 3)],
        ),
        (
            "what was used for all before is better than what does not work",
            Mode::Same,
            &[(All, 9), (Production, 3)],
            &[(3, All)],
            &[(All, 9)],
            &[],
        ),
        (
            "Stage has a client of its own",
            Mode::PerEnvironment,
            &[(All, 1)],
            &[(1, Stage)],
            &[(Development, 1), (Production, 1)],
            &[(Stage, 1)],
        ),
        (
            "what sits in a reach is its own, whatever has become of it",
            Mode::PerEnvironment,
            &[(All, 1), (Stage, 2)],
            &[(2, Stage), (1, Stage)],
            &[(Development, 1), (Stage, 2), (Production, 1)],
            &[],
        ),
    ];
    for (what, to, before, unfit, after, out) in rows {
        let fits = |one: &Held<u8>, reach: Reach| !unfit.contains(&(one.value, reach));
        let seats = reshaped(to, &held(before), fits);
        assert_eq!(sits(&seats), after, "{what}");
        assert_eq!(left_out(to, &held(before), &seats), held(out), "{what}");
    }
}

#[test]
fn each_member_keeps_their_own() {
    let (a, b) = (MemberId::new(), MemberId::new());
    let of = |reach, member, value| Held {
        reach,
        member: Some(member),
        value,
    };
    let after = reshaped(
        Mode::PerEnvironment,
        &[of(All, a, 1), of(All, b, 2)],
        anywhere,
    );
    assert_eq!(after.len(), 6, "both, in each of three");
    assert_eq!(
        primaries(Mode::PerEnvironment, &[(All, Some(a))], &after),
        [
            (Development, Some(a)),
            (Stage, Some(a)),
            (Production, Some(a))
        ],
        "R12"
    );
}

#[test]
fn r11_nobody_is_promoted_by_a_change_of_the_environment_mode() {
    let (a, b, c) = (MemberId::new(), MemberId::new(), MemberId::new());
    let every = [All, Development, Stage, Production];
    // Everybody has something of their own everywhere.
    let everywhere: Vec<Held<usize>> = [a, b, c]
        .into_iter()
        .flat_map(|member| every.map(|reach| (member, reach)))
        .enumerate()
        .map(|(value, (member, reach))| Held {
            reach,
            member: Some(member),
            value,
        })
        .collect();
    type Row<'a> = (&'a str, Mode, &'a [Led], &'a [Led]);
    let rows: [Row<'_>; 11] = [
        ("nobody ever", Mode::Same, &[], &[]),
        (
            "Production's goes on for all",
            Mode::Same,
            &[(Production, Some(a)), (Stage, Some(b))],
            &[(All, Some(a))],
        ),
        (
            "Production's went, and Stage's does not step in",
            Mode::Same,
            &[(Production, None), (Stage, Some(b)), (Development, Some(c))],
            &[(All, None)],
        ),
        (
            "Production never had one: nor does Stage's step in, and it is remembered",
            Mode::Same,
            &[(Stage, Some(b))],
            &[(All, None)],
        ),
        (
            "nor where Stage's went too",
            Mode::Same,
            &[(Development, None)],
            &[(All, None)],
        ),
        (
            "whoever was so for all before is not, once Production had one",
            Mode::Same,
            &[(Production, None), (All, Some(a))],
            &[(All, None)],
        ),
        (
            "each that had one has it back; Production goes on with what ran for all",
            Mode::PerEnvironment,
            &[
                (All, Some(a)),
                (Stage, Some(b)),
                (Development, None),
                (Production, Some(c)),
            ],
            &[(Development, None), (Stage, Some(b)), (Production, Some(a))],
        ),
        (
            "for all it went: it is remembered everywhere",
            Mode::PerEnvironment,
            &[(All, None)],
            &[(Development, None), (Stage, None), (Production, None)],
        ),
        (
            "Production's of before does not come back in its place",
            Mode::PerEnvironment,
            &[(All, None), (Production, Some(c))],
            &[(Development, None), (Stage, None), (Production, None)],
        ),
        (
            "in Stage they have another account than the one that ran for all",
            Mode::PerEnvironment,
            &[(All, Some(a))],
            &[(Development, None), (Stage, None), (Production, Some(a))],
        ),
        (
            "only Stage's was ever led",
            Mode::PerEnvironment,
            &[(Stage, Some(b))],
            &[(Stage, Some(b))],
        ),
    ];
    for (what, to, led, after) in rows {
        let seats = reshaped(to, &everywhere, anywhere);
        assert_eq!(primaries(to, led, &seats), after, "{what}");
    }
    let seats = reshaped(Mode::Same, &everywhere, anywhere);
    let led = [(All, Some(a))];
    assert_eq!(
        primaries(Mode::Same, &led, &seats),
        [(All, None)],
        "what they have for all now is Production's account, which was never primary"
    );
    let without: Vec<Seat<usize>> = seats
        .into_iter()
        .filter(|seat| seat.member != Some(a))
        .collect();
    let led = [(Production, Some(a))];
    assert_eq!(
        primaries(Mode::Same, &led, &without),
        [(All, None)],
        "theirs is revoked, or serves no other reach"
    );
    let own = [Held {
        reach: All,
        member: Some(a),
        value: 0,
    }];
    let led = [(All, Some(a))];
    assert_eq!(
        primaries(Mode::Same, &led, &reshaped(Mode::Same, &own, anywhere)),
        led,
        "Production never had one: what ran for all before runs again"
    );
}

#[test]
fn r18_what_is_set_aside_serves_nothing_now_and_would_if_the_mode_came_back() {
    let revoked = Health::NotConnected(NotConnected::Revoked);
    let expired = Health::NotConnected(NotConnected::Expired);
    for health in [Health::Connected, expired] {
        assert!(is_set_aside(false, false, health), "{health:?}");
        assert!(!is_set_aside(true, false, health), "it is of the mode");
        assert!(
            !is_set_aside(false, true, health),
            "a reach of the mode goes on with it"
        );
    }
    assert!(
        !is_set_aside(false, false, revoked),
        "it would not come back"
    );
}
